using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Criteria;

public sealed record ArmOptions
{
    public string Method { get; init; } = "melo";

    public string Task { get; init; } = "blood";

    public int Rank { get; init; } = 4;

    public int Steps { get; init; } = 10;
}

public sealed class CriterionTests : IDisposable
{
    private static readonly double[] s_better = [0.91, 0.92, 0.90, 0.93, 0.915];
    private static readonly double[] s_worse = [0.89, 0.90, 0.895, 0.88, 0.905];

    private readonly TemporaryFolder _folder = new();
    private readonly ResultStore _store;

    public CriterionTests() => _store = new ResultStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_better_arm_is_reproduced_with_interval_n_seeds_commits_and_the_smallest_p_of_five_seeds()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, s_worse);

        var verdict = Superior.Evaluate(_store, Scale.Demo);

        var result = Assert.Single(verdict.Results);
        Assert.Equal(Outcome.Reproduced, verdict.Outcome);
        Assert.Equal(0.021, result.Estimate.Value, 1e-12);
        Assert.InRange(result.Estimate.Low, 0.005, 0.021);
        Assert.Equal(5, result.Estimate.N);
        Assert.Equal(0.0625, result.P);
        Assert.Equal([1, 2, 3, 4, 5], verdict.Seeds);
        Assert.Equal(["3f2c1d0"], verdict.Commits);
        Assert.Empty(verdict.Warnings);
    }

    [Fact]
    public void A_worse_arm_is_not_reproduced_and_lower_can_be_better()
    {
        Write(new() { Method = "melo" }, s_worse);
        Write(new() { Method = "probe" }, s_better);

        Assert.Equal(Outcome.NotReproduced, Superior.Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.Reproduced, (Superior with { Test = StatisticalTest.Superiority(lowerIsBetter: true) }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Fact]
    public void Non_inferiority_allows_the_margin_and_no_more()
    {
        Write(new() { Method = "melo" }, [.. s_better.Select(value => value - 0.01)]);
        Write(new() { Method = "probe" }, s_better);

        Assert.Equal(Outcome.Reproduced, (Superior with { Test = StatisticalTest.NonInferiority(0.02) }).Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.NotReproduced, (Superior with { Test = StatisticalTest.NonInferiority(0.005) }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Fact]
    public void Four_of_five_seeds_may_decide_and_three_are_too_few()
    {
        var test = new StatisticalTest(Quantity.Value, Side.Above, 0, JudgedBy.MostSeeds);
        var below = test with { Side = Side.Below };

        Assert.True(test.Decide("", [0.1, 0.2, -0.9, 0.1, 0.3]).Holds);
        Assert.False(test.Decide("", [0.1, 0.2, -0.9, 0, 0.3]).Holds);
        Assert.True(below.Decide("", [-0.1, -0.2, 0.9, -0.1, -0.3]).Holds);
        Assert.False(below.Decide("", [-0.1, -0.2, 0.9, 0, -0.3]).Holds);
        Assert.Contains("at least four seeds in five", test.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_may_be_missed_by_one_standard_error()
    {
        double[] values = [-0.02, 0, -0.01, -0.03, 0.01];   // mean -0.01, standard deviation sqrt(0.001 / 4), its error sqrt(0.001 / 20) = 0.00707
        var test = new StatisticalTest(Quantity.Value, Side.AtLeast, -0.0029, JudgedBy.StandardError);

        Assert.False(test.Decide("", values).Holds);
        Assert.True((test with { Limit = -0.003 }).Decide("", values).Holds);
        Assert.True((test with { Side = Side.AtMost, Limit = -0.017 }).Decide("", values).Holds);
        Assert.False((test with { Side = Side.AtMost, Limit = -0.0171 }).Decide("", values).Holds);
    }

    [Fact]
    public void The_mean_may_decide_where_the_interval_does_not()
    {
        Write(new() { Method = "melo" }, [0.95, 0.89, 0.93, 0.88, 0.94]);
        Write(new() { Method = "probe" }, [0.90, 0.90, 0.90, 0.90, 0.90]);
        var test = StatisticalTest.Superiority();

        Assert.Equal(Outcome.NotReproduced, (Superior with { Test = test }).Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.Reproduced, (Superior with { Test = test with { JudgedBy = JudgedBy.Mean } }).Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.NotReproduced, (Superior with { Test = test with { JudgedBy = JudgedBy.EverySeed } }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Fact]
    public void Equality_is_judged_seed_by_seed()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, [.. s_better.Select((value, i) => i == 3 ? value + 1e-6 : value)]);

        Assert.Equal(Outcome.NotReproduced, (Superior with { Test = StatisticalTest.Equality() }).Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.Reproduced, (Superior with { Test = StatisticalTest.Equality(1e-5) }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Fact]
    public void A_ratio_compares_times()
    {
        Write(new() { Method = "melo" }, [2.0, 2.2, 2.1, 1.9, 2.0]);
        Write(new() { Method = "probe" }, [1, 1, 1, 1, 1]);

        Assert.Equal(Outcome.Reproduced, (Superior with { Test = StatisticalTest.RatioAtLeast(1.3) }).Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.NotReproduced, (Superior with { Test = StatisticalTest.RatioAtLeast(2) }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Theory]
    [InlineData(2, Outcome.Reproduced)]
    [InlineData(3, Outcome.NotReproduced)]
    [InlineData(null, Outcome.NotReproduced)]
    public void Enough_tasks_have_to_hold(int? required, Outcome outcome)
    {
        foreach (var (task, good) in new[] { ("blood", true), ("lung", true), ("skin", false) })
        {
            Write(new() { Method = "melo", Task = task }, good ? s_better : s_worse);
            Write(new() { Method = "probe", Task = task }, good ? s_worse : s_better);
        }

        var verdict = (Superior with { Comparisons = [Pair("blood"), Pair("lung"), Pair("skin")], Required = required }).Evaluate(_store, Scale.Demo);

        Assert.Equal(outcome, verdict.Outcome);
        Assert.StartsWith("2 of 3: blood 0.021 [", verdict.Ours, StringComparison.Ordinal);
    }

    [Fact]
    public void Trends_run_over_the_arms_axis()
    {
        foreach (var rank in new[] { 1, 4, 16 })
        {
            Write(new() { Rank = rank }, [.. s_better.Select((value, i) => value + (0.01 * rank) + (0.001 * i))]);
        }

        var criterion = Superior with
        {
            Varied = ["rank"],
            Comparisons = [new("rank", [.. new[] { 1, 4, 16 }.Select(rank => new Arm<ArmOptions>($"rank {rank}", options => options.Rank == rank, "test", "auroc") { X = rank })])],
        };

        var slope = (criterion with { Test = StatisticalTest.Trend() }).Evaluate(_store, Scale.Demo);
        Assert.Equal(Outcome.Reproduced, slope.Outcome);
        Assert.Equal(0.01, slope.Results[0].Estimate.Value, 1e-9);
        Assert.Equal(Outcome.NotReproduced, (criterion with { Test = StatisticalTest.Trend(falls: true) }).Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.Reproduced, (criterion with { Test = StatisticalTest.RankCorrelation(0.9) }).Evaluate(_store, Scale.Demo).Outcome);
        Assert.Equal(Outcome.NotReproduced, (criterion with { Test = StatisticalTest.RankCorrelation(-0.9) }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Theory]
    [InlineData(0.87, Outcome.Reproduced)]
    [InlineData(0.84, Outcome.NotReproduced)]
    public void The_first_arm_can_be_asked_for_more_than_half_of_the_gain_between_the_others(double first, Outcome outcome)
    {
        foreach (var (rank, value) in new[] { (1, first), (0, 0.80), (4, 0.90) })
        {
            Write(new() { Rank = rank }, [.. s_better.Select((_, i) => value + (0.001 * i))]);
        }

        var criterion = Superior with
        {
            Varied = ["rank"],
            Test = new StatisticalTest(Quantity.LeadOverMean, Side.Above, 0, JudgedBy.Interval),
            Comparisons = [new("gain", [.. new[] { 1, 0, 4 }.Select(rank => new Arm<ArmOptions>($"rank {rank}", options => options.Rank == rank, "test", "auroc"))])],
        };

        var verdict = criterion.Evaluate(_store, Scale.Demo);

        Assert.Equal(outcome, verdict.Outcome);
        Assert.Equal(first - 0.85, verdict.Results[0].Estimate.Value, 1e-9);
        Assert.StartsWith("the 95 % interval of the first arm minus the mean of the others over seeds lies above 0", criterion.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_runs_than_fixed_are_not_enough_and_other_seeds_do_not_fill_the_gap()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, s_worse[..3]);
        Write(new() { Method = "probe" }, s_worse[..2], firstSeed: 8);

        Refused("8 of 10 runs are there (incomplete: seed 4, 5); ./notebooks/sweep 06-melo --scale demo makes the rest", Superior, Outcome.RunsMissing);
    }

    [Fact]
    public void Runs_of_another_scale_do_not_count()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, s_worse);

        Assert.Equal(Outcome.RunsMissing, Superior.Evaluate(_store, Scale.Paper).Outcome);
        Assert.Equal("smoke scale only proves that the code runs", Superior.Evaluate(_store, Scale.Smoke).Reason);
    }

    [Fact]
    public void Method_versions_are_not_mixed_but_one_can_be_named()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, s_worse);
        Write(new() { Method = "probe" }, s_better, version: 2);

        Refused("the stored runs mix method versions 1 and 2; move the old ones away", Superior);
        var verdict = (Superior with { MethodVersion = 1 }).Evaluate(_store, Scale.Demo);
        Assert.Equal(Outcome.Reproduced, verdict.Outcome);
        Assert.Equal(["5 stored runs of other method versions were left out"], verdict.Warnings);
    }

    [Fact]
    public void Options_are_not_mixed_within_an_arm()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, s_worse[..4]);
        Write(new() { Method = "probe", Steps = 20 }, s_worse[4..], firstSeed: 5);

        Refused("the runs of 'blood: probe' mix different options (steps)", Superior);
    }

    [Fact]
    public void Arms_differ_only_in_what_is_compared()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe", Steps = 20 }, s_worse);

        Refused("the arms of 'blood' differ in more than what is compared (steps)", Superior);
        Assert.Equal(Outcome.Reproduced, (Superior with { Varied = ["method", "steps"] }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Fact]
    public void Checkpoints_are_not_mixed_within_an_arm()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, s_worse[..4]);
        Write(new() { Method = "probe" }, s_worse[4..], firstSeed: 5, checkpoint: "beef");

        Refused("the runs of 'blood: probe' start from different checkpoints", Superior);
    }

    [Fact]
    public void Arms_share_their_checkpoints_unless_one_has_its_own()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, s_worse, checkpoint: "beef");

        Refused("the arms of 'blood' start from different checkpoints", Superior);
        var arms = Superior.Comparisons[0].Arms;
        var own = Superior with { Comparisons = [new("blood", [arms[0], arms[1] with { OwnCheckpoints = true }])] };
        Assert.Equal(Outcome.Reproduced, own.Evaluate(_store, Scale.Demo).Outcome);
    }

    [Fact]
    public void A_seed_may_have_weights_of_its_own_that_its_arms_share()
    {
        for (var i = 0; i < 5; i++)
        {
            Write(new() { Method = "melo" }, [s_better[i]], firstSeed: (ulong)i + 1, checkpoint: $"{i}");
            Write(new() { Method = "probe" }, [s_worse[i]], firstSeed: (ulong)i + 1, checkpoint: $"{i}");
        }

        Refused("the runs of 'blood: melo' start from different checkpoints", Superior);
        Assert.Equal(Outcome.Reproduced, (Superior with { CheckpointsPerSeed = true }).Evaluate(_store, Scale.Demo).Outcome);
    }

    [Fact]
    public void A_number_that_is_missing_or_not_finite_is_told()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(new() { Method = "probe" }, [.. s_worse[..4], double.NaN]);

        Refused("the run of 'blood: probe' with seed 5 gave no finite number", Superior);
        var arms = Superior.Comparisons[0].Arms;
        Refused(
            "the run of 'blood: melo' with seed 1 has no number test / auprc",
            Superior with { Comparisons = [new("blood", [arms[0] with { Column = "auprc" }, arms[1]])] });
    }

    [Fact]
    public void Doubts_of_the_runs_and_about_their_code_come_with_the_verdict()
    {
        Write(new() { Method = "melo" }, s_better, commit: "3f2c1d0+dirty", warning: "More steps help.");
        Write(new() { Method = "probe" }, s_worse);

        Assert.Equal(
            ["some runs were made by code that is not committed", "More steps help (5 of 10 runs)"],
            Superior.Evaluate(_store, Scale.Demo).Warnings);
    }

    [Fact]
    public void Runs_of_two_devices_are_a_doubt()
    {
        Write(new() { Method = "melo" }, s_better);
        Write(_store, new() { Method = "probe" }, s_worse, device: "cuda:0");

        Assert.Equal(
            ["the runs come from different devices or number formats (cpu (2 cores), float32; cuda:0, float32)"],
            Superior.Evaluate(_store, Scale.Demo).Warnings);
    }

    [Fact]
    public void A_criterion_that_cannot_be_decided_is_a_mistake_in_the_code()
    {
        Assert.Contains("fixes 2 seeds", Assert.Throws<ArgumentException>(() => (Superior with { Seeds = [1, 2] }).Evaluate(_store, Scale.Demo)).Message, StringComparison.Ordinal);
        Assert.Contains("requires 2 of 1", Assert.Throws<ArgumentException>(() => (Superior with { Required = 2 }).Evaluate(_store, Scale.Demo)).Message, StringComparison.Ordinal);
        Assert.Contains("'blood' has 2 arms", Assert.Throws<ArgumentException>(() => (Superior with { Test = StatisticalTest.Trend() }).Evaluate(_store, Scale.Demo)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => StatisticalTest.NonInferiority(-0.02));
    }

    [Fact]
    public void The_rule_reads_as_a_sentence() => Assert.Equal(
        "for at least 2 of 3 (blood, lung, skin) the 95 % interval of the difference over seeds lies at or above −0.02; seeds 1, 2, 3, 4, 5",
        (Superior with { Test = StatisticalTest.NonInferiority(0.02), Comparisons = [Pair("blood"), Pair("lung"), Pair("skin")], Required = 2 }).Rule);

    internal static Criterion<ArmOptions> Superior { get; } = new()
    {
        Id = "S2",
        Experiment = "06-melo",
        Paper = "MeLo (arXiv 2311.08236)",
        Statement = "MeLo beats a linear probe.",
        Source = "our expectation",
        Test = StatisticalTest.Superiority(),
        Seeds = [1, 2, 3, 4, 5],
        Varied = ["method"],
        Comparisons = [Pair("blood")],
    };

    internal static void Write(
        ResultStore store, ArmOptions options, double[] values, ulong firstSeed = 1, int version = 1, string checkpoint = "cafe", string commit = "3f2c1d0", string? warning = null, bool publish = false, Scale scale = Scale.Demo, string device = "cpu (2 cores)")
    {
        for (var i = 0; i < values.Length; i++)
        {
            store.Write(
                new RunRecord<ArmOptions>
                {
                    Experiment = "06-melo",
                    Options = options,
                    MethodVersion = version,
                    Checkpoints = new Dictionary<string, string> { ["vit.safetensors"] = checkpoint },
                    Environment = StoreFixtures.Environment with { Seed = firstSeed + (ulong)i, Commit = commit, Scale = scale, Device = device },
                    Measurements = [new Measurement("test", "auroc", values[i], IsRate: false)],
                    Warnings = warning is null ? [] : [warning],
                },
                publish);
        }
    }

    private static ArmComparison<ArmOptions> Pair(string task) => new(task, [ArmOf("melo", task), ArmOf("probe", task)]);

    private static Arm<ArmOptions> ArmOf(string method, string task) =>
        new(method, options => options.Method == method && options.Task == task, "test", "auroc");

    private void Write(
        ArmOptions options, double[] values, ulong firstSeed = 1, int version = 1, string checkpoint = "cafe", string commit = "3f2c1d0", string? warning = null) =>
        Write(_store, options, values, firstSeed, version, checkpoint, commit, warning);

    private void Refused(string reason, Criterion<ArmOptions> criterion, Outcome outcome = Outcome.NotTestable)
    {
        var verdict = criterion.Evaluate(_store, Scale.Demo);

        Assert.Equal((outcome, reason), (verdict.Outcome, verdict.Reason));
        Assert.Empty(verdict.Results);
    }
}
