using System.Text.Json;
using RobustVlm.Engine;
using RobustVlm.Experiments.AdaptorStudy;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Methods.FrozenBackbones;
using Xunit;

namespace RobustVlm.Experiments.Tests.AdaptorStudy;

public sealed class AdaptorSweepTests : IDisposable
{
    private const int LongestFile = 80_000;

    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_the_claims_need_comes_before_what_is_reported_without_a_mark()
    {
        var runs = All(Open(Scale.Demo, 1)).OrderBy(entry => entry.Run.Stage).ToArray();

        var first = runs.TakeWhile(entry => entry.Run.Stage < 3).ToArray();
        var rest = runs.Skip(first.Length).ToArray();
        foreach (var criterion in Criteria())
        {
            Assert.All(criterion.Comparisons.SelectMany(comparison => comparison.Arms), arm => Assert.DoesNotContain(rest, entry => arm.Selects(entry.Options)));
        }

        Assert.Equal(runs.Length, runs.Select(entry => entry.Run.Key).Distinct().Count());
        Assert.Equal(runs.Length, runs.Select(entry => (entry.Run.Label, entry.Run.Seed)).Distinct().Count());
        Assert.DoesNotContain(AdaptorPlan.ChoosingSeed, AdaptorPlan.Seeds);
    }

    [Fact]
    public void Learning_rates_are_chosen_by_validation_on_the_choosing_seed_before_any_reported_run_is_listed()
    {
        var lab = Open(Scale.Demo, 1);

        var first = Listed(lab);
        Assert.All(first, entry => Assert.Equal((AdaptorPlan.ChoosingSeed, AdaptorRunKind.LearningRate), (entry.Run.Seed, entry.Options.Kind)));
        foreach (var (run, options) in first)
        {
            Store(run, options, AdaptorPreTraining.LossColumn, options.LearningRate == 3e-3 ? 0.7 : 0.9);
        }

        var second = Listed(lab).Where(entry => entry.Options.Kind != AdaptorRunKind.LearningRate).ToArray();
        Assert.All(second, entry => Assert.Equal((AdaptorPlan.ChoosingSeed, AdaptorRunKind.DecoderRate, 3e-3), (entry.Run.Seed, entry.Options.Kind, entry.Options.LearningRate)));
        Assert.Equal([1e-3, 3e-3], second.Select(entry => entry.Options.DownstreamLearningRate));
        Assert.All(second, entry => Assert.Equal(0, entry.Options.TestPictures));   // no test picture takes part
        foreach (var (run, options) in second)
        {
            Store(run, options, AdaptorDownstream.ValidationColumn, options.DownstreamLearningRate == 1e-3 ? 0.6 : 0.5);
        }

        var reported = Listed(lab).Where(entry => entry.Run.Seed != AdaptorPlan.ChoosingSeed).Select(entry => entry.Options).ToArray();
        Assert.All(reported.Where(options => options.Kind == AdaptorRunKind.Fit && AdaptorPlan.Aligns(options.Arm)), options => Assert.Equal(3e-3, options.LearningRate));
        Assert.All(reported.Where(options => options.Kind == AdaptorRunKind.Segmentation), options => Assert.Equal(1e-3, options.DownstreamLearningRate));
    }

    [Fact]
    public void What_a_choice_rests_on_is_measured_on_validation_data_and_decoders_take_the_adaptor_that_was_trained_for_it()
    {
        var (lab, plan, fit) = (Open(Scale.Smoke, AdaptorPlan.ChoosingSeed), AdaptorPlan.For(Scale.Smoke), new AdaptorFit());

        var rate = fit.Run(lab, plan.TriedRates().Single(), (_, _) => { }).Measurements;
        var kept = Directory.GetFiles(Path.Combine(lab.WorkFolder(AdaptorSweep.Id), "cache"), "*.safetensors");
        var decoder = fit.Run(lab, plan.TriedDecoderRates().Single(), (_, _) => { }).Measurements;

        Assert.Single(rate, number => number.Column == AdaptorPreTraining.LossColumn);
        var number = Assert.Single(decoder);
        Assert.Equal(AdaptorDownstream.ValidationColumn, number.Column);
        Assert.InRange(number.Value, 0, 1);
        Assert.Equal(Assert.Single(kept), Assert.Single(Directory.GetFiles(Path.GetDirectoryName(kept[0])!, "*.safetensors")));   // not null: it lies in the cache
    }

