using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Ran;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>The sweep's stored runs, as plots and tables. What is not stored yet leaves a gap.</summary>
public sealed partial class RanRuns
{
    private const int ResamplingSeed = 1;

    private static readonly EstimateFormat s_percent = new(1, InPercent: true);
    private static readonly EstimateFormat s_plain = new(3);

    private readonly Lab _lab;
    private readonly Scale _scale;
    private readonly RanPlan _plan;
    private readonly RunRecord<RanRunOptions>[] _runs;

    /// <param name="lab">The lab.</param>
    /// <param name="scale">Scale of the runs; the notebook shows those at Demo scale whatever else it does.</param>
    internal RanRuns(Lab lab, Scale scale = Scale.Demo)
    {
        (_lab, _scale, _plan) = (lab, scale, RanPlan.For(scale));
        var language = ShippedCheckpoints.HashOf(lab, RanUpstream.LanguageModelName);
        var store = lab.IsPublishing ? lab.Store.Published : lab.Store;   // what is published rests on what is published
        _runs = [.. store.ReadAll<RanRunOptions>(RanSweep.Id)
            .Where(run => run.MethodVersion == RanSweep.Version && run.Environment.Scale == scale && run.Checkpoints.Values.All(hash => hash == language))];
    }

    /// <summary>What can be plotted against the share of poisoned pairs.</summary>
    public static IReadOnlyList<string> Measures { get; } =
        [RanScores.InDomain, RanScores.Shifted, .. RanPlan.Budgets.Select(RanScores.Robust), RanScores.Questions, RanScores.ShiftedQuestions, RanScores.RobustQuestions(RanPlan.Budgets[0])];

    /// <summary>The noise-level explorer: accuracy of every head and the singular values of what it reads, under a slider over the share of poisoned pairs.</summary>
    public SliderChart Explorer() => new()
    {
        Title = "Noise levels: accuracy of every head, in-domain and shifted, clean and attacked, and what the head reads",
        Label = "poisoned pairs",
        Start = RanPlan.Ratios.Count - 1,
        Steps = [.. RanPlan.Ratios.Select(ratio => new SliderStep(RanPlan.Percent(ratio), new SideBySide { Left = Heads(ratio), Right = HeadSpectra(ratio) }))],
    };

    /// <summary>A number against the share of poisoned pairs, a line for every head.</summary>
    /// <param name="measure">One of <see cref="Measures"/>.</param>
    public LineChart PlotRatios(string measure) => Zoomed(OverRatios(
        $"{Title(measure)} against poisoned pairs, mean of the seeds with 95 % interval", "accuracy (%; the axis does not begin at zero)",
        RanArm.Main.Select(arm => (arm.Name, arm.Name, Checked(measure))), inPercent: true));

    /// <summary>Singular values of the frozen features, a line for every share of poisoned pairs.</summary>
    public LineChart PlotSpectrum() => Spectrum($"Singular values of frozen features, mean of the seeds {State}".TrimEnd(),
        [.. RanPlan.Ratios.Select((ratio, i) => ($"{RanPlan.Percent(ratio)} poisoned", s_ratioColors[i], Shares(_plan.Fit(ratio), RanFit.FrozenRow)))]) with
    { Width = 860 };

    /// <summary>Entropy and largest ratio of the singular values against the share of poisoned pairs: of the frozen features, and of what two heads make of them.</summary>
    public SideBySide PlotDiagnostics()
    {
        LineChart Of(string column, string words) => OverRatios(
            words, column, new[] { (RanFit.FrozenRow, RanArm.Probe.Name), (RanArm.Mlp.Name, RanArm.Mlp.Name), (RanArm.Ran.Name, RanArm.Ran.Name) }.Select(entry => (entry.Item1, entry.Item2, column)), inPercent: false) with
        { Width = 600, Height = 420 };
        return new SideBySide
        {
            Left = Of(RanScores.Entropy, $"SVE: entropy of singular values {State}".TrimEnd()),
            Right = Of(RanScores.LargestRatio, "LSVR: −log of the largest one's share") with { LegendRoom = 1 },
        };
    }

