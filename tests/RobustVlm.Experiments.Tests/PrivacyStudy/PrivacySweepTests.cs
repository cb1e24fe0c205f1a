using System.Text.Json;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.PrivacyStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.PrivacyStudy;

public sealed class PrivacySweepTests : IDisposable
{
    private const int LongestFile = 150_000;

    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Trainings_with_checkpoints_of_all_seeds_come_first_and_no_seed_was_chosen_on()
    {
        var runs = All(Open(Scale.Demo)).OrderBy(entry => entry.Run.Stage).ToArray();

        Assert.Equal(5, PrivacyPlan.Seeds.Count);
        Assert.DoesNotContain(PrivacyPlan.ChoosingSeed, PrivacyPlan.Seeds);
        Assert.All(runs.Take(5), entry => Assert.Equal(PrivacyRunKind.Training, entry.Options.Kind));
        Assert.Equal(5 * 5, runs.Length);
        Assert.Equal(runs.Length, runs.Select(entry => (entry.Run.Label, entry.Run.Seed)).Distinct().Count());
    }

    [Fact]
    public void Checkpoints_double_and_end_with_the_last_step()
    {
        var options = PrivacyPlan.For(Scale.Demo).Training();

        var steps = PrivacyPlan.CheckpointsOf(options);

        Assert.Equal(0, steps[0]);
        Assert.Equal(options.Steps, steps[^1]);
        Assert.True(steps.Count >= 5);
        Assert.All(steps.Skip(1).Zip(steps.Skip(2)), pair => Assert.Equal(2 * pair.First, pair.Second));
    }

    [Theory, InlineData(new[] { 1.3, 1.0, 1.16, 1.3 }, 2), InlineData(new[] { 1.3, 1.0, 1.1, 1.1 }, 3)]
    public void The_checkpoint_is_the_first_with_the_gap_and_never_the_untrained_one(double[] gaps, int chosen) => Assert.Equal(chosen, PrivacyFit.Choose(gaps));

    [Fact]
    public void Members_others_and_public_pictures_are_different_ones()
    {
        var options = PrivacyPlan.For(Scale.Smoke).Training();
        using var images = PrivacyImages.Draw(Open(Scale.Smoke), options);

        var members = images.Members(options.Members).Ids;
        var others = images.Candidates.Ids.Skip(options.Candidates);
        var unseen = images.Unseen.Ids;
        Assert.Equal(members.Take(options.Candidates), images.Candidates.Ids.Take(options.Candidates));
        Assert.Empty(images.Members(20).Ids.Intersect(others.Concat(unseen).Concat(images.Public(20).Ids)));
        Assert.Empty(others.Intersect(unseen));
        Assert.Empty(images.Public(20).Ids.Intersect(others.Concat(unseen)));
    }

    [Fact]
    public void Runs_of_a_seed_attack_the_same_pictures()
    {
        var plan = PrivacyPlan.For(Scale.Smoke);
        using var first = PrivacyImages.Draw(Open(Scale.Smoke), plan.Training());
        using var second = PrivacyImages.Draw(Open(Scale.Smoke), plan.SetSize(20));
        using var scope = TorchSharp.torch.NewDisposeScope();

        Assert.True(first.Candidates.Images.eq(second.Candidates.Images).all().ToBoolean());
    }

    [Fact]
    public void Every_criterion_finds_one_run_per_arm_and_seed()
    {
        var runs = All(Open(Scale.Demo));

        foreach (var criterion in PrivacyCriteria.All.OfType<Criterion<PrivacyRunOptions>>())
        {
            Assert.Equal(5, criterion.Seeds.Count);
            Assert.All(criterion.Comparisons.SelectMany(comparison => comparison.Arms), arm =>
                Assert.All(criterion.Seeds, seed => Assert.Single(runs, entry => entry.Run.Seed == seed && arm.Selects(entry.Options))));
        }
    }

