using System.Globalization;
using System.Text.Json;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.NullspaceStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Experiments.Tests.Sweeps;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;
using Xunit;

namespace RobustVlm.Experiments.Tests.NullspaceStudy;

public sealed class NullspaceSweepTests : IDisposable
{
    private const int LongestFile = 60_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_arm_is_run_on_every_seed_and_the_choosing_seed_on_none()
    {
        var runs = MadeUpRuns.Of<NullspaceRunOptions>(new NullspaceSweep(), Open(Scale.Demo, 1));

        Assert.True(NullspacePlan.Seeds.Count >= 5);
        Assert.DoesNotContain(NullspacePlan.ChoosingSeed, NullspacePlan.Seeds);
        Assert.Equal(NullspacePlan.Seeds.Count * (1 + 8 + 4), runs.Length);
        Assert.Equal(runs.Length, runs.Select(entry => (entry.Run.Label, entry.Run.Seed)).Distinct().Count());
        Assert.Equal(8, runs.Where(entry => entry.Options.Kind == NullspaceRunKind.Tuning).Select(entry => entry.Options.Arm).Distinct().Count());
        Assert.Single(runs.Select(entry => entry.Run.Stage).Distinct());
    }

    [Fact]
    public void Arms_differ_by_nothing_but_the_arm()
    {
        var plan = NullspacePlan.For(Scale.Demo);

        Assert.Single(NullspacePlan.Arms.Select(arm => plan.Tuning(arm) with { Arm = NullspaceArm.None }).Distinct());
        Assert.Single(NullspacePlan.Arms.Select(arm => NullspacePlan.Recipe(plan.Tuning(arm)) with { Arm = NullspaceArm.None }).Distinct());
    }

    [Fact]
    public void Every_criterion_finds_one_run_per_arm_and_seed()
    {
        var runs = MadeUpRuns.Of<NullspaceRunOptions>(new NullspaceSweep(), Open(Scale.Demo, 1));

        Assert.All(Criteria(), criterion =>
        {
            Assert.Equal(NullspacePlan.Seeds, criterion.Seeds);
            Assert.All(criterion.Comparisons.SelectMany(comparison => comparison.Arms), arm =>
                Assert.All(criterion.Seeds, seed => Assert.Single(runs, entry => entry.Run.Seed == seed && arm.Selects(entry.Options))));
        });
    }

    [Fact]
    public void Runs_as_the_paper_would_have_them_reproduce_every_claim()
    {
        var lab = Open(Scale.Demo, 1);
        MadeUpRuns.Store<NullspaceRunOptions>(new NullspaceSweep(), lab, NullspaceCriteria.All, Ideal);

        var verdicts = Verdicts(lab);

        Assert.Equal(
            ["M1a", "M1b", "M1c", "M1d", "M1e", "M2a", "M2b", "M2c", "M3", "M4a", "M4b", "M4c", "M5a", "M5b", "M6a", "M6b", "M7a", "M7b", "M7c", "M8", "M9a", "M9b", "M9c", "M10", "M11a", "M11b"],
            verdicts.Keys);
        Assert.All(verdicts, entry => Assert.True(entry.Value.Outcome == Outcome.Reproduced, entry.Value.ToString()));
    }

    [Theory]
    [InlineData("M1b", NullspaceAnalysis.ExactRow, "logit change, deviation 2", 0.0011, 0.0009)]
    [InlineData("M1c", NullspaceAnalysis.ExactRow, "agreement, deviation 2", 0.999, 1)]
    [InlineData("M1d", NullspaceAnalysis.ExactRow, "agreement, permuted, deviation 2", 0.91, 0.89)]
    [InlineData("M2b", "lambda 2", "agreement, permuted", 0.96, 0.94)]
    [InlineData("M2c", "lambda 2", "confidence error, permuted", 0.0029, 0.0031)]
    [InlineData("M4b", NullspaceAnalysis.ScalingRow, "1", 0.031, 0.029)]
    [InlineData("M4c", NullspaceAnalysis.MixedRow, NullspaceAnalysis.LargestMixed, 0.061, 0.059)]
    [InlineData("M5a", NullspaceFit.NoiseRow, NullspaceFit.StoppedColumn, 0.89, 0.91)]
    [InlineData("M5b", NullspaceFit.CurvePrefix + NullspaceFit.LengthCurve, "2", 0.89, 0.87)]   // the last search has 0.88
    public void The_margins_of_the_plan_decide(string id, string row, string column, double failing, double passing)
    {
        Assert.Equal(Outcome.NotReproduced, Decide(id, (_, r, c) => (r, c) == (row, column), failing));
        Assert.Equal(Outcome.Reproduced, Decide(id, (_, r, c) => (r, c) == (row, column), passing));
    }

