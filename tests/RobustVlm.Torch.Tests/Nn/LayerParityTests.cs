using System.Text.Json;
using RobustVlm.Torch.Tests.Core;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>
/// Layers against PyTorch. The files <c>Reference/layers*.json</c> were made with Debian's python3-torch 1.13: each layer is built
/// after <c>torch.manual_seed(3)</c> (<c>init</c> is its state then), its parameters get small random numbers added
/// (<c>state</c>), it runs after <c>torch.manual_seed(5)</c>, and the sum of outputs times cos(0, 1, 2, ...) is
/// differentiated. <c>after</c> holds the buffers afterwards.
/// </summary>
public class LayerParityTests
{
    private static readonly Dictionary<string, JsonElement> Reference =
        new[] { "layers.json", "layers-activation.json", "layers-learned.json", "layers-shape.json" }.SelectMany(Stored.Cases).ToDictionary();

    private static Dictionary<string, Func<nn.Module<Tensor, Tensor>>> Makers => LayerCases.All;

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
}
