using System.Text.Json;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.PmgAftStudy;

public sealed class PmgAftSweepTests : IDisposable
{
    private const int LongestFile = 60_000;

    private static readonly PmgAftArm[] s_sameStart = [PmgAftArm.TeCoA, PmgAftArm.PmgAft, PmgAftArm.General, PmgAftArm.Clean];

    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_main_methods_of_all_seeds_come_before_anything_else()
    {
        var sweep = new PmgAftSweep();
        var lab = Open(Scale.Demo, 1);

        var runs = All(sweep, lab).OrderBy(entry => entry.Run.Stage).ToArray();

        var first = runs.TakeWhile(entry => entry.Run.Stage < 2).ToArray();
        Assert.Equal(PmgAftPlan.Seeds.Count * (2 + (2 * PmgAftPlan.Main.Count)), first.Length);
        Assert.Equal([PmgAftArm.Original, PmgAftArm.FineTuneClean, .. PmgAftPlan.Main], first.Take(6).Select(entry => entry.Options.Arm));
        Assert.All(first.Where(entry => entry.Run.Stage == 0), entry => Assert.NotEqual(PmgAftPlan.Epsilons[1], entry.Options.Epsilon));
        Assert.Equal(runs.Length, runs.Select(entry => entry.Run.Key).Distinct().Count());
        Assert.Equal(runs.Length, runs.Select(entry => (entry.Run.Label, entry.Run.Seed)).Distinct().Count());
    }

    [Fact]
    public void Learning_rates_are_tried_on_a_seed_that_is_not_reported_and_extras_on_one_that_is()
    {
        var runs = All(new PmgAftSweep(), Open(Scale.Demo, 1));

        Assert.DoesNotContain(PmgAftPlan.ChoosingSeed, PmgAftPlan.Seeds);
        Assert.Contains(PmgAftPlan.ExtraSeed, PmgAftPlan.Seeds);
        var tried = runs.Where(entry => entry.Options.Kind == PmgAftRunKind.LearningRate).ToArray();
        Assert.Equal(2 * 2 * 4, tried.Length);
        Assert.All(tried, entry => Assert.Equal(PmgAftPlan.ChoosingSeed, entry.Run.Seed));
        Assert.All(runs.Where(entry => entry.Options.Kind == PmgAftRunKind.Attacks), entry => Assert.Equal(PmgAftPlan.ExtraSeed, entry.Run.Seed));
        Assert.All(PmgAftPlan.Tuned, arm => Assert.Contains(PmgAftPlan.LearningRateOf(arm), PmgAftPlan.LearningRates));
    }

    [Fact]
    public void Methods_of_a_budget_share_their_learning_rate_and_all_that_is_not_theirs()
    {
        var plan = PmgAftPlan.For(Scale.Demo);
        var fits = PmgAftPlan.Epsilons.SelectMany(epsilon => s_sameStart.Append(PmgAftArm.FineTuneAdversarial).Append(PmgAftArm.Trades).Select(arm => plan.Fit(arm, epsilon)));

        Assert.All(fits.GroupBy(options => options.Epsilon), budget => Assert.Single(budget.Select(options => options with { Arm = PmgAftArm.TeCoA }).Distinct()));
    }

    [Fact]
    public void Every_criterion_finds_one_run_per_arm_and_seed()
    {
        var sweep = new PmgAftSweep();
        var runs = All(sweep, Open(Scale.Demo, 1));

        foreach (var criterion in PmgAftCriteria.All.OfType<Criterion<PmgAftRunOptions>>())
        {
            Assert.Equal(criterion.Id.StartsWith("E8", StringComparison.Ordinal) ? 1 : 5, criterion.Seeds.Count);
            Assert.All(criterion.Comparisons.SelectMany(comparison => comparison.Arms), arm =>
                Assert.All(criterion.Seeds, seed => Assert.Single(runs, entry => entry.Run.Seed == seed && arm.Selects(entry.Options))));
        }
    }

    [Fact]
    public void Every_criterion_can_be_decided_once_all_runs_are_stored()
    {
        var lab = Open(Scale.Demo, 1);
        var places = PmgAftCriteria.All.OfType<Criterion<PmgAftRunOptions>>().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms)
            .Select(arm => new Measurement(arm.Row, arm.Column, 0.2)).Distinct().ToArray();
        foreach (var (run, options) in All(new PmgAftSweep(), lab))
        {
            var typed = Assert.IsType<SweepRun<PmgAftRunOptions>>(run);
            lab.Store.Write(new RunRecord<PmgAftRunOptions>
            {
                Experiment = typed.Experiment,
                Options = options,
                MethodVersion = typed.MethodVersion,
                Checkpoints = typed.Checkpoints,
                Environment = typed.Lab.Describe(TimeProvider.System.GetUtcNow()),
                Measurements = places,
            });
        }

        var verdicts = PmgAftCriteria.All.ToDictionary(criterion => criterion.Id, criterion => criterion.Evaluate(lab.Store, Scale.Demo));