    [Fact]
    public void Controls_are_no_adaptor_random_adaptor_fewer_layers_shuffled_pairs_and_end_to_end_training()
    {
        var fits = All(Open(Scale.Demo, 1)).Where(entry => entry.Options.Kind == AdaptorRunKind.Fit && entry.Run.Seed == 11).Select(entry => entry.Options).ToArray();

        Assert.Equal(Enum.GetValues<AdaptorArm>().Order(), fits.Select(options => options.Arm).Distinct().Order());
        Assert.Equal([0, 1, 2], fits.Where(options => options.Arm == AdaptorArm.Adaptor).Select(options => options.Layers).Distinct().Order());
        Assert.Equal([0.25, 0.5, 0.75], fits.Where(options => options.Arm == AdaptorArm.Adaptor).Select(options => options.TextWeight).Distinct().Order());
    }

    [Fact]
    public void Every_criterion_finds_one_run_per_arm_and_seed()
    {
        var runs = All(Open(Scale.Demo, 1));

        foreach (var criterion in Criteria())
        {
            Assert.Equal(5, criterion.Seeds.Count);
            Assert.All(criterion.Comparisons.SelectMany(comparison => comparison.Arms), arm =>
                Assert.All(criterion.Seeds, seed => Assert.Single(runs, entry => entry.Run.Seed == seed && arm.Selects(entry.Options))));
        }
    }

    [Fact]
    public void Every_criterion_can_be_decided_once_all_runs_are_stored()
    {
        var verdicts = Judge(Open(Scale.Demo, 1), (_, _, _) => 0.2);

        Assert.All(verdicts.Values, verdict => Assert.Empty(verdict.Reason));
        Assert.Equal(["S1a", "S1b", "S1c", "S1d", "S2", "S3", "S4a", "S4b", "S4c", "S5a", "S5b", "S6a", "S6b", "S6c"], verdicts.Keys);
        Assert.Equal(["S1a", "S1d", "S3", "S4a"], verdicts.Where(entry => entry.Value.Outcome == Outcome.Reproduced).Select(entry => entry.Key));   // of equal numbers everywhere
    }

    [Fact]
    public void Runs_as_the_paper_has_them_reproduce_what_they_should_and_a_blank_predictor_gives_the_claim_of_one_per_cent_away()
    {
        // Adaptor at 1 % predicts nothing; end-to-end training at 100 % segments a little and is hurt on empty masks, as in the authors' tables.
        var verdicts = Judge(Open(Scale.Demo, 1), (options, row, column) => column switch
        {
            AdaptorPreTraining.LossColumn => options.Arm == AdaptorArm.ShuffledPairs ? 1.01 : 0.6,
            AdaptorPreTraining.RecallColumn => options.Arm == AdaptorArm.ShuffledPairs ? 1.1 : 40,
            AdaptorCost.TogetherColumn => 100,
            AdaptorCost.FrozenColumn => 2,
            _ when row == AdaptorCost.SizeRow => column.EndsWith("ResNet-50", StringComparison.Ordinal) ? 0.893 : 0.92,
            _ when row == AdaptorFit.SpreadRow => 0.01,
            _ when row == AdaptorDownstream.SegmentationRow => Mask(options.Arm, column),
            _ => (options.Arm == AdaptorArm.RandomEncoder ? 0.55 : options.Arm == AdaptorArm.EndToEnd ? 0.9 : 0.8) + (column.EndsWith("100 %", StringComparison.Ordinal) ? 0.08 : column.EndsWith("10 %", StringComparison.Ordinal) ? 0.04 : 0),
        });

        Assert.Equal(["S4a", "S5a", "S6b", "S6c"], verdicts.Where(entry => entry.Value.Outcome != Outcome.Reproduced).Select(entry => entry.Key));
        static double Mask(AdaptorArm arm, string column) =>
            column.StartsWith(AdaptorDownstream.PositiveColumn, StringComparison.Ordinal) ? (arm == AdaptorArm.Adaptor ? 0 : 0.5)
            : arm == AdaptorArm.Adaptor ? 0.775 : 0.7;
    }

