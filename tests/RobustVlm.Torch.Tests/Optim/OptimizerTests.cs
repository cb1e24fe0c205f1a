using System.Text.Json;
using RobustVlm.Torch.Tests.Nn;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Optim;

/// <summary>
/// Optimizers against PyTorch. <c>Reference/optimizers.json</c> was made with Debian's python3-torch 1.13: 20 steps on
/// ((A · (1, 2) - 1)²).sum() · c² + cos(b · step).sum() from A = ((1, -2), (0.5, 3)), b = (0.3, -0.7, 1.1), c = 2, where b
/// has no gradient in every fourth step; all eight numbers are stored after each step.
/// </summary>
public class OptimizerTests
{
    private static readonly Dictionary<string, JsonElement> Reference = Stored.Cases("optimizers.json");

    private static readonly Dictionary<string, Func<Parameter[], optim.Optimizer>> Cases = new()
    {
        ["sgd"] = p => optim.SGD(p, 0.01),
        ["sgd_momentum"] = p => optim.SGD(p, 0.005, momentum: 0.9, dampening: 0.1, weight_decay: 0.1),
        ["sgd_nesterov"] = p => optim.SGD(p, 0.005, momentum: 0.8, nesterov: true),
        ["sgd_maximize"] = p => optim.SGD(p, 1e-4, momentum: 0.5, maximize: true),
        ["adam"] = p => optim.Adam(p, 0.05),
        ["adam_decay_amsgrad"] = p => optim.Adam(p, 0.05, 0.8, 0.95, weight_decay: 0.1, amsgrad: true),
        ["adamw"] = p => optim.AdamW(p, 0.05, weight_decay: 0.1),
        ["adamw_maximize"] = p => optim.AdamW(p, 0.05, 0.9, 0.98, 1e-4, 0.01, maximize: true),
        ["rmsprop"] = p => optim.RMSProp(p, 0.01),
        ["rmsprop_centered_momentum"] = p => optim.RMSProp(p, 0.01, 0.9, weight_decay: 0.05, momentum: 0.5, centered: true),
        ["adamw_groups"] = p => optim.AdamW(
            [
                new AdamW.ParamGroup { Parameters = p[..1], Options = new() { LearningRate = 0.1 } },
                new AdamW.ParamGroup { Parameters = p[1..], Options = new() { weight_decay = 0.5 } },
            ],
            0.02),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Fact]
    public void Every_stored_path_is_tested() => Assert.Equal(Reference.Keys.Order(), Cases.Keys.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Takes_the_20_steps_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = Cases[name](parameters);
        var path = Reference[name].GetProperty("path");

        for (var step = 0; step < 20; step++)
        {
            Differentiate(parameters, step);
            optimizer.step();

            var actual = Numbers(parameters);
            var expected = path[step].EnumerateArray().Select(number => number.GetSingle()).ToArray();
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(actual[i] - expected[i]) <= 1e-5 * (1 + Math.Abs(expected[i])), $"step {step}, number {i}: {actual[i]:r}, expected {expected[i]:r}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Double_precision_takes_the_same_path(string name)
    {
        using var scope = NewDisposeScope();
        var parameters = Start(ScalarType.Float64);
        using var optimizer = Cases[name](parameters);

        for (var step = 0; step < 20; step++)
        {
            Differentiate(parameters, step);
            optimizer.step();
        }

        var last = Reference[name].GetProperty("path")[19].EnumerateArray().Select(number => number.GetDouble()).ToArray();
        Assert.All(Numbers(parameters).Zip(last), pair => Assert.Equal(pair.Second, pair.First, 1e-3 * (1 + Math.Abs(pair.Second))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_leaves_only_the_state_alive(string name)
    {
        var parameters = Start();
        var optimizer = Cases[name](parameters);
        Differentiate(parameters, 0);
        optimizer.step();
        optimizer.step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Runtime.LiveTensors;

        optimizer.step();
        optimizer.zero_grad();

        Assert.Equal(before, Runtime.LiveTensors);
        optimizer.Dispose();
        Assert.All(parameters, parameter => Assert.False(parameter.IsInvalid));
    }

    [Fact]
    public void State_made_inside_a_scope_survives_it()
    {
        var parameters = Start();
        using var optimizer = optim.Adam(parameters, 0.05);
        for (var step = 0; step < 3; step++)
        {
            using var scope = NewDisposeScope();
            Differentiate(parameters, step);
            optimizer.step();
        }

        var expected = Reference["adam"].GetProperty("path")[2].EnumerateArray().Select(number => number.GetSingle()).ToArray();
        Assert.All(Numbers(parameters).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    [Fact]
    public void Bfloat16_parameters_train_on_plain_numbers()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones([4], ScalarType.BFloat16));
        using var optimizer = optim.AdamW([parameter], 0.125);

        parameter.grad = ones([4], ScalarType.BFloat16);
        optimizer.step();

        // Adam's first step is the learning rate in the gradient's direction.
        Assert.Equal(0.875, parameter[0].ToDouble(), 2);
    }

    [Fact]
    public void A_closure_is_run_with_gradients_and_its_loss_returned()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(1));
        using var optimizer = optim.SGD([parameter], 0.5);

        using var noGrad = no_grad();
        var loss = optimizer.step(() =>
        {
            var value = (parameter * 3).sum();
            value.backward();
            return value;
        });

        Assert.Equal(3, loss!.ToSingle());
        Assert.Equal(-0.5f, parameter.ToSingle());
    }

    [Fact]
    public void Zero_grad_fills_gradients_with_zeros()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = optim.SGD(parameters, 0.5);
        Differentiate(parameters, 0);

        optimizer.zero_grad();

        Assert.All(parameters, parameter => Assert.Equal(0, parameter.grad!.abs().sum().ToDouble()));
    }

    [Fact]
    public void Learning_rates_of_groups_can_be_changed()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = optim.SGD([new SGD.ParamGroup(parameters[..1], 0.1), new SGD.ParamGroup(parameters[1..], 0.2)], 0.3);
        Assert.Equal([0.1, 0.2], optimizer.ParamGroups.Select(group => group.LearningRate));

        optimizer.ParamGroups.First().LearningRate = 0;
        Differentiate(parameters, 0);
        optimizer.step();

        Assert.Equal(1, parameters[0][0, 0].ToSingle());
        Assert.NotEqual(2, parameters[2].ToSingle());
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        using var scope = NewDisposeScope();
        var p = new Parameter(ones(1));

        Assert.Contains("RegisterComponents", Assert.Throws<ArgumentException>(() => optim.SGD(Array.Empty<Parameter>(), 0.1)).Message, StringComparison.Ordinal);
        Assert.Contains("given twice", Assert.Throws<ArgumentException>(() => optim.Adam([p, p])).Message, StringComparison.Ordinal);
        Assert.Contains("lr must not be negative", Assert.Throws<ArgumentOutOfRangeException>(() => optim.Adam([p], -1)).Message, StringComparison.Ordinal);
        Assert.Contains("beta1 must be", Assert.Throws<ArgumentOutOfRangeException>(() => optim.AdamW([p], beta1: 1)).Message, StringComparison.Ordinal);
        Assert.Contains("Nesterov", Assert.Throws<ArgumentException>(() => optim.SGD([p], 1, nesterov: true)).Message, StringComparison.Ordinal);
    }

    private static Parameter[] Start(ScalarType type = ScalarType.Float32) =>
    [
        new(tensor(new[,] { { 1f, -2f }, { 0.5f, 3f } }, type)),
        new(tensor([0.3f, -0.7f, 1.1f], type)),
        new(tensor(2f, type)),
    ];

    private static void Differentiate(Parameter[] parameters, int step)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in parameters)
        {
            parameter.grad = null;
        }

        var direction = tensor([1f, 2f], parameters[0].dtype);
        var loss = ((parameters[0].matmul(direction) - 1).pow(2).sum() * parameters[2].pow(2)) + (parameters[1] * (step + 1)).cos().sum();
        loss.backward();
        if (step % 4 == 3)
        {
            parameters[1].grad = null;
        }
    }

    private static double[] Numbers(Parameter[] parameters) =>
        [.. parameters.SelectMany(parameter => parameter.detach().flatten().to(ScalarType.Float64).data<double>().ToArray())];
}