    /// <summary>Every head at a share of poisoned pairs.</summary>
    /// <param name="ratio">The share, e.g. 0.3.</param>
    public ResultTable Scores(double ratio) => !RanPlan.Ratios.Contains(ratio)
        ? throw new ArgumentOutOfRangeException(nameof(ratio), ratio, $"Models were trained with {string.Join(", ", RanPlan.Ratios.Select(RanPlan.Percent))} of the pairs poisoned; choose one of them, e.g. 0.3.")
        : ResultTable.From(RanArm.Main.Select(arm => new
        {
            Head = arm.Name,
            Seeds = Fits(_plan.Fit(ratio)).Length,
            InDomain = Print(ratio, arm, RanScores.InDomain),
            Shifted = Print(ratio, arm, RanScores.Shifted),
            Half = Print(ratio, arm, RanScores.Robust(RanPlan.Budgets[0])),
            One = Print(ratio, arm, RanScores.Robust(RanPlan.Budgets[1])),
            Questions = Print(ratio, arm, RanScores.Questions),
        }))
        .Rename("InDomain", "In-domain").Rename("Shifted", "Shifted site").Rename("Half", $"PGD {RanScores.Grey(RanPlan.Budgets[0])}").Rename("One", $"PGD {RanScores.Grey(RanPlan.Budgets[1])}")
        .WithCaption($"Accuracy behind {RanPlan.Percent(ratio)} of the pairs poisoned, mean of the seeds with 95 % bootstrap interval {State}".TrimEnd())
        .WithFootnotes("Questions are answered by the three heads that the criteria compare.", string.Create(CultureInfo.InvariantCulture, $"Guessing a finding would be right in {100 * Guessing:0.0} % of the cases."));

    /// <summary>What the poison does by itself: images alone, captions alone, both; change of a linear probe against the model of clean pairs.</summary>
    public BarChart PlotPairings()
    {
        string[] columns = [RanScores.InDomain, RanScores.Shifted, RanScores.Robust(RanPlan.Budgets[0])];
        (double Ratio, string Column)[] groups = [.. RanPlan.OtherRatios.Append(RanPlan.Heavy[0]).Order().SelectMany(ratio => columns.Select(column => (ratio, column)))];
        return new BarChart
        {
            Title = $"What is poisoned: linear probe against clean pairs, a dot per seed {State}".TrimEnd(),
            XTitle = "share of poisoned pairs, and what is scored",
            YTitle = "change in accuracy (points)",
            Categories = [.. groups.Select(group => $"{RanPlan.Percent(group.Ratio)}: {group.Column}")],
            Series = [.. new (string Name, NoisePairing Pairing, RanTexts Texts, string Color)[]
            {
                (RanTrial.NameOf(NoisePairing.Both), NoisePairing.Both, RanTexts.Rules, "#882255"),
                (RanTrial.NameOf(NoisePairing.ImageOnly), NoisePairing.ImageOnly, RanTexts.Rules, "#56B4E9"),
                (RanTrial.NameOf(NoisePairing.TextOnly), NoisePairing.TextOnly, RanTexts.Rules, "#E69F00"),
                ("images, and captions by BERT-Attack", NoisePairing.Both, RanTexts.BertAttack, "#999933"),
            }.Select(entry => Bars(entry.Name, [.. groups.Select(group => Against(
                _plan.Fit(group.Ratio, entry.Pairing, entry.Texts), _plan.Fit(0), RanArm.Probe.Name, RanArm.Probe.Name, group.Column, RanPlan.FewSeeds, 100))], entry.Color))],
            References = [new ReferenceLine(0, "as behind clean pairs")],
            Width = 1040,
        };
    }

    /// <summary>RAN with one term left out, with other weights and another second view, against RAN itself, mean over all shares of poisoned pairs.</summary>
    public ResultTable Ablation => ResultTable
        .From(new[] { RanArm.Ran, RanArm.Mlp, RanArm.Attacked }.Concat(RanArm.Ablation).Select(arm => new
        {
            Variant = arm.Name,
            InDomain = OverAll(arm, RanScores.InDomain, s_points, 100),
            Shifted = OverAll(arm, RanScores.Shifted, s_points, 100),
            Top = OverAll(arm, RanScores.TopShare, s_plain, 1),
            Covariance = OverAll(arm, RanScores.Covariance, s_points, 1),
        }))
        .Rename("InDomain", "In-domain (points)").Rename("Shifted", "Shifted site (points)").Rename("Top", "Share of the top 5 singular values").Rename("Covariance", "Off-diagonal covariance")
        .WithCaption($"Ablation, mean over {RanPlan.Ratios.Count} shares of poisoned pairs: RAN's own numbers in the first row, below it differences to RAN with 95 % interval {State}".TrimEnd())
        .WithFootnotes("MLP (CE) is RAN without all three terms. No margin was fixed for this table.");