    [Fact]
    public void Spreads_are_those_of_means_over_the_other_encoders()
    {
        var rows = (from image in Enum.GetValues<AdaptorImageEncoder>()
                    from text in Enum.GetValues<AdaptorTextEncoder>()
                    from task in AdaptorTask.All
                    from fraction in AdaptorPlan.Fractions
                    select new Measurement(AdaptorFit.RowOf(image, text, task), task.Column(fraction), 0.5 + (0.1 * (int)image) + (0.02 * (int)text))).ToArray();

        var spreads = AdaptorFit.Spreads(rows).Where(row => row.Column.StartsWith(AdaptorTask.Binary.Column(0.1), StringComparison.Ordinal)).ToArray();

        Assert.Equal([0.2, 0.04, 0.08], spreads.Select(row => Math.Round(row.Value, 9)));
    }

    [Fact]
    public void Every_option_of_a_run_survives_the_store()
    {
        var options = AdaptorPlan.For(Scale.Demo).Segmentation(AdaptorArm.EndToEnd, DiceTerm.Modified);

        Assert.Equal(options, JsonSerializer.Deserialize<AdaptorRunOptions>(JsonSerializer.Serialize(options, ResultJson.Options), ResultJson.Options));
        Assert.Equal(new AdaptorRunOptions(), JsonSerializer.Deserialize<AdaptorRunOptions>(JsonSerializer.Serialize(new AdaptorRunOptions(), ResultJson.Options), ResultJson.Options));
    }

    [Fact]
    public void A_sweep_at_smoke_scale_stores_every_kind_of_run_in_small_files()
    {
        var lab = Open(Scale.Smoke, 1);
        using var output = new StringWriter();
        string[] parts = ["end to end", "of 2 layers, weight 0.75", "shuffled", "heads: random encoder", "attention across", "all encoders", "cost", "token sequences", "modified Dice"];

        var sweep = new AdaptorSweep();   // one for all, so that pictures are drawn once
        Assert.All(parts, part => Assert.True(new SweepRunner(lab, sweep, new SweepRequest(part, [AdaptorPlan.ExtraSeed]), output).Run(), output.ToString()));

        var runs = lab.Store.ReadAll<AdaptorRunOptions>(AdaptorSweep.Id);
        Assert.Equal(10, runs.Count);   // end-to-end training has heads and decoders
        Assert.All(runs, run => Assert.All(run.Measurements, number => Assert.True(double.IsFinite(number.Value), $"{run.Options.Kind}, {run.Options.Arm}: {number.Row}, {number.Column}")));
        Assert.All(Directory.GetFiles(lab.WorkFolder(AdaptorSweep.Id), "*.json"), file => Assert.InRange(new FileInfo(file).Length, 1, LongestFile));
        foreach (var arm in Criteria().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms))
        {
            Assert.All(runs.Where(run => arm.Selects(run.Options)), run => Assert.Contains(run.Measurements, number => number.Row == arm.Row && number.Column == arm.Column));
        }

