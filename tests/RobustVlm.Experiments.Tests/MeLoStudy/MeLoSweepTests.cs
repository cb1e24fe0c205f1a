using System.Text.Json;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Methods;
using Xunit;

namespace RobustVlm.Experiments.Tests.MeLoStudy;

public sealed class MeLoSweepTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Learning_rates_come_first_and_the_fits_follow_once_they_are_stored()
    {
        var lab = Open(Scale.Demo, 2);
        var sweep = new MeLoSweep();

        var before = Options(sweep, lab);
        Pretend(lab, before.Where(entry => entry.Options.Kind == MeLoRunKind.LearningRate));
        var after = Options(sweep, lab);

        Assert.DoesNotContain(before, entry => entry.Options.Kind == MeLoRunKind.Fit);
        Assert.All(before.Where(entry => entry.Options.Kind == MeLoRunKind.LearningRate), entry => Assert.Equal(MeLoPlan.ChoosingSeed, entry.Run.Seed));
        Assert.Equal(4 * 5 * 3, before.Count(entry => entry.Options.Kind == MeLoRunKind.LearningRate));
        var fits = after.Where(entry => entry.Options.Kind == MeLoRunKind.Fit).ToArray();
        Assert.Equal(4 * 9, fits.Length);
        Assert.All(fits, entry => Assert.Equal(2UL, entry.Run.Seed));
        Assert.Equal(after.Length, after.Select(entry => entry.Run.Key).Distinct().Count());
    }

    [Fact]
    public void The_best_validation_score_chooses_the_learning_rate_of_all_ranks()
    {
        var lab = Open(Scale.Demo, 3);
        var sweep = new MeLoSweep();
        Pretend(lab, Options(sweep, lab).Where(entry => entry.Options.Kind == MeLoRunKind.LearningRate), options => options.LearningRate == MeLoPlan.LearningRatesOf(options.Mode)[1] ? 0.9 : 0.8);

        var fits = Options(sweep, lab).Where(entry => entry.Options.Kind == MeLoRunKind.Fit).ToArray();

        Assert.All(fits, entry => Assert.Equal(MeLoPlan.LearningRatesOf(entry.Options.Mode)[1], entry.Options.LearningRate));
        Assert.Equal([1, 2, 4, 8, 16], fits.Where(entry => entry.Options is { Mode: MeLoMode.LowRank, Task: "blood cells" }).Select(entry => entry.Options.Rank));
    }

    [Fact]
    public void Equal_scores_choose_the_smallest_learning_rate_and_a_score_that_is_no_number_none()
    {
        var lab = Open(Scale.Demo, MeLoPlan.ChoosingSeed);
        var (plan, arm) = (MeLoPlan.For(Scale.Demo), MeLoPlan.Full);
        var rates = MeLoPlan.LearningRatesOf(arm.Mode);
        Pretend(lab, Options(new MeLoSweep(), lab).Where(entry => entry.Options.Mode == arm.Mode), options => options.LearningRate == rates[0] ? double.NaN : 0.8);

        Assert.Equal(rates[1], MeLoSweep.LearningRateOf(lab, plan, plan.Tasks[0], arm));
        Assert.Null(MeLoSweep.LearningRateOf(lab, plan, plan.Tasks[0], MeLoPlan.Probe));
    }

    [Fact]
    public void Every_criterion_of_the_catalogue_finds_one_run_per_arm_and_seed_in_its_sweep()
    {
        var lab = Open(Scale.Demo, 1);
        foreach (var sweep in SweepCatalog.All.OfType<MeLoSweep>())
        {
            Pretend(lab, sweep.Seeds.SelectMany(seed => Options(sweep, lab.WithSeed(seed))).Where(entry => entry.Options.Kind == MeLoRunKind.LearningRate).DistinctBy(entry => entry.Run.Key));
            var runs = sweep.Seeds.SelectMany(seed => Options(sweep, lab.WithSeed(seed))).DistinctBy(entry => entry.Run.Key).ToArray();
            foreach (var criterion in CriteriaCatalog.All.OfType<Criterion<MeLoRunOptions>>().Where(criterion => criterion.Experiment == sweep.Experiment))
            {
                Assert.Subset(sweep.Seeds.ToHashSet(), criterion.Seeds.ToHashSet());
                Assert.Equal(5, criterion.Seeds.Count);
                Assert.All(criterion.Comparisons.SelectMany(comparison => comparison.Arms), arm =>
                    Assert.All(criterion.Seeds, seed => Assert.Single(runs, entry => entry.Run.Seed == seed && arm.Selects(entry.Options))));
            }
        }
    }

    [Fact]
    public void Every_criterion_can_be_decided_once_all_runs_are_stored()
    {
        var lab = Open(Scale.Demo, 1);
        var sweep = new MeLoSweep();
        for (var stage = 0; stage < 2; stage++)
        {
            Pretend(lab, sweep.Seeds.SelectMany(seed => Options(sweep, lab.WithSeed(seed))).DistinctBy(entry => entry.Run.Key), _ => 0.8);
        }

        Assert.All(MeLoCriteria.All, criterion => Assert.Empty(criterion.Evaluate(lab.Store, Scale.Demo).Reason));
        Assert.Equal(["S1", "S1b", "S2", "S3a", "S3b", "S4a", "S4b", "S4c", "S4d", "S5a", "S5b"], MeLoCriteria.All.Select(criterion => criterion.Id));
        Assert.Equal(Outcome.Reproduced, MeLoCriteria.All[0].Evaluate(lab.Store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.NotReproduced, MeLoCriteria.All[1].Evaluate(lab.Store, Scale.Demo).Outcome);
    }

    [Fact]
    public void Every_option_of_a_run_survives_the_store()
    {
        var options = MeLoPlan.Fit(MeLoPlan.For(Scale.Demo).Tasks[3], MeLoPlan.MeLo(8), 3e-3);

        Assert.Equal(options, JsonSerializer.Deserialize<MeLoRunOptions>(JsonSerializer.Serialize(options, ResultJson.Options), ResultJson.Options));
        Assert.Equal(new MeLoRunOptions(), JsonSerializer.Deserialize<MeLoRunOptions>(JsonSerializer.Serialize(new MeLoRunOptions(), ResultJson.Options), ResultJson.Options));
    }

    [Fact]
    public void A_sweep_at_smoke_scale_stores_a_tuning_without_test_and_fits_with_one()
    {
        var lab = Open(Scale.Smoke, 1);
        using var output = new StringWriter();

        Assert.True(new SweepRunner(lab, new MeLoSweep(), new SweepRequest("mammograms", [2]), output).Run(), output.ToString());
        Assert.True(new SweepRunner(lab, new MeLoSweep(), new SweepRequest("switching", [2]), output).Run(), output.ToString());
        Assert.True(new SweepRunner(lab, new MeLoSweep(), new SweepRequest("speed", [2]), output).Run(), output.ToString());

        var runs = lab.Store.ReadAll<MeLoRunOptions>(MeLoSweep.Id);
        var tuning = runs.Where(run => run.Options.Kind == MeLoRunKind.LearningRate).ToArray();
        var fits = runs.Where(run => run.Options.Kind == MeLoRunKind.Fit).ToArray();
        Assert.Equal(5 * 2, tuning.Length);
        Assert.All(tuning, run => Assert.DoesNotContain(run.Measurements, number => number.Row is MeLoFit.TestRow or MeLoFit.FoldRow));
        Assert.Equal(MeLoPlan.Arms.Count, fits.Length);
        Assert.All(fits, run => Assert.Equal([MeLoFit.FitRow, MeLoFit.ValidationRow, MeLoFit.TestRow, MeLoFit.FoldRow], run.Measurements.Select(number => number.Row).Distinct()));
        Assert.All(fits, run => Assert.All(run.Measurements, number => Assert.True(double.IsFinite(number.Value))));
        double Weights(MeLoMode mode, int rank) => fits.Single(run => run.Options.Mode == mode && run.Options.Rank == rank).Measurements.Single(number => number.Column == MeLoFit.WeightsColumn).Value;
        Assert.Equal((4 * 6 * 128 * 4) + 258, Weights(MeLoMode.LowRank, 4));
        Assert.Equal(258, Weights(MeLoMode.LinearProbe, 0));
        Assert.Equal(824_704 + 258, Weights(MeLoMode.FullFineTuning, 0));

        var speed = runs.Single(run => run.Options.Kind == MeLoRunKind.Speed).Measurements;
        double Speed(string row, string column) => speed.Single(number => number.Row == row && number.Column == column).Value;
        Assert.Equal(
            Speed(MeLoSpeed.LowRankRow, MeLoSpeed.WeightsColumn) / Speed(MeLoSpeed.FullRow, MeLoSpeed.WeightsColumn),
            Speed(MeLoSpeed.LowRankRow, MeLoSpeed.StateColumn) / Speed(MeLoSpeed.FullRow, MeLoSpeed.StateColumn), 0.01);
        var switching = runs.Single(run => run.Options.Kind == MeLoRunKind.Switching).Measurements;
        Assert.Equal(11, switching.Count);
        Assert.All(switching, number => Assert.True(number.Value > 0, number.Row));
    }

    [Fact]
    public void Paper_scale_says_what_it_needs() =>
        Assert.Contains("ViT-B/16", Assert.Throws<ArgumentException>(() => new MeLoSweep().RunsOf(Open(Scale.Paper, 1)).ToArray()).Message, StringComparison.Ordinal);

    [Fact]
    public void Rates_of_two_classes_are_those_of_the_illness_and_of_more_the_mean()
    {
        var two = ClassRates.Of([1, 1, 0, 0], [1, 0, 0, 0], 2);
        var three = ClassRates.Of([0, 1, 1, 2], [0, 1, 2, 2], 3);

        Assert.Equal(new ClassRates(0.75, 1, 2.0 / 3), two);
        Assert.Equal(0.75, three.Accuracy);
        Assert.Equal((1 + 1 + 0.5) / 3, three.Sensitivity, 1e-12);
        Assert.Equal((1 + (2.0 / 3) + 1) / 3, three.Specificity, 1e-12);
    }

    private Lab Open(Scale scale, ulong seed) => Lab.At(_folder.Path, scale, seed);

    private static (ISweepRun Run, MeLoRunOptions Options)[] Options(MeLoSweep sweep, Lab lab) =>
        [.. sweep.RunsOf(lab).Select(run => (run, Assert.IsType<SweepRun<MeLoRunOptions>>(run).Options))];

    // As if they had been made, with every number a criterion may ask for.
    private static void Pretend(Lab lab, IEnumerable<(ISweepRun Run, MeLoRunOptions Options)> runs, Func<MeLoRunOptions, double>? score = null)
    {
        (string Row, string Column)[] places =
        [
            (MeLoFit.ValidationRow, MeLoFit.AurocColumn),
            .. MeLoCriteria.All.OfType<Criterion<MeLoRunOptions>>().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms).Select(arm => (arm.Row, arm.Column)),
        ];
        foreach (var (run, options) in runs.ToArray())
        {
            var typed = Assert.IsType<SweepRun<MeLoRunOptions>>(run);
            lab.Store.Write(new RunRecord<MeLoRunOptions>
            {
                Experiment = typed.Experiment,
                Options = options,
                MethodVersion = typed.MethodVersion,
                Checkpoints = typed.Checkpoints,
                Environment = typed.Lab.Describe(TimeProvider.System.GetUtcNow()),
                Measurements = [.. places.Distinct().Select(place => new Measurement(place.Row, place.Column, score?.Invoke(options) ?? 0.8))],
            });
        }
    }
}
