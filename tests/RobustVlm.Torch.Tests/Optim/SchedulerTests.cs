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
    public void A_jump_to_a_step_gives_its_rate(string name)
    {
        using var optimizer = Make(out var group);
        var scheduler = Cases[name](optimizer);

        scheduler.step(4);

        Assert.Equal(Reference[name].GetProperty("path")[4][0].GetDouble(), group.LearningRate, 1e-6);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        using var optimizer = Make(out _);

        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.StepLR(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.LinearLR(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => lr_scheduler.CosineAnnealingLR(optimizer, 0));
        Assert.Throws<ArgumentException>(() => lr_scheduler.OneCycleLR(optimizer, 1));
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
