using System.Globalization;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.RanStudy;

/// <content>Parts of its plots, and what is said of the first headline.</content>
public sealed partial class RanRuns
{
    private const int HeadsWidth = 640;
    private const int SpectrumWidth = 400;
    private const int ExplorerHeight = 460;

    private static readonly EstimateFormat s_points = new(1);

    // From no poison to half of all pairs; of one family, since a share is no method.
    private static readonly string[] s_ratioColors = ["#6E6E6E", "#56B4E9", "#0072B2", "#332288", "#AA4499", "#882255"];

    /// <summary>The first headline, "moderate noise helps": a tenth of the pairs poisoned against none, with the decision by the rule that was fixed before.</summary>
    public RanModerateNoise ModerateNoise => RanModerateNoise.Of(
        RanCriteria.All.Single(criterion => criterion.Id == RanCriteria.ModerateId).Evaluate(_lab.Store, _scale),
        ResultTable.From(new[]
        {
            (RanArm.Probe.Name, RanScores.InDomain, s_points, 100), (RanArm.Probe.Name, RanScores.Robust(RanPlan.Budgets[0]), s_points, 100), (RanArm.Probe.Name, RanScores.Shifted, s_points, 100),
            (RanFit.ZeroShotRow, RanScores.InDomain, s_points, 100), (RanFit.FrozenRow, RanScores.Entropy, s_plain, 1), (RanFit.FrozenRow, RanScores.LargestRatio, s_plain, 1),
        }.Select(entry =>
        {
            var differences = Against(_plan.Fit(RanPlan.Moderate), _plan.Fit(0), entry.Item1, entry.Item1, entry.Item2, RanPlan.Seeds, entry.Item4);
            return new { Of = entry.Item1, What = entry.Item2, Change = Print(differences, entry.Item3), Seeds = $"{differences.Count(difference => difference > 0)} of {differences.Length}" };
        }))
        .Rename("Change", "Behind 10 % minus behind 0 %").Rename("Seeds", "Seeds in which it is higher")
        .WithCaption($"A tenth of the pairs poisoned against none; accuracies in points {State}".TrimEnd()));

    /// <summary>Singular values over their rank, both on logarithmic axes.</summary>
    internal static LineChart Spectrum(string title, IEnumerable<(string Name, string Color, double[] Shares)> lines) => new LineChart
    {
        Title = title,
        XTitle = "singular value, counted from the largest",
        XScale = AxisScale.Log,
        YTitle = "share in the sum of all",
        YScale = AxisScale.Log,
        YRange = (2e-5, 0.6),
        Series = [.. lines.Where(line => line.Shares.Length > 0).Select(line => new LineSeries(line.Name, [.. RanScores.Ranks.Take(line.Shares.Length).Select(rank => (double)rank)], [.. line.Shares.Select(share => Math.Max(share, 2e-5))]) { Color = line.Color, Markers = false })],
        Height = ExplorerHeight,
    }.OrGap();

    private BarChart Heads(double ratio)
    {
        string[] columns = [RanScores.InDomain, RanScores.Shifted, .. RanPlan.Budgets.Select(RanScores.Robust)];
        var stored = Fits(_plan.Fit(ratio)).Length;
        return new BarChart
        {
            Title = $"{RanPlan.Percent(ratio)} poisoned: {(stored == 0 ? "no stored runs yet" : $"mean of {stored} {(stored == 1 ? "seed" : "seeds")}, 95 % interval")}",
            YTitle = "accuracy (%)",
            PercentY = true,
            YRange = (0, Highest),
            Categories = ["in-domain", "shifted site", .. RanPlan.Budgets.Select(budget => $"PGD {RanScores.Grey(budget)}")],
            Series = [.. RanArm.Main.Select(arm => Bars(arm.Name, [.. columns.Select(column => Values(_plan.Fit(ratio), arm.Name, column))], Palette.Of(arm.Name)) with { Dots = null })],
            References = [new ReferenceLine(Guessing, "guessing")],
            Width = HeadsWidth,
            Height = ExplorerHeight,
        };
    }

