using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>Tables of how much of a patch a patch embedding cannot see.</summary>
internal static class NullspaceDimensions
{
    private const double Nearly = 0.01;

    /// <summary>By counting alone.</summary>
    internal static ResultTable Counted() => ResultTable
        .From(GenericNullspace.Standard.Append(GenericNullspace.Of("the miniature of this notebook", NullspacePlan.Model)).Select(known => new
        {
            known.Model,
            Patch = Product(known.Channels, known.PatchSize, known.Inputs),
            known.Width,
            known.Dimension,
            Share = (double)known.Dimension / known.Inputs,
            Image = known.ImageDimension,
        }))
        .AsPercent("Share")
        .Rename("Patch", "Numbers of a patch").Rename("Dimension", "Unseen directions of a patch").Rename("Share", "Share of all").Rename("Image", "Unseen directions of an image")
        .WithCaption("Generic: counted from the sizes, no weights were looked at")
        .WithFootnotes("Numbers of a patch minus width, where that is above zero: so it is for nearly all weights. Trained weights can leave more unseen, never less.");

    /// <summary>From weights.</summary>
    internal static ResultTable OfFiles(Lab lab, IReadOnlyList<string> files)
    {
        string[] shipped = [ShippedCheckpoints.MiniVitName, ShippedCheckpoints.MiniClipName];
        var named = new[] { UserBackbone.Variable, PmgAftPaper.Variable }.Select(Environment.GetEnvironmentVariable).Where(path => !string.IsNullOrWhiteSpace(path)).OfType<string>();
        return ResultTable
            .From(shipped.Select(name => (Name: name, Path: ShippedCheckpoints.PathOf(lab, name))).Concat(named.Concat(files).Select(path => (Name: Path.GetFileName(path), Path: path))).Select(entry =>
            {
                using var found = Nullspace.OfFile(entry.Path);
                return new
                {
                    Weights = entry.Name,
                    Patch = Product(found.Channels, found.PatchSize, found.Inputs),
                    found.Width,
                    found.Rank,
                    found.Dimension,
                    Nearly = found.DimensionAt(Nearly),
                };
            }))
            .Rename("Patch", "Numbers of a patch").Rename("Dimension", "Unseen directions of a patch").Rename("Nearly", "Unseen or weaker than 1 % of the strongest")
            .WithCaption("From weights, in double precision");
    }

    // With no-break spaces, so that a narrow column does not tear it.
    private static string Product(int channels, int side, int numbers) => string.Create(CultureInfo.InvariantCulture, $"{channels}\u00A0×\u00A0{side}\u00A0×\u00A0{side}\u00A0=\u00A0{numbers}");
}