        Assert.All(verdicts.Values, verdict => Assert.Empty(verdict.Reason));
        Assert.Equal(
            ["E1", "E1b", "E2a", "E2b", "E2c", "E3a", "E3b", "E4a", "E4b", "E4c", "E4d", "E5a", "E5b", "E6a", "E6b", "E7a", "E7b", "E8a", "E8b", "E8c", "E8d", "E9a", "E9b"],
            verdicts.Keys);
        Assert.Equal(   // of equal numbers everywhere
            ["E2c", "E4c", "E6a", "E8a", "E8b", "E8c", "E9a", "E9b"], verdicts.Where(entry => entry.Value.Outcome == Outcome.Reproduced).Select(entry => entry.Key));
    }

    [Fact]
    public void Every_option_of_a_run_survives_the_store()
    {
        var options = PmgAftPlan.For(Scale.Demo).Attacks(PmgAftArm.Fare, 2);

        Assert.Equal(options, JsonSerializer.Deserialize<PmgAftRunOptions>(JsonSerializer.Serialize(options, ResultJson.Options), ResultJson.Options));
        Assert.Equal(new PmgAftRunOptions(), JsonSerializer.Deserialize<PmgAftRunOptions>(JsonSerializer.Serialize(new PmgAftRunOptions(), ResultJson.Options), ResultJson.Options));
    }

    [Fact]
    public void Methods_of_a_seed_get_the_same_batches_and_the_same_starts_of_attacks()
    {
        // At a learning rate near zero every student stays the pre-trained model, so its cross-entropy shows what it was given.
        var fit = new PmgAftFit();
        var lab = Open(Scale.Smoke, 3);
        PmgAftRunOptions Options(PmgAftArm arm) => PmgAftPlan.For(Scale.Smoke).LearningRate(arm, 2, 1e-12);

        var curves = new[] { PmgAftArm.TeCoA, PmgAftArm.PmgAft }.Select(arm => Curve(fit.Run(lab, Options(arm), (_, _) => { }).Measurements)).ToArray();
        var other = Curve(fit.Run(lab.WithSeed(4), Options(PmgAftArm.TeCoA), (_, _) => { }).Measurements);

        Assert.Equal(4, curves[0].Length);
        Assert.All(curves.Skip(1), curve => Assert.All(curve.Zip(curves[0]), pair => Assert.Equal(pair.Second, pair.First, 1e-4)));
        Assert.NotEqual(curves[0], other);
        Assert.True(curves[0].Distinct().Count() > 1);
        static double[] Curve(IReadOnlyList<Measurement> numbers) => [.. numbers.Where(number => number.Row == PmgAftFit.CurvePrefix + "CE").Select(number => number.Value)];
    }

    [Fact]
    public void A_sweep_at_smoke_scale_stores_every_kind_of_run_in_small_files()
    {
        var lab = Open(Scale.Smoke, 1);
        using var output = new StringWriter();
        string[] parts = ["CLIP", "PMG-AFT, 2/255", "token prompt"];

        Assert.All(parts, part => Assert.True(new SweepRunner(lab, new PmgAftSweep(), new SweepRequest(part, [PmgAftPlan.ExtraSeed]), output).Run(), output.ToString()));

        var runs = lab.Store.ReadAll<PmgAftRunOptions>(PmgAftSweep.Id);
        Assert.All(runs, run => Assert.All(run.Measurements, number => Assert.True(double.IsFinite(number.Value), $"{run.Options.Arm}: {number.Row}, {number.Column}")));
        Assert.All(Directory.GetFiles(lab.WorkFolder(PmgAftSweep.Id), "*.json"), file => Assert.InRange(new FileInfo(file).Length, 1, LongestFile));
        Assert.Equal(4, runs.Count);
        Assert.Single(runs, run => run.Options.Kind == PmgAftRunKind.Attacks);
        foreach (var criterion in PmgAftCriteria.All.OfType<Criterion<PmgAftRunOptions>>())
        {
            foreach (var arm in criterion.Comparisons.SelectMany(comparison => comparison.Arms))
            {
                Assert.All(runs.Where(run => arm.Selects(run.Options)), run => Assert.Contains(run.Measurements, number => number.Row == arm.Row && number.Column == arm.Column));
            }
        }

        var clip = runs.Single(run => run.Options is { Kind: PmgAftRunKind.Fit, Arm: PmgAftArm.Original }).Measurements;
        Assert.Equal(16 + 1, clip.Count(number => number.Column == PmgAftScores.CleanColumn));
        Assert.Equal(
            clip.Where(number => number.Column == PmgAftScores.CleanColumn && number.Row is not (PmgAftScores.MeanRow or "objects")).Average(number => number.Value),
            clip.Single(number => number is { Row: PmgAftScores.MeanRow, Column: PmgAftScores.CleanColumn }).Value, 1e-9);
    }

    [Fact]
    public void Paper_scale_says_what_it_needs() =>
        Assert.Contains("ViT-B/32", Assert.Throws<ArgumentException>(() => new PmgAftSweep().RunsOf(Open(Scale.Paper, 1)).ToArray()).Message, StringComparison.Ordinal);

    private Lab Open(Scale scale, ulong seed) => Lab.At(_folder.Path, scale, seed);

    private static (ISweepRun Run, PmgAftRunOptions Options)[] All(PmgAftSweep sweep, Lab lab) =>
        [.. sweep.Seeds.SelectMany(seed => sweep.RunsOf(lab.WithSeed(seed))).DistinctBy(run => run.Key).Select(run => (run, Assert.IsType<SweepRun<PmgAftRunOptions>>(run).Options))];
}