    private LineChart HeadSpectra(double ratio) => Spectrum("Singular values each head reads",
        RanArm.Main.Select(arm => (arm.Name, Palette.Of(arm.Name), Shares(_plan.Fit(ratio), arm == RanArm.Probe ? RanFit.FrozenRow : arm.Name)))) with
    { Width = SpectrumWidth, LegendRoom = 2 };

    // Means over the seeds; as many as all of them have.
    private double[] Shares(RanRunOptions options, string row) =>
        [.. RanScores.Ranks.Select(rank => Values(options, row, RanScores.SingularValue(rank))).TakeWhile(values => values.Length > 0).Select(values => values.Average())];

    private LineChart OverRatios(string title, string yTitle, IEnumerable<(string Row, string Name, string Column)> lines, bool inPercent)
    {
        var places = Enumerable.Range(0, RanPlan.Ratios.Count).Select(i => (double)i).ToArray();
        return new LineChart
        {
            Title = title.Contains('(', StringComparison.Ordinal) || State.Length == 0 || !inPercent ? title : $"{title} {State}",
            XTitle = "share of poisoned pairs",
            XScale = AxisScale.Categorical,
            Categories = [.. RanPlan.Ratios.Select(RanPlan.Percent)],
            YTitle = yTitle,
            PercentY = inPercent,
            Series = [.. lines.Select(line =>
            {
                var estimates = RanPlan.Ratios.Select(ratio => Estimate(Values(_plan.Fit(ratio), line.Row, line.Column))).ToArray();
                return new LineSeries(line.Row == RanFit.FrozenRow ? RanFit.FrozenRow : line.Name, places, [.. estimates.Select(e => e?.Value ?? double.NaN)])
                {
                    Low = [.. estimates.Select(e => e?.Low ?? double.NaN)],
                    High = [.. estimates.Select(e => e?.High ?? double.NaN)],
                    Color = Palette.Of(line.Name),
                };
            }).Where(series => series.Y.Any(double.IsFinite))],
            Width = 900,
        }.OrGap();
    }

    // A little more than what is drawn; charts in percent would begin at zero.
    private static LineChart Zoomed(LineChart chart)
    {
        var drawn = chart.Series.SelectMany(series => series.Y.Concat(series.Low ?? []).Concat(series.High ?? [])).Where(double.IsFinite).ToArray();
        return drawn.Length == 0 ? chart : chart with { YRange = (Math.Max(0, Math.Floor((20 * drawn.Min()) - 0.4) / 20), Math.Min(1, Math.Ceiling((20 * drawn.Max()) + 0.4) / 20)) };
    }

    // The same at every place of the slider, so that bars can be compared.
    private double Highest => Math.Min(1, Math.Ceiling(10 * RanPlan.Ratios.SelectMany(ratio => RanArm.Main.SelectMany(arm => Values(_plan.Fit(ratio), arm.Name, RanScores.InDomain))).DefaultIfEmpty(1).Max()) / 10);

    private static BarSeries Bars(string name, double[][] values, string color)
    {
        var estimates = values.Select(Estimate).ToArray();
        return new BarSeries(name, [.. estimates.Select(e => e?.Value ?? double.NaN)])
        {
            Low = [.. estimates.Select(e => e?.Low ?? double.NaN)],
            High = [.. estimates.Select(e => e?.High ?? double.NaN)],
            Dots = values,
            Color = color,
        };
    }

    // RAN's own mean; of another head the differences of every seed to RAN, mean over all ratios that are stored.
    private string OverAll(RanArm arm, string column, EstimateFormat format, double factor) => Print(
        [.. RanPlan.Seeds.Select(seed => RanPlan.Ratios.Select(ratio => Run(seed, _plan.Fit(ratio))).Where(run => run is not null)
            .Select(run => factor * (Find(run, arm.Name, column) - (arm == RanArm.Ran ? 0 : Find(run, RanArm.Ran.Name, column)))).OfType<double>().DefaultIfEmpty(double.NaN).Average()).Where(double.IsFinite)], format);

    private static string Checked(string measure) => Measures.Contains(measure) ? measure
        : throw new ArgumentException($"There is no '{measure}'; choose one of {string.Join("; ", Measures)}.", nameof(measure));

    private static string Title(string measure) => string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(Checked(measure)[0])}{measure[1..]}");
}
