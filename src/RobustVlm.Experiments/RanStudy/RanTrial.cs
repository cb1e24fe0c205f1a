using RobustVlm.Engine;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Ran;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Heads behind a small model that learned from clean pairs, and behind one that learned from a mixture of the reader's; one seed.</summary>
/// <param name="Description">The mixture in words.</param>
/// <param name="Clean">Numbers behind clean pairs.</param>
/// <param name="Noisy">Numbers behind the mixture.</param>
public sealed record RanTrial(string Description, IReadOnlyList<Measurement> Clean, IReadOnlyList<Measurement> Noisy)
{
    private static readonly string s_robust = RanScores.Robust(RanPlan.Budgets[0]);
    private static readonly string[] s_columns = [RanScores.InDomain, RanScores.Shifted, s_robust];

    /// <summary>Accuracy of every head behind both models, and what the poison cost.</summary>
    public ResultTable Scores => ResultTable
        .From(RanArm.Compared.SelectMany(arm => s_columns.Select(column => new
        {
            Head = arm.Name,
            Pictures = column,
            Clean = Find(Clean, arm.Name, column),
            Noisy = Find(Noisy, arm.Name, column),
            Change = 100 * (Find(Noisy, arm.Name, column) - Find(Clean, arm.Name, column)),
        })))
        .AsPercent("Clean", "Noisy").WithDecimals("Change", 1)
        .Rename("Clean", "Behind clean pairs").Rename("Noisy", "Behind the mixture").Rename("Change", "Change (points)")
        .WithCaption(Description)
        .WithFootnotes("One seed, small models: differences of a few points are chance. RanExperimentOptions has the sizes.");

    /// <summary>The scores as bars: pale behind clean pairs.</summary>
    public BarChart Plot() => new()
    {
        Title = Description,
        YTitle = "accuracy (%)",
        PercentY = true,
        YRange = (0, 1),
        Categories = [.. s_columns.SelectMany(column => new[] { $"{column}: clean pairs", "mixture" })],
        Series = [.. RanArm.Compared.Select(arm => new BarSeries(arm.Name, [.. s_columns.SelectMany(column => new[] { Find(Clean, arm.Name, column), Find(Noisy, arm.Name, column) })]))],
        References = [new ReferenceLine(1.0 / Data.Chest.Findings.All.Count, "guessing")],
        Width = 900,
    };

    /// <summary>Singular values of what the heads read.</summary>
    public LineChart PlotSpectrum() => RanRuns.Spectrum("Singular values of the frozen features",
        [("behind clean pairs", Palette.Right, Shares(Clean)), ("behind the mixture", Palette.Wrong, Shares(Noisy))]) with
    { Width = 760 };

    /// <inheritdoc/>
    public override string ToString() => Description;

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    internal static string NameOf(NoisePairing pairing) => pairing switch
    {
        NoisePairing.ImageOnly => "images only",
        NoisePairing.TextOnly => "captions only",
        _ => "images and captions",
    };

    internal static IReadOnlyList<Measurement> Score(Lab lab, RanSizes sizes, RanData data, Clip model, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        var scores = new RanScores(sizes, lab.Seed, Autocast.TrainingType(lab.Device.type));
        var rows = new List<Measurement>(RanScores.Spectrum(RanFit.FrozenRow, RanUpstream.Encoded(model.EncodeImage, data.Test.Images)));
        foreach (var (i, arm) in RanArm.Compared.Index())
        {
            using var result = RanFit.Fit(lab, model, arm, sizes, data, share => progress((i + (0.6 * share)) / RanArm.Compared.Count));
            rows.Add(RanScores.Accuracy(arm.Name, RanScores.InDomain, result.Classifier, data.Test.Images, data.Test.Labels));
            rows.Add(RanScores.Accuracy(arm.Name, RanScores.Shifted, result.Classifier, data.Shifted.Images, data.Shifted.Labels));
            rows.Add(scores.Attacked(arm.Name, s_robust, result.Classifier, data.Test, scores.Pgd(RanPlan.Budgets[0], sizes.AttackSteps)));
            progress((i + 1.0) / RanArm.Compared.Count);
        }

        return rows;
    }

    private static double[] Shares(IReadOnlyList<Measurement> rows) => [.. RanScores.Ranks
        .Select(rank => rows.FirstOrDefault(row => row.Column == RanScores.SingularValue(rank))?.Value).OfType<double>()];

    private static double Find(IReadOnlyList<Measurement> rows, string row, string column) => rows.Single(number => number.Row == row && number.Column == column).Value;
}