    /// <summary>Attacks on pairs of image and captions against the model of clean pairs.</summary>
    public BarChart PlotPairAttacks()
    {
        var options = _plan.Attacks();
        return new BarChart
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"Attacks on image–text retrieval at {RanScores.Grey(RanPlan.PairBudget)}, a dot per seed {State}").TrimEnd(),
            YTitle = "lost of what was found among ten (%)",
            PercentY = true,
            YRange = (0, 1),
            Categories = RanPairAttacks.Names,
            Series = [.. new[] { (RanPairAttacks.TextsFound, "#0072B2"), (RanPairAttacks.ImagesFound, "#E69F00") }.Select(entry =>
                Bars(entry.Item1, [.. RanPairAttacks.Names.Select(name => Values(options, name, entry.Item1))], entry.Item2))],
            References = [new ReferenceLine(0.95, "saturated above")],
            Width = 860,
        };
    }

    /// <summary>Whether poisoned pairs are what they should be: means of the seeds.</summary>
    public ResultTable Poison => ResultTable
        .From(new[]
        {
            (RanCrafting.ImageRow, RanCrafting.ToTarget), (RanCrafting.ImageRow, RanCrafting.Gain), (RanCrafting.ImageRow, RanCrafting.ToOriginal), (RanCrafting.ImageRow, RanCrafting.Change),
            (RanCrafting.CaptionRow, RanCrafting.TrueCosine), (RanCrafting.CaptionRow, RanCrafting.FalseCosine), (RanCrafting.CaptionRow, RanCrafting.Falsified),
        }.Select(entry => new { Of = entry.Item1, What = entry.Item2, Value = Print(Values(_plan.Crafting(), entry.Item1, entry.Item2), s_plain) }))
        .WithCaption($"Poisoned pairs, mean of the seeds with 95 % interval {State}".TrimEnd());

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stored} of {Planned} runs at {_scale} scale are stored.")
        + (Stored < Planned ? $"\n{(Stored == 0 ? "No stored runs yet: the plots of this part stay empty. Run this command" : "This makes the rest")}:\n./notebooks/sweep 03-ran --scale {_scale.ToString().ToLowerInvariant()}" : "");

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    private static double Guessing => 1.0 / Data.Chest.Findings.All.Count;

    private int Planned => Every().Count();

    private int Stored => Every().Count(run => Run(run.Seed, run.Options) is not null);

    private string State => Stored == Planned ? "" : Stored == 0 ? "(no stored runs yet)" : string.Create(CultureInfo.InvariantCulture, $"({Stored} of {Planned} runs so far)");

    private IEnumerable<(ulong Seed, RanRunOptions Options)> Every() => RanPlan.Seeds.SelectMany(seed => RanSweep.OptionsOf(_plan, seed).SelectMany(stage => stage).Select(options => (seed, options)));

    private RunRecord<RanRunOptions>[] Fits(RanRunOptions options, IReadOnlyList<ulong>? seeds = null) => [.. (seeds ?? RanPlan.Seeds).Select(seed => Run(seed, options)).OfType<RunRecord<RanRunOptions>>()];

    private RunRecord<RanRunOptions>? Run(ulong seed, RanRunOptions options) => _runs.FirstOrDefault(run => run.Environment.Seed == seed && run.Options == options);

    private double[] Values(RanRunOptions options, string row, string column) => [.. Fits(options).Select(run => Find(run, row, column)).OfType<double>()];

    // Of every seed whose two runs are stored.
    private double[] Against(RanRunOptions first, RanRunOptions second, string firstRow, string secondRow, string column, IReadOnlyList<ulong> seeds, double factor) =>
        [.. seeds.Select(seed => factor * (Find(Run(seed, first), firstRow, column) - Find(Run(seed, second), secondRow, column))).OfType<double>()];

    private string Print(double ratio, RanArm arm, string column) => Print(Values(_plan.Fit(ratio), arm.Name, column), s_percent);

    private static string Print(double[] values, EstimateFormat format) => Estimate(values) is { } estimate ? format.Print(estimate) : "–";

    private static Interval? Estimate(double[] values) => values.Length > 0 ? Statistics.Bootstrap(values, new Random(ResamplingSeed)) : null;

    private static double? Find(RunRecord<RanRunOptions>? run, string row, string column) =>
        run?.Measurements.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value;
}
