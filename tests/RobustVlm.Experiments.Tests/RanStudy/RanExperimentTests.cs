using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.RanStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Methods.Ran;
using Xunit;

namespace RobustVlm.Experiments.Tests.RanStudy;

public sealed class RanExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();
    private readonly RanExperiment _experiment;

    public RanExperimentTests() => _experiment = new RanExperiment(Open(Scale.Smoke));

    public void Dispose()
    {
        _experiment.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Poisoned_pairs_are_shown_with_their_images_and_captions()
    {
        using var poisoned = _experiment.Poison();

        Assert.Equal([4, 4], poisoned.Images().Rows.Select(row => row.Cells.Count));
        Assert.Equal(2, poisoned.Captions.Rows.Count);
        Assert.All(poisoned.Captions.Rows, row => Assert.NotEqual(row.Text("Caption"), row.Text("Poisoned caption")));
        Assert.Contains(poisoned.Captions["Poisoned caption"], cell => cell.ToString().Split(' ').Any(word => word.Length > 1 && word.All(char.IsUpper)));
        Assert.Contains(poisoned.Numbers["What"], cell => cell.ToString() == RanCrafting.Gain);
    }

    [Fact]
    public void A_mixture_of_ones_own_is_compared_with_clean_pairs()
    {
        var trial = _experiment.Try(0.5, 4, NoisePairing.TextOnly);

        Assert.Contains("24 of 48 pairs poisoned (50", trial.Description, StringComparison.Ordinal);
        Assert.Contains("captions only", trial.Description, StringComparison.Ordinal);
        Assert.Equal(9, trial.Scores.Rows.Count);
        Assert.Equal(trial.Clean.Select(number => (number.Row, number.Column)), trial.Noisy.Select(number => (number.Row, number.Column)));
        Assert.NotEqual(trial.Clean, trial.Noisy);
        Assert.Equal(2, trial.PlotSpectrum().Series.Count);
        Assert.StartsWith("<svg", trial.Plot().ToSvg(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(0.95, 8)]
    [InlineData(0.3, 0)]
    public void Mixtures_without_poison_or_with_nothing_else_are_refused(double ratio, double budget) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _experiment.Try(ratio, budget));

    [Fact]
    public void An_empty_store_leaves_gaps_and_names_the_command()
    {
        var runs = _experiment.Stored();

        Assert.StartsWith("0 of 63 runs", runs.ToString(), StringComparison.Ordinal);
        Assert.Contains("No stored runs yet", runs.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("./notebooks/sweep 03-ran --scale demo", runs.ToString(), StringComparison.Ordinal);
        Chart[] charts = [runs.Explorer(), .. RanRuns.Measures.Select(runs.PlotRatios), runs.PlotSpectrum(), runs.PlotDiagnostics(), runs.PlotPairings(), runs.PlotPairAttacks()];
        Assert.All(charts, chart => Assert.StartsWith("<svg", chart.ToSvg(), StringComparison.Ordinal));
        Assert.All(charts, chart => Assert.NotEmpty(chart.ToPlotly()["data"]!.AsArray()));
        Assert.Contains("no stored runs yet", runs.Explorer().ToString(), StringComparison.Ordinal);
        Assert.Equal(6, runs.Scores(0.3).Rows.Count);
        Assert.Contains("20 %", Assert.Throws<ArgumentOutOfRangeException>(() => runs.Scores(0.4)).Message, StringComparison.Ordinal);
        Assert.Equal(7, runs.Ablation.Rows.Count);
        Assert.Equal(7, runs.Poison.Rows.Count);
        Assert.Contains("runs missing", runs.ModerateNoise.Sentence, StringComparison.Ordinal);
        Assert.Contains("shifted site", Assert.Throws<ArgumentException>(() => runs.PlotRatios("accuracy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_runs_of_the_reported_seeds_stand_in_the_explorer_and_others_do_not()
    {
        var plan = RanPlan.For(Scale.Demo);
        foreach (var (seed, value) in new (ulong, double)[] { (11, 0.5), (12, 0.6), (RanPlan.ChoosingSeed, 0.1) })
        {
            Store(Open(Scale.Demo, seed), plan.Fit(0.5), value);
            Store(Open(Scale.Demo, seed), plan.Fit(0), value - 0.2);
        }

        Store(Open(Scale.Demo, 13), plan.Fit(0.5), 0.2, RanSweep.Version + 1);
        Store(Open(Scale.Smoke, 14), RanPlan.For(Scale.Smoke).Fit(0.5), 0.2);

        var runs = _experiment.Stored();
        var explorer = runs.Explorer();
        var heads = Assert.IsType<BarChart>(Assert.IsType<SideBySide>(explorer.Steps[^1].Chart).Left);
        var spectra = Assert.IsType<LineChart>(Assert.IsType<SideBySide>(explorer.Steps[^1].Chart).Right);

        Assert.Equal(RanPlan.Ratios.Select(RanPlan.Percent), explorer.Steps.Select(step => step.Label));
        Assert.Equal(RanArm.Main.Select(arm => arm.Name), heads.Series.Select(series => series.Name));
        Assert.All(heads.Series, series => Assert.Equal(0.55, series.Values[0], 1e-12));
        Assert.Contains("2 seeds", heads.Title, StringComparison.Ordinal);
        Assert.Equal(heads.Series.Select(series => series.Color), spectra.Series.Select(series => series.Color));
        Assert.Equal([0.35, 0.55], runs.PlotRatios(RanScores.InDomain).Series[0].Y.Where(double.IsFinite), (first, second) => Math.Abs(first - second) < 1e-12);
        Assert.Contains("4 of 63", runs.PlotSpectrum().Title, StringComparison.Ordinal);
        Assert.All(explorer.Steps[0].Chart.ToPlotly()["data"]!.AsArray(), Assert.NotNull);
    }

    [Fact]
    public void Every_head_has_a_colour_of_its_own()
    {
        string[] names = [.. RanArm.Main.Select(arm => arm.Name)];

        Assert.Equal(names.Length, names.Select(Palette.Of).Distinct().Count());
        Assert.Equal(names.Select(Palette.Of), Palette.Assign(names));
    }

    [Theory]
    [InlineData(Outcome.Reproduced, "reproduced on at least one")]
    [InlineData(Outcome.NotReproduced, "not reproduced at this scale")]
    [InlineData(Outcome.RunsMissing, "runs missing: a reason")]
    public void The_first_headline_is_decided_in_words(Outcome outcome, string words) => Assert.Contains(words, RanModerateNoise.Of(
        new Verdict { Criterion = RanCriteria.All[0], Outcome = outcome, Scale = Scale.Demo, Reason = outcome == Outcome.RunsMissing ? "a reason" : "" }, ResultTable.From(new[] { new { A = 1 } })).Sentence, StringComparison.Ordinal);

    private Lab Open(Scale scale, ulong seed = 7) => Lab.At(_folder.Path, scale, seed);

    private static void Store(Lab lab, RanRunOptions options, double value, int version = RanSweep.Version) => lab.Store.Write(new RunRecord<RanRunOptions>
    {
        Experiment = RanSweep.Id,
        Options = options,
        MethodVersion = version,
        Checkpoints = new Dictionary<string, string>(),
        Environment = lab.Describe(TimeProvider.System.GetUtcNow()),
        Measurements =
        [
            .. RanArm.Main.SelectMany(arm => new[] { RanScores.InDomain, RanScores.Shifted, RanScores.Robust(0.5), RanScores.Robust(1) }.Select(column => new Measurement(arm.Name, column, value))),
            .. RanArm.Main.Select(arm => arm.Name).Append(RanFit.FrozenRow).SelectMany(row => RanScores.Ranks.Take(12).Select(rank => new Measurement(row, RanScores.SingularValue(rank), value / rank))),
        ],
    });
}
