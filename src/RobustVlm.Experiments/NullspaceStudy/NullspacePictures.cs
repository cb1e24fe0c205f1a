using RobustVlm.Data.Chest;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>Pictures that are used together.</summary>
/// <param name="Images">Float tensor [N, 3, S, S], pixels in [0, 1].</param>
/// <param name="Labels">Long tensor [N], class indices in [0, 7).</param>
internal sealed record LabelledPart(Tensor Images, Tensor Labels) : IDisposable
{
    internal LabelledPart Take(long count) => new(Images.narrow(0, 0, count), Labels.narrow(0, 0, count));

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}

/// <summary>Drawn chest radiographs with one of seven findings, all equally frequent. Those to learn from are taken upright in one department; other sites are for tests alone.</summary>
internal sealed class NullspacePictures : IDisposable
{
    /// <summary>Sites that no model learns from.</summary>
    internal static IReadOnlyList<(string Name, ChestPhantomOptions Options)> Sites { get; } =
    [
        ("portable", new ChestPhantomOptions { Site = RadiographSite.Portable }),
        ("old film", new ChestPhantomOptions { Site = RadiographSite.Upright, Shift = RadiographShift.OldFilm }),
        ("noisy bedside", new ChestPhantomOptions { Site = RadiographSite.Upright, Shift = RadiographShift.NoisyBedside }),
    ];

    private static readonly ChestPhantomOptions s_own = new() { Site = RadiographSite.Upright };

    private NullspacePictures(Lab lab, NullspaceRunOptions options)
    {
        Train = Draw(lab, s_own, "to learn from", options.TrainPictures);
        Validation = Draw(lab, s_own, "to choose by", options.ValidationPictures);
        Test = Draw(lab, s_own, "to score on", options.TestPictures);
        Shifted = [.. Sites.Select(site => (site.Name, Draw(lab, site.Options, site.Name, options.TestPictures)))];
    }

    /// <summary>Names of the classes.</summary>
    internal static IReadOnlyList<string> Classes { get; } = new ChestWorld(s_own).Classes;

    /// <summary>To learn from.</summary>
    internal LabelledPart Train { get; }

    /// <summary>To choose the round by.</summary>
    internal LabelledPart Validation { get; }

    /// <summary>To score on.</summary>
    internal LabelledPart Test { get; }

    /// <summary>To score on, from other sites.</summary>
    internal IReadOnlyList<(string Name, LabelledPart Part)> Shifted { get; }

    internal static NullspacePictures Draw(Lab lab, NullspaceRunOptions options) => new(lab, options);

    public void Dispose()
    {
        foreach (var part in Shifted.Select(site => site.Part).Concat([Train, Validation, Test]))
        {
            part.Dispose();
        }
    }

    private static LabelledPart Draw(Lab lab, ChestPhantomOptions site, string purpose, int count)
    {
        using var random = lab.Random($"nullspace: {purpose}");
        using var scope = NewDisposeScope();
        var world = new ChestWorld(site);
        var labels = arange(count, dtype: ScalarType.Int64, device: random.device).remainder(world.Classes.Count);
        using var batch = world.Render(labels, NullspacePlan.Model.ImageSize, random, lab.Device);
        return new LabelledPart(batch.Images.expand(-1, 3, -1, -1).contiguous().DetachFromDisposeScope(), batch.Labels.clone().DetachFromDisposeScope());
    }
}
