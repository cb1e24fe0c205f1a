using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Methods.ZeroShot;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.PmgAftStudy;

public sealed class PmgAftExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();
    private readonly PmgAftExperiment _experiment;

    public PmgAftExperimentTests() => _experiment = new PmgAftExperiment(Open(Scale.Smoke));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_in_front_of_the_reader_gives_what_the_sweep_gives_for_the_same_seed()
    {
        using var live = _experiment.Train();
        var fit = live.Fits.Single(fit => fit.Name == "PMG-AFT");

        var run = new PmgAftFit().Run(Open(Scale.Smoke), PmgAftPlan.For(Scale.Smoke).Fit(PmgAftArm.PmgAft, _experiment.Options.LiveEpsilon), (_, _) => { });

        foreach (var (row, column) in new[] { (PmgAftScores.MeanRow, PmgAftScores.Robust(4)), (PmgAftScores.MeanRow, PmgAftScores.CleanColumn), (PmgAftFit.DriftRow, PmgAftFit.DistanceColumn) })
        {
            Assert.Equal(run.Measurements.Single(number => number.Row == row && number.Column == column).Value, fit.Score(row, column), 1e-12);
        }

        Assert.Equal(["CLIP", "TeCoA", "PMG-AFT"], live.Table["Method"].Select(cell => cell.ToString()));
        Assert.Equal([0, 2, 4], live.PlotForgetting().Series[^1].X);
        Assert.Equal(["CE", "general", "clean"], live.PlotTerms().Series.Select(series => series.Name));
        Assert.StartsWith("<svg", live.PlotGradients().ToSvg(), StringComparison.Ordinal);
        var (pictures, answers) = live.ShowTerms();
        Assert.Equal(4, pictures.Rows[0].Cells.Count);
        Assert.All(answers.Series, series => Assert.InRange(series.Values.Sum(), 0, 1.0001));
        Assert.Equal(2, live.TeacherAnswers().Rows.Count);
        Assert.Equal(4, live.PlotScaleTrap().Series[0].Y.Count);
    }

    [Fact]
    public void A_sum_pulls_as_many_times_harder_than_a_mean_as_there_are_pictures()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        Tensor Cosines() => rand([5, 7], generator: random) - 0.5;
        var (own, clean, frozen, labels) = (Cosines(), Cosines(), Cosines(), arange(5, dtype: ScalarType.Int64));

        var mean = ScaleTrap.Ratios(own, clean, frozen, labels, 10, sum: false);
        var sum = ScaleTrap.Ratios(own, clean, frozen, labels, 10, sum: true);
        var bare = ScaleTrap.Ratios(own, clean, frozen, labels, 1, sum: false);

        Assert.Equal(5, sum.General / mean.General, 1e-4);
        Assert.Equal(5, sum.Clean / mean.Clean, 1e-4);
        Assert.True(bare.General < mean.General / 2);
    }

    [Fact]
    public void An_empty_store_leaves_gaps_and_names_the_command()
    {
        var runs = _experiment.Stored();

        Assert.StartsWith("0 of 80 trainings", runs.ToString(), StringComparison.Ordinal);
        Assert.Contains("./notebooks/sweep 07-pmg-aft", runs.ToString(), StringComparison.Ordinal);
        Chart[] charts =
        [
            runs.PlotScatter(2), runs.PlotSets(4, robust: true), runs.PlotSets(2, robust: false), runs.PlotBudgets(), runs.PlotAblation(), runs.PlotLearningRates(), runs.PlotTeacher(4),
        ];
        Assert.All(charts, chart => Assert.StartsWith("<svg", chart.ToSvg(), StringComparison.Ordinal));
        Assert.All(charts, chart => Assert.NotEmpty(chart.ToPlotly()["data"]!.AsArray()));
        Assert.Equal(7, runs.Masking.Rows.Count);
        Assert.Equal(4, runs.ScaleTrap.Rows.Count);
        Assert.Equal(6, runs.BesideTheReRun.Rows.Count);
        Assert.Equal(15, runs.OneAnswer(2).Rows.Count);
        Assert.NotEmpty(runs.Scores.ToString());
        Assert.Equal(Outcome.RunsMissing, runs.Verdict.Outcome);
        Assert.Contains("runs missing: ", runs.Verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains("2/255 and 4/255", Assert.Throws<ArgumentOutOfRangeException>(() => runs.PlotScatter(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_runs_of_the_reported_seeds_become_points_and_others_are_left_out()
    {
        var options = PmgAftPlan.For(Scale.Demo).Fit(PmgAftArm.TeCoA, 2);
        foreach (var (seed, clean) in new (ulong, double)[] { (11, 0.5), (12, 0.6), (99, 0.1) })
        {
            Store(Open(Scale.Demo, seed), options, clean);
        }

        Store(Open(Scale.Demo, 13), options, 0.2, version: PmgAftSweep.Version + 1);
        Store(Open(Scale.Demo, 14), options with { Steps = 7 }, 0.2);
        Store(Open(Scale.Smoke, 15), options, 0.3);

        var chart = _experiment.Stored().PlotScatter(2);

        var points = Assert.Single(chart.Series);
        Assert.Equal("TeCoA", points.Name);
        Assert.Equal([50, 60], points.X);
        Assert.True(points.Unconnected);
        Assert.Contains("2 of 80", chart.Title, StringComparison.Ordinal);
        Assert.Contains("\"markers\"", chart.ToPlotly()["data"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Outcome.Reproduced, Outcome.Reproduced, "reproduced; clean accuracy is higher")]
    [InlineData(Outcome.NotReproduced, Outcome.NotReproduced, "not reproduced; it needs higher clean accuracy, robust accuracy that is not lower and a higher mean of both, and E4b does not hold")]
    [InlineData(Outcome.NotTestable, Outcome.NotTestable, "not testable here: a reason")]
    [InlineData(Outcome.RunsMissing, Outcome.RunsMissing, "runs missing: a reason")]
    public void The_main_claim_needs_all_of_its_parts(Outcome second, Outcome expected, string words)
    {
        var parts = PmgAftCriteria.All.Where(criterion => criterion.Id.StartsWith("E4", StringComparison.Ordinal)).Select(criterion => new Verdict
        {
            Criterion = criterion,
            Outcome = criterion.Id == "E4b" ? second : Outcome.Reproduced,
            Reason = criterion.Id == "E4b" && second is Outcome.NotTestable or Outcome.RunsMissing ? "a reason" : "",
            Scale = Scale.Demo,
            Results = [new ComparisonResult("PMG-AFT and TeCoA, 2/255", new Interval(0.012, -0.01, 0.03, 5), 0.5, second == Outcome.Reproduced)],
            Format = new EstimateFormat(1, InPercent: true),
        }).ToArray();

        var verdict = PmgAftVerdict.Of(parts);

        Assert.Equal(expected, verdict.Outcome);
        Assert.Contains(words, verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal(second is Outcome.Reproduced or Outcome.NotReproduced, verdict.Sentence.Contains("clean: 2/255 1.2% [−1.0, 3.0]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loss_of_ones_own_stands_beside_the_others()
    {
        var table = _experiment.TryLoss(new OwnLoss("mine", batch => nn.functional.cross_entropy(batch.Adversarial.Logits, batch.Labels)));

        Assert.Equal(["TeCoA", "PMG-AFT", "mine"], table["Loss"].Select(cell => cell.ToString()));
        Assert.Equal(table[0].Number("15 sets, robust"), table[2].Number("15 sets, robust"));   // it is TeCoA's loss
    }

    [Fact]
    public void Every_method_of_the_study_has_a_colour_of_its_own()
    {
        string[] names = [.. Enum.GetValues<PmgAftArm>().Select(PmgAftPlan.NameOf)];

        Assert.Equal(names.Length, names.Select(Palette.Of).Distinct().Count());
        Assert.Equal(names.Select(Palette.Of), Palette.Assign(names));
    }

    [Fact]
    public void A_live_budget_at_which_the_original_is_not_scored_is_refused() =>
        Assert.Contains("1, 2, 4", Assert.Throws<ArgumentException>(() => new PmgAftExperiment(Open(Scale.Smoke), new PmgAftExperimentOptions { LiveEpsilon = 3 })).Message, StringComparison.Ordinal);

    private Lab Open(Scale scale, ulong seed = 7) => Lab.At(_folder.Path, scale, seed);

    private static void Store(Lab lab, PmgAftRunOptions options, double clean, int version = PmgAftSweep.Version) => lab.Store.Write(new RunRecord<PmgAftRunOptions>
    {
        Experiment = PmgAftSweep.Id,
        Options = options,
        MethodVersion = version,
        Checkpoints = new Dictionary<string, string>(),
        Environment = lab.Describe(TimeProvider.System.GetUtcNow()),
        Measurements =
        [
            new Measurement(PmgAftScores.MeanRow, PmgAftScores.CleanColumn, clean),
            new Measurement(PmgAftScores.MeanRow, PmgAftScores.Robust(options.Epsilon), clean / 2),
        ],
    });
}