    [Fact]
    public void Every_criterion_can_be_decided_once_all_runs_are_stored()
    {
        var lab = Open(Scale.Demo);
        var arms = PrivacyCriteria.All.OfType<Criterion<PrivacyRunOptions>>().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms).ToArray();
        foreach (var (run, options) in All(lab))
        {
            // Rising with the epochs, falling with the members, else 0.6, and 0 for distances from chance.
            var places = arms.Where(arm => arm.Selects(options)).Select(arm => (arm.Row, arm.Column)).Distinct().Select(place => new Measurement(
                place.Row, place.Column, place.Column.StartsWith("AUC - 0.5", StringComparison.Ordinal) ? 0.01
                    : place.Row.StartsWith("checkpoint", StringComparison.Ordinal) ? 0.5 + (0.01 * (place.Row[^1] - '0')) : 0.6 - (options.Members * 1e-4)));
            var typed = Assert.IsType<SweepRun<PrivacyRunOptions>>(run);
            lab.Store.Write(new RunRecord<PrivacyRunOptions>
            {
                Experiment = typed.Experiment,
                Options = options,
                MethodVersion = typed.MethodVersion,
                Checkpoints = typed.Checkpoints,
                Environment = typed.Lab.Describe(TimeProvider.System.GetUtcNow()),
                Measurements = [.. places],
            });
        }

        var verdicts = PrivacyCriteria.All.ToDictionary(criterion => criterion.Id, criterion => criterion.Evaluate(lab.Store, Scale.Demo));

        Assert.All(verdicts, verdict => Assert.Equal("", verdict.Value.Reason));
        Assert.Equal(
            ["M1a", "M1b", "M1c", "M1d", "M1e", "M2a", "M2b", "M2c", "M2e", "M3", "M4c", "M5a", "M5b", "M5c", "M5d", "M6b", "M6c", "M9a"],
            verdicts.Where(entry => entry.Value.Outcome == Outcome.Reproduced).Select(entry => entry.Key));
    }

    [Fact]
    public void Every_option_of_a_run_survives_the_store()
    {
        var options = PrivacyPlan.For(Scale.Demo).Defended(PrivacyDefence.LowRank);

        Assert.Equal(options, JsonSerializer.Deserialize<PrivacyRunOptions>(JsonSerializer.Serialize(options, ResultJson.Options), ResultJson.Options));
    }

    [Fact]
    public void A_sweep_at_smoke_scale_stores_every_kind_of_run_with_every_number_that_a_criterion_needs()
    {
        var lab = Open(Scale.Smoke);
        using var output = new StringWriter();

        Assert.True(new SweepRunner(lab, new PrivacySweep(), new SweepRequest(Seeds: [21]), output).Run(), output.ToString());

        var runs = lab.Store.ReadAll<PrivacyRunOptions>(PrivacySweep.Id);
        Assert.Equal(5, runs.Count);
        Assert.All(runs, run => Assert.All(run.Measurements, number => Assert.True(double.IsFinite(number.Value), $"{number.Row}, {number.Column}")));
        Assert.All(Directory.GetFiles(lab.WorkFolder(PrivacySweep.Id), "*.json"), file => Assert.InRange(new FileInfo(file).Length, 1, LongestFile));
        foreach (var arm in PrivacyCriteria.All.OfType<Criterion<PrivacyRunOptions>>().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms))
        {
            Assert.All(runs.Where(run => arm.Selects(run.Options)), run => Assert.Contains(run.Measurements, number => number.Row == arm.Row && number.Column == arm.Column));
        }
    }

    [Fact]
    public void Paper_scale_says_what_it_needs() =>
        Assert.Contains("PrivacyPreset", Assert.Throws<ArgumentException>(() => new PrivacySweep().RunsOf(Open(Scale.Paper)).ToArray()).Message, StringComparison.Ordinal);

    private Lab Open(Scale scale) => Lab.At(_folder.Path, scale, 21);

    private static (ISweepRun Run, PrivacyRunOptions Options)[] All(Lab lab) =>
        [.. PrivacyPlan.Seeds.SelectMany(seed => new PrivacySweep().RunsOf(lab.WithSeed(seed))).Select(run => (run, Assert.IsType<SweepRun<PrivacyRunOptions>>(run).Options))];
}