        double Dummy(AdaptorArm arm) => runs.Single(run => run.Options.Kind == AdaptorRunKind.Fit && run.Options.Arm == arm).Measurements.Single(number => number.Column == AdaptorPreTraining.DummyColumn).Value;
        Assert.InRange(Dummy(AdaptorArm.Adaptor), 0, 1e-6);
        Assert.True(Dummy(AdaptorArm.BatchAttention) > 1e-3);
        var blank = runs.Where(run => run.Options.Kind == AdaptorRunKind.Segmentation).SelectMany(run => run.Measurements).Where(number => number.Column.StartsWith(AdaptorDownstream.BlankColumn, StringComparison.Ordinal));
        Assert.All(blank, number => Assert.Equal(0.775, number.Value, 9));   // nine of forty pictures have the finding
    }

    [Fact]
    public void Labels_of_a_share_are_the_same_for_all_arms_and_lie_in_the_larger_shares()
    {
        var lab = Open(Scale.Smoke, 3);

        using var few = AdaptorDownstream.Chosen(lab, "x", 200, 0.01);
        using var more = AdaptorDownstream.Chosen(lab, "x", 200, 0.1);
        using var others = AdaptorDownstream.Chosen(lab.WithSeed(4), "x", 200, 0.1);

        Assert.Equal(2, few.shape[0]);
        Assert.Equal(more.Values<long>()[..2], few.Values<long>());
        Assert.NotEqual(more.Values<long>(), others.Values<long>());
    }

    [Fact]
    public void The_recipe_of_paper_scale_runs_two_steps_on_made_data_and_its_sweep_says_what_it_needs()
    {
        var table = AdaptorPreset.DryRun(Open(Scale.Paper, 1), sizes: new AdaptorOptions { HiddenWidth = 64 }, batchSize: 8);

        Assert.Contains("Throughput only", table.ToString(), StringComparison.Ordinal);
        Assert.Contains("MIMIC-CXR", Assert.Throws<ArgumentException>(() => new AdaptorSweep().RunsOf(Open(Scale.Paper, 1)).ToArray()).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, Verdict> Judge(Lab lab, Func<AdaptorRunOptions, string, string, double> value)
    {
        var places = Criteria().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms).Select(arm => (arm.Row, arm.Column)).Distinct().ToArray();
        foreach (var (run, options) in All(lab))
        {
            var typed = Assert.IsType<SweepRun<AdaptorRunOptions>>(run);
            lab.Store.Write(new RunRecord<AdaptorRunOptions>
            {
                Experiment = typed.Experiment,
                Options = options,
                MethodVersion = typed.MethodVersion,
                Checkpoints = typed.Checkpoints,
                Environment = typed.Lab.Describe(TimeProvider.System.GetUtcNow()),
                Measurements = [.. places.Select(place => new Measurement(place.Row, place.Column, value(options, place.Row, place.Column)))],
            });
        }

        return AdaptorCriteria.All.ToDictionary(criterion => criterion.Id, criterion => criterion.Evaluate(lab.Store, Scale.Demo));
    }

    private Lab Open(Scale scale, ulong seed) => Lab.At(_folder.Path, scale, seed);

    private static IEnumerable<Criterion<AdaptorRunOptions>> Criteria() => AdaptorCriteria.All.OfType<Criterion<AdaptorRunOptions>>();

    // The reported runs; those that learning rates are chosen by are stored first, the lower rates worse.
    private static (ISweepRun Run, AdaptorRunOptions Options)[] All(Lab lab)
    {
        while (Listed(lab) is var listed && listed.All(entry => entry.Run.Seed == AdaptorPlan.ChoosingSeed))
        {
            foreach (var (run, options) in listed)
            {
                Store(run, options, options.Kind == AdaptorRunKind.LearningRate ? AdaptorPreTraining.LossColumn : AdaptorDownstream.ValidationColumn,
                    options.Kind == AdaptorRunKind.LearningRate ? 1 - options.LearningRate : options.DownstreamLearningRate);
            }
        }

        return [.. Listed(lab).Where(entry => entry.Run.Seed != AdaptorPlan.ChoosingSeed)];
    }

    private static (ISweepRun Run, AdaptorRunOptions Options)[] Listed(Lab lab)
    {
        var sweep = new AdaptorSweep();
        return [.. sweep.Seeds.SelectMany(seed => sweep.RunsOf(lab.WithSeed(seed))).DistinctBy(run => run.Key).Select(run => (run, Assert.IsType<SweepRun<AdaptorRunOptions>>(run).Options))];
    }

    private static void Store(ISweepRun run, AdaptorRunOptions options, string column, double value)
    {
        var typed = Assert.IsType<SweepRun<AdaptorRunOptions>>(run);
        typed.Lab.Store.Write(new RunRecord<AdaptorRunOptions>
        {
            Experiment = typed.Experiment,
            Options = options,
            MethodVersion = typed.MethodVersion,
            Checkpoints = typed.Checkpoints,
            Environment = typed.Lab.Describe(TimeProvider.System.GetUtcNow()),
            Measurements = [new Measurement("row", column, value)],
        });
    }
}
