using RobustVlm.Data.Chest;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Pictures that are used together.</summary>
/// <param name="Name">Names their random stream and their files.</param>
/// <param name="Count">How many.</param>
/// <param name="Shares">Share of each finding, in the order of the class indices.</param>
internal sealed record AdaptorSet(string Name, int Count, IReadOnlyList<double> Shares)
{
    private static readonly double[] s_equal = [.. Findings.All.Select(_ => 1.0 / Findings.All.Count)];

    internal static AdaptorSet Pairs(AdaptorRunOptions options) => new("pairs", options.Pairs, s_equal);

    internal static AdaptorSet ValidationPairs(AdaptorRunOptions options) => new("validation pairs", options.ValidationPairs, s_equal);
}

/// <summary>A downstream task.</summary>
/// <param name="Name">Name, also the row of its results.</param>
/// <param name="Metric">What is measured.</param>
/// <param name="Classes">Number of logits: 1 for a yes-or-no question.</param>
/// <param name="Findings">The findings that are told apart; for a yes-or-no question the one that is asked for.</param>
/// <param name="Shares">Share of each finding, in the order of the class indices.</param>
internal sealed record AdaptorTask(string Name, string Metric, int Classes, IReadOnlyList<Finding> Findings, IReadOnlyList<double> Shares)
{
    // RSNA: 22.5 % of the images show pneumonia, and the others are normal or show something else.
    internal const double Positive = 0.225;
    private const double Normal = 0.4;

    /// <summary>As RSNA's pneumonia, also for segmentation.</summary>
    internal static AdaptorTask Binary { get; } = new("consolidation", "AUROC", 1, [Finding.Consolidation],
        [.. Data.Chest.Findings.All.Select(finding => finding switch { Finding.Normal => Normal, Finding.Consolidation => Positive, _ => (1 - Normal - Positive) / (Data.Chest.Findings.All.Count - 2) })]);

    /// <summary>As COVIDx: normal, and two opacities.</summary>
    internal static AdaptorTask ThreeClasses { get; } = new("three classes", "accuracy", 3, [Finding.Normal, Finding.Consolidation, Finding.Edema],
        [.. Data.Chest.Findings.All.Select(finding => finding is Finding.Normal or Finding.Consolidation or Finding.Edema ? 1.0 / 3 : 0)]);

    internal static IReadOnlyList<AdaptorTask> All { get; } = [Binary, ThreeClasses];

    internal string Column(double fraction) => $"{Metric}, {AdaptorPlan.NameOf(fraction)}";

    internal AdaptorSet Train(AdaptorRunOptions options) => Part("train", options.TrainPictures);

    internal AdaptorSet Validation(AdaptorRunOptions options) => Part("validation", options.ValidationPictures);

    internal AdaptorSet Test(AdaptorRunOptions options) => Part("test", options.TestPictures);

    private AdaptorSet Part(string part, int count) => new($"{Name}, {part}", count, Shares);
}
