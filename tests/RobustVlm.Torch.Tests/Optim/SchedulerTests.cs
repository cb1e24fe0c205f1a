using System.Text.Json;
using RobustVlm.Torch.Tests.Nn;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace RobustVlm.Torch.Tests.Optim;

/// <summary>
/// Schedulers against PyTorch. <c>Reference/schedulers.json</c> was made with Debian's python3-torch 1.13: the learning
/// rate (and Adam's first decay) of 14 steps, from a rate of 0.5.
/// </summary>
public class SchedulerTests
{
    private static readonly Dictionary<string, JsonElement> Reference = Stored.Cases("schedulers.json");

    private static readonly Dictionary<string, Func<Optimizer, lr_scheduler.LRScheduler>> Cases = new()
    {
        ["step"] = o => lr_scheduler.StepLR(o, 3, 0.5),
        ["cosine"] = o => lr_scheduler.CosineAnnealingLR(o, 5, 0.01),
        ["linear"] = o => lr_scheduler.LinearLR(o, 0.25, 0.8, 6),
        ["lambda"] = o => lr_scheduler.LambdaLR(o, epoch => Math.Pow(0.9, epoch)),
        ["one_cycle"] = o => lr_scheduler.OneCycleLR(o, 1, total_steps: 14),
        ["one_cycle_linear"] = o => lr_scheduler.OneCycleLR(
            o, 1, total_steps: 14, anneal_strategy: lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear, three_phase: true, div_factor: 10, final_div_factor: 100),
        ["multi_step"] = o => lr_scheduler.MultiStepLR(o, [2, 5, 5, 9], 0.5),
        ["exponential"] = o => lr_scheduler.ExponentialLR(o, 0.8),
        ["constant"] = o => lr_scheduler.ConstantLR(o, 0.25, 4),
        ["polynomial"] = o => lr_scheduler.PolynomialLR(o, 8, 2),
        ["multiplicative"] = o => lr_scheduler.MultiplicativeLR(o, epoch => 1 - (0.02 * epoch)),
        ["warm_up_then_cosine"] = o => lr_scheduler.SequentialLR(
            o, [lr_scheduler.LinearLR(o, 0.1, 1, 4), lr_scheduler.CosineAnnealingLR(o, 6), lr_scheduler.ExponentialLR(o, 0.5)], [4, 10]),
        ["chained"] = o => lr_scheduler.ChainedLR([lr_scheduler.ConstantLR(o, 0.5, 3), lr_scheduler.ExponentialLR(o, 0.9)]),
        ["cyclic"] = o => lr_scheduler.CyclicLR(o, 0.1, 0.5, 3, 4),
        ["cyclic_halving"] = o => lr_scheduler.CyclicLR(o, 0.1, 0.5, 2, mode: lr_scheduler.impl.CyclicLR.Mode.Triangular2, cycle_momentum: false),
        ["cyclic_exponential"] = o => lr_scheduler.CyclicLR(o, 0.1, 0.5, 2, mode: lr_scheduler.impl.CyclicLR.Mode.ExpRange, gamma: 0.9),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_rates_of_PyTorch(string name)
    {
        using var optimizer = Make(out var group);
        var scheduler = Cases[name](optimizer);

        foreach (var expected in Reference[name].GetProperty("path").EnumerateArray())
        {
            Assert.Equal(expected[0].GetDouble(), group.LearningRate, 1e-6);
            Assert.Equal(group.LearningRate, scheduler.get_last_lr().Single());
            if (expected.GetArrayLength() > 1)
            {
                Assert.Equal(expected[1].GetDouble(), group.Betas.Item1, 1e-6);
            }

            scheduler.step();
        }
    }

    [Theory]
    [InlineData("step")]
    [InlineData("cosine")]
    [InlineData("linear")]
    [InlineData("lambda")]
    [InlineData("multi_step")]
    [InlineData("exponential")]
    [InlineData("constant")]
    [InlineData("polynomial")]
    public void A_jump_to_a_step_gives_its_rate(string name)
    {
        using var optimizer = Make(out var group);
        var scheduler = Cases[name](optimizer);

        scheduler.step(4);

        Assert.Equal(Reference[name].GetProperty("path")[4][0].GetDouble(), group.LearningRate, 1e-6);
    }

    [Theory]
    [InlineData("plateau", "min", "rel", 2, 0)]
    [InlineData("plateau_max_abs", "max", "abs", 0, 1)]
    public void A_plateau_lowers_the_rate_where_PyTorch_does(string name, string mode, string thresholdMode, int patience, int cooldown)
    {
        using var optimizer = Make(out var group);
        var scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode, 0.5, patience, 0.1, thresholdMode, cooldown, [0.1]);
        var watched = Reference[name].GetProperty("watched").EnumerateArray();

        foreach (var (number, expected) in watched.Zip(Reference[name].GetProperty("path").EnumerateArray()))
        {
            scheduler.step(number.GetDouble());
            Assert.Equal(expected.GetDouble(), group.LearningRate, 1e-12);
        }

        Assert.Contains("step(loss)", Assert.Throws<InvalidOperationException>(() => scheduler.step()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        using var optimizer = Make(out _);

        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.StepLR(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.LinearLR(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.CosineAnnealingLR(optimizer, 0));
        Assert.Throws<ArgumentException>(() => lr_scheduler.OneCycleLR(optimizer, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.ConstantLR(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.PolynomialLR(optimizer, 0));
        Assert.Throws<ArgumentException>(() => lr_scheduler.SequentialLR(optimizer, [lr_scheduler.ExponentialLR(optimizer)], [3]));
        using var stranger = Make(out _);
        Assert.Throws<ArgumentException>(() => lr_scheduler.SequentialLR(stranger, [lr_scheduler.ExponentialLR(optimizer)], []));
        Assert.Throws<ArgumentException>(() => lr_scheduler.ReduceLROnPlateau(optimizer, "less"));
        Assert.Throws<ArgumentException>(() => lr_scheduler.ReduceLROnPlateau(optimizer, min_lr: [0.1, 0.2]));
        Assert.Throws<ArgumentException>(() => new lr_scheduler.impl.LambdaLR(optimizer, []));
        var cycle = lr_scheduler.OneCycleLR(optimizer, 1, total_steps: 1);
        cycle.step();
        Assert.Throws<InvalidOperationException>(() => cycle.step());
    }

    private static AdamW Make(out AdamW.ParamGroup group)
    {
        group = new AdamW.ParamGroup([new Parameter(zeros(1))], 0.5, 0.9, 0.98);
        return AdamW([group]);
    }
}
