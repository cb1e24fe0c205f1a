using System.Text.Json;
using RobustVlm.Torch.Tests.Core;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>
/// Layers against PyTorch. <c>Reference/layers.json</c> was made with Debian's python3-torch 1.13: each layer is built
/// after <c>torch.manual_seed(3)</c> (<c>init</c> is its state then), its parameters get small random numbers added
/// (<c>state</c>), it runs after <c>torch.manual_seed(5)</c>, and the sum of outputs times cos(0, 1, 2, ...) is
/// differentiated. <c>after</c> holds the buffers afterwards.
/// </summary>
public class LayerParityTests
{
    private static readonly Dictionary<string, JsonElement> Reference = Stored.Cases("layers.json");

    private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> Makers = new()
    {
        ["linear"] = () => nn.Linear(4, 3),
        ["linear_no_bias"] = () => nn.Linear(4, 3, hasBias: false),
        ["conv1d"] = () => nn.Conv1d(4, 2, 3, stride: 2, padding: 1),
        ["conv1d_same_reflect"] = () => nn.Conv1d(4, 2, 4, Padding.Same, padding_mode: PaddingModes.Reflect),
        ["conv2d"] = () => nn.Conv2d(4, 2, 3, stride: 2, padding: 1),
        ["conv2d_groups_dilation"] = () => nn.Conv2d(4, 4, (3, 1), padding: (2, 0), dilation: (2, 1), groups: 2, bias: false),
        ["conv2d_same"] = () => nn.Conv2d(4, 2, 2, Padding.Same),
        ["conv2d_circular"] = () => nn.Conv2d(4, 2, 3, padding: 1, padding_mode: PaddingModes.Circular),
        ["conv_transpose2d"] = () => nn.ConvTranspose2d(4, 2, 3, stride: 2, padding: 1, output_padding: 1),
        ["layer_norm"] = () => nn.LayerNorm([2, 4]),
        ["layer_norm_plain"] = () => nn.LayerNorm(4, eps: 1e-3, elementwise_affine: false),
        ["group_norm"] = () => nn.GroupNorm(2, 4),
        ["batch_norm2d"] = () => nn.BatchNorm2d(4),
        ["batch_norm2d_average"] = () =>
        {
            var layer = nn.BatchNorm2d(4);
            layer.momentum = null;
            return layer;
        },
        ["batch_norm2d_eval"] = () => Evaluating(nn.BatchNorm2d(4)),
        ["batch_norm2d_no_stats"] = () => Evaluating(nn.BatchNorm2d(4, affine: false, track_running_stats: false)),
        ["embedding"] = () => nn.Embedding(5, 3, padding_idx: 1),
        ["dropout"] = () => nn.Dropout(0.3),
        ["dropout_eval"] = () => Evaluating(nn.Dropout(0.3)),
        ["gelu"] = () => nn.GELU(),
        ["gelu_tanh"] = () => nn.GELU(GELU.Approximate.tanh),
        ["relu"] = () => nn.ReLU(),
        ["silu"] = () => nn.SiLU(),
        ["sigmoid"] = () => nn.Sigmoid(),
        ["tanh"] = () => nn.Tanh(),
        ["softmax"] = () => nn.Softmax(1),
        ["log_softmax"] = () => nn.LogSoftmax(0),
        ["flatten"] = () => nn.Flatten(),
        ["identity"] = () => nn.Identity(),
        ["avg_pool2d"] = () => nn.AvgPool2d(3, 2, 1, count_include_pad: false),
        ["max_pool2d"] = () => nn.MaxPool2d(3, stride: 2, padding: 1),
        ["adaptive_avg_pool2d"] = () => nn.AdaptiveAvgPool2d((2, 3)),
        ["upsample_nearest"] = () => nn.Upsample(scale_factor: [2]),
        ["upsample_bilinear"] = () => nn.Upsample([7, 5], mode: UpsampleMode.Bilinear, align_corners: true),
        ["upsample_bicubic"] = () => nn.Upsample(scale_factor: [1.5], mode: UpsampleMode.Bicubic),
        ["sequential"] = () => nn.Sequential(nn.Conv2d(4, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2)),
    };

    public static TheoryData<string> Names => [.. Makers.Keys];

    [Fact]
    public void Every_stored_layer_is_tested() => Assert.Equal(Reference.Keys.Order(), Makers.Keys.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Starts_with_the_keys_and_numbers_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);

        using var layer = Makers[name]();

        var expected = Reference[name].GetProperty("init");
        var state = layer.state_dict();
        Assert.Equal(expected.EnumerateObject().Select(property => property.Name), state.Keys);
        foreach (var (key, tensor) in state)
        {
            Stored.Equal(expected.GetProperty(key), tensor, key);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_outputs_and_gradients_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var reference = Reference[name];
        using var layer = Makers[name]();
        layer.load_state_dict(Stored.Tensors(reference.GetProperty("state")));
        var input = ReferenceData.Tensor(reference.GetProperty("input"));
        var differentiable = reference.TryGetProperty("input_gradient", out var inputGradient);
        input = differentiable ? input.requires_grad_() : input.to(ScalarType.Int64);
        manual_seed(5);

        var output = layer.call(input);

        Stored.Equal(reference.GetProperty("output"), output, "output");
        Stored.WeightedSum(output).backward();
        if (differentiable)
        {
            Stored.Equal(inputGradient, input.grad, "input gradient", 1e-5);
        }

        foreach (var (key, parameter) in layer.named_parameters())
        {
            Stored.Equal(reference.GetProperty("gradients").GetProperty(key), parameter.grad, key + " gradient", 1e-5);
        }

        foreach (var (key, buffer) in layer.named_buffers())
        {
            Stored.Equal(reference.GetProperty("after").GetProperty(key), buffer, key);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Leaves_no_tensor_alive_but_its_result(string name)
    {
        var reference = Reference[name];
        using var layer = Makers[name]();
        var input = ReferenceData.Tensor(reference.GetProperty("input"));
        input = reference.TryGetProperty("input_gradient", out _) ? input.requires_grad_() : input.to(ScalarType.Int64);
        layer.call(input).Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Runtime.LiveTensors;

        var output = layer.call(input);

        Assert.Equal(before + 1, Runtime.LiveTensors);
        output.Dispose();
        Assert.False(input.IsInvalid);
        Assert.Equal(before, Runtime.LiveTensors);
        input.Dispose();
    }

    private static T Evaluating<T>(T module)
        where T : nn.Module
    {
        module.eval();
        return module;
    }
}