    [Theory]
    [InlineData("M8", NullspaceArm.Nullspace, NullspaceScores.CleanColumn, 0.775, 0.785)]     // the control has 0.80
    [InlineData("M9b", NullspaceArm.Trades, NullspaceScores.CleanColumn, 0.83, 0.8)]          // nullspace noise has 0.82
    [InlineData("M11a", NullspaceArm.Nullspace, "AA-mini, 4/255", 0.1, 0.09)]
    public void The_margins_between_arms_decide(string id, NullspaceArm arm, string column, double failing, double passing)
    {
        Assert.Equal(Outcome.NotReproduced, Decide(id, (options, _, c) => options.Arm == arm && c == column, failing));
        Assert.Equal(Outcome.Reproduced, Decide(id, (options, _, c) => options.Arm == arm && c == column, passing));
    }

    [Fact]
    public void Every_option_of_a_run_survives_the_store()
    {
        var options = NullspacePlan.For(Scale.Demo).AtEpsilon(NullspaceArm.RandomNoise, 0.1);

        Assert.Equal(options, JsonSerializer.Deserialize<NullspaceRunOptions>(JsonSerializer.Serialize(options, ResultJson.Options), ResultJson.Options));
    }

    [Fact]
    public void A_sweep_at_smoke_scale_measures_all_that_the_criteria_look_at()
    {
        var fit = new NullspaceFit();
        var lab = Open(Scale.Smoke, 1);
        var plan = NullspacePlan.For(Scale.Smoke);
        NullspaceRunOptions[] kinds = [plan.Analysis(), plan.Tuning(NullspaceArm.Nullspace) with { AutoAttack = true, AttackedPictures = 3, Rounds = NullspacePlan.For(Scale.Demo).Common.Rounds }, plan.AtEpsilon(NullspaceArm.Nullspace, 0.1)];

        foreach (var options in kinds)
        {
            var outcome = fit.Run(lab, options, (_, _) => { });

            Assert.All(outcome.Measurements, number => Assert.True(double.IsFinite(number.Value), $"{number.Row}, {number.Column}"));
            Assert.InRange(JsonSerializer.Serialize(outcome.Measurements, ResultJson.Options).Length, 1, LongestFile);
            var places = Criteria().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms).Where(arm => arm.Selects(options)).ToArray();
            Assert.NotEmpty(places);
            Assert.All(places, arm => Assert.Single(outcome.Measurements, number => number.Row == arm.Row && number.Column == arm.Column));
            Assert.Equal(outcome.Measurements.Count, outcome.Measurements.Select(number => (number.Row, number.Column)).Distinct().Count());
        }
    }

    [Fact]
    public void All_arms_of_a_seed_start_from_the_same_model_and_another_seed_from_another()
    {
        var fit = new NullspaceFit();
        var options = NullspacePlan.For(Scale.Smoke).Tuning(NullspaceArm.Control);
        var lab = Open(Scale.Smoke, 1);
        string Start(NullspaceFit made, Lab at)
        {
            using var model = made.Begin(at, options, (_, _) => { }).Model;
            return WeightChecksum.Of(model);
        }

        var first = Start(fit, lab);
        _ = fit.Run(lab, options, (_, _) => { });

        Assert.Equal(first, Start(fit, lab));
        Assert.Equal(first, Start(new NullspaceFit(), lab));
        Assert.NotEqual(first, Start(fit, lab.WithSeed(2)));
    }

    [Fact]
    public void The_published_recipe_takes_two_steps_of_every_arm_on_made_data()
    {
        var results = NullspacePreset.DryRun(Open(Scale.Paper, 1), VisionTransformerOptions.ViTTi16 with { ImageSize = 32, Depth = 1 });

        Assert.Equal(6, results.Count);
        Assert.Equal([0, 2, 2, 2, 2, 2], results.Select(entry => entry.Result.Losses.Count));
        Assert.All(results, entry => Assert.All(entry.Result.Losses, loss => Assert.True(double.IsFinite(loss))));
    }

    [Fact, Trait("Category", "Slow")]
    public void The_published_recipe_takes_two_steps_at_the_papers_sizes() => Assert.All(
        NullspacePreset.Models, model => Assert.Equal(6, NullspacePreset.DryRun(Open(Scale.Paper, 1), model.Sizes).Count));

    [Fact]
    public void The_preset_is_the_code_of_the_reported_runs()
    {
        var recipe = NullspacePreset.Published(NullspaceArm.Nullspace);

        Assert.Equal((20, 41, 128, 1e-5, 0.1, 0.05), (recipe.Rounds, recipe.StepsPerRound, recipe.BatchSize, recipe.LearningRate, recipe.FinalShare, recipe.WeightDecay));
        Assert.Equal((3, 0.1, 0.01, 3000, 0.03), (recipe.Noise.Limit, recipe.Noise.LearningRate, recipe.Noise.WeightDecay, recipe.Noise.MaxSteps, recipe.Noise.Epsilon));
        Assert.Equal((8 / 255.0, 2 / 255.0, 10), (recipe.Attack.Epsilon.Value, recipe.Attack.StepSize!.Value.Value, recipe.Attack.Steps));
    }

    [Fact]
    public void Paper_scale_says_what_it_needs() =>
        Assert.Contains("ViT-S/16", Assert.Throws<ArgumentException>(() => new NullspaceSweep().RunsOf(Open(Scale.Paper, 1)).ToArray()).Message, StringComparison.Ordinal);

    private static IEnumerable<Criterion<NullspaceRunOptions>> Criteria() => NullspaceCriteria.All.OfType<Criterion<NullspaceRunOptions>>();

    private static Dictionary<string, Verdict> Verdicts(Lab lab) => NullspaceCriteria.All.ToDictionary(criterion => criterion.Id, criterion => criterion.Evaluate(lab.Store, Scale.Demo));

    // What one criterion says when some places hold another number than the ideal one.
    private static Outcome Decide(string id, Func<NullspaceRunOptions, string, string, bool> changed, double value)
    {
        using var folder = new TemporaryFolder();
        var lab = Lab.At(folder.Path, Scale.Demo, 1);
        var criterion = NullspaceCriteria.All.Single(criterion => criterion.Id == id);
        MadeUpRuns.Store<NullspaceRunOptions>(new NullspaceSweep(), lab, [criterion], (options, r, c) => changed(options, r, c) ? value : Ideal(options, r, c));
        return criterion.Evaluate(lab.Store, Scale.Demo).Outcome;
    }

    // Numbers as the paper would have them.
    private static double Ideal(NullspaceRunOptions options, string row, string column)
    {
        var adversarial = options.Arm is NullspaceArm.Madry or NullspaceArm.Trades;
        var nullspace = options.Arm == NullspaceArm.Nullspace;
        return (row, column) switch
        {
            (NullspaceAnalysis.ExactRow, NullspaceAnalysis.DimensionExcess) => 0,
            (NullspaceAnalysis.ExactRow, _) => column.StartsWith("agreement, permuted", StringComparison.Ordinal) ? 0.3 : column.StartsWith("agreement", StringComparison.Ordinal) ? 1 : 1e-5,
            (NullspaceAnalysis.ScalingRow, _) => 0.03 * double.Parse(column, CultureInfo.InvariantCulture),
            (NullspaceAnalysis.MixedRow, _) => 0.04,
            (NullspaceFit.NoiseRow, _) => 1,
            (NullspaceFit.CurvePrefix + NullspaceFit.LengthCurve, _) => column == "2" ? 0.68 : 0.88,   // the paper's, as shares of the first
            (_, NullspaceAnalysis.NormColumn) => double.Parse(row["lambda ".Length..], CultureInfo.InvariantCulture),
            (_, NullspaceAnalysis.AgreementColumn) => 0.995,
            (_, NullspaceAnalysis.ConfidenceColumn) => 0.001,
            (_, "agreement, permuted") => 0.7,
            (_, "confidence error, permuted") => 0.02,
            (_, NullspaceScores.CleanColumn) => nullspace ? 0.82 : adversarial ? 0.7 : 0.8,
            (_, NullspaceScores.NoiseColumn) => options.Arm == NullspaceArm.RandomNoise ? 0.7 : 0.6,
            (_, NullspaceScores.CorruptionColumn or NullspaceScores.SitesColumn) => nullspace ? 0.7 : 0.6,
            _ when column.StartsWith("AA-mini", StringComparison.Ordinal) => 0.01,
            _ => adversarial ? 0.5 : nullspace ? 0.3 : 0.2,
        };
    }

    private Lab Open(Scale scale, ulong seed) => Lab.At(_folder.Path, scale, seed);
}
