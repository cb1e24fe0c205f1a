using System.Text.Json;
using RobustVlm.Torch.Tests.Core;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>
/// Multi-head attention of width 8 with 2 heads against PyTorch; <c>Reference/attention.json</c> was made like
/// <c>layers.json</c>, see <see cref="LayerParityTests"/>.
/// </summary>
public class AttentionTests
{
    private static readonly Dictionary<string, JsonElement> Reference = Stored.Cases("attention.json");

    private static readonly Dictionary<string, (Func<MultiheadAttention> Make, Func<MultiheadAttention, Tensor[], Tensor, Tuple<Tensor, Tensor?>> Call)> Cases = new()
    {
        ["self"] = (() => nn.MultiheadAttention(8, 2), (m, x, _) => m.call(x[0], x[0], x[0])),
        ["self_causal_bool"] = (() => nn.MultiheadAttention(8, 2), (m, x, _) => m.call(x[0], x[0], x[0], need_weights: false, attn_mask: Causal())),
        ["cross_float_mask_padding"] = (() => nn.MultiheadAttention(8, 2), (m, x, mask) => m.call(x[0], x[1], x[2], PaddedKeys(), attn_mask: mask)),
        ["cross_widths"] = (() => nn.MultiheadAttention(8, 2, bias: false, kdim: 5, vdim: 6), (m, x, _) => m.call(x[0], x[1], x[2])),
        ["bias_kv_zero"] = (() => nn.MultiheadAttention(8, 2, add_bias_kv: true, add_zero_attn: true), (m, x, mask) => m.call(x[0], x[1], x[2], PaddedKeys(), attn_mask: mask)),
        ["mask_per_head"] = (() => nn.MultiheadAttention(8, 2), (m, x, _) =>
        {
            var other = Causal().flip(0, 1).logical_and(eye(3, dtype: ScalarType.Bool).logical_not());
            return m.call(x[0], x[0], x[0], attn_mask: stack([Causal(), other, Causal(), Causal()]));
        }
        ),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Equals_PyTorch_from_start_values_to_gradients(string name)
    {
        using var scope = NewDisposeScope();
        var reference = Reference[name];
        manual_seed(3);
        using var attention = Cases[name].Make();
        var init = reference.GetProperty("init");
        Assert.Equal(init.EnumerateObject().Select(property => property.Name), attention.state_dict().Keys);
        foreach (var (key, tensor) in attention.state_dict())
        {
            Stored.Equal(init.GetProperty(key), tensor, key);
        }

        attention.load_state_dict(Stored.Tensors(reference.GetProperty("state")));
        var inputs = reference.GetProperty("inputs").EnumerateArray().Select(x => ReferenceData.Tensor(x).requires_grad_()).ToArray();
        var mask = reference.TryGetProperty("mask", out var stored) ? ReferenceData.Tensor(stored) : zeros(1);

        var (output, weights) = Cases[name].Call(attention, inputs, mask);

        Stored.Equal(reference.GetProperty("output"), output, "output");
        if (reference.GetProperty("weights").ValueKind == JsonValueKind.Null)
        {
            Assert.Null(weights);
        }
        else
        {
            Stored.Equal(reference.GetProperty("weights"), weights, "weights");
        }

        Stored.WeightedSum(output).backward();
        foreach (var (input, gradient) in inputs.Zip(reference.GetProperty("input_gradients").EnumerateArray()))
        {
            Stored.Equal(gradient, input.grad, "input gradient", 1e-5);
        }

        foreach (var (key, parameter) in attention.named_parameters())
        {
            Stored.Equal(reference.GetProperty("gradients").GetProperty(key), parameter.grad, key + " gradient", 1e-5);
        }
    }

    [Fact]
    public void Leaves_only_output_and_weights_alive()
    {
        using var attention = nn.MultiheadAttention(8, 2, dropout: 0.1);
        using var x = randn([3, 2, 8]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Runtime.LiveTensors;

        var (output, weights) = attention.call(x, x, x);

        Assert.Equal(before + 2, Runtime.LiveTensors);
        output.Dispose();
        weights?.Dispose();
        Assert.Equal(before, Runtime.LiveTensors);
    }

    [Fact]
    public void Works_with_masks_under_autocast()
    {
        using var scope = NewDisposeScope();
        using var attention = nn.MultiheadAttention(8, 2);
        var x = randn([3, 2, 8]);
        var (expected, _) = attention.call(x, x, x, attn_mask: Causal());
        var direct = nn.functional.scaled_dot_product_attention(x, x, x, is_casual: true);

        using var cast = Runtime.Autocast(true, ScalarType.BFloat16);
        var (output, _) = attention.call(x, x, x, attn_mask: Causal());
        var function = nn.functional.scaled_dot_product_attention(x, x, x, is_casual: true);

        Assert.Equal(ScalarType.BFloat16, output.dtype);
        Assert.True(expected.allclose(output.to(ScalarType.Float32), rtol: 0.05, atol: 0.02));
        Assert.True(direct.allclose(function.to(ScalarType.Float32), rtol: 0.05, atol: 0.05));
    }

    [Fact]
    public void Refuses_heads_that_do_not_divide_the_width_and_tensors_without_batch()
    {
        var width = Assert.Throws<ArgumentOutOfRangeException>(() => nn.MultiheadAttention(8, 3));
        Assert.Contains("multiple of num_heads (3)", width.Message, StringComparison.Ordinal);

        using var attention = nn.MultiheadAttention(8, 2);
        using var x = zeros(3, 8);
        var shape = Assert.Throws<ArgumentException>(() => attention.call(x, x, x));
        Assert.Contains("[T, N, D]", shape.Message, StringComparison.Ordinal);
    }

    private static Tensor Causal() => ones([3, 3], dtype: ScalarType.Bool).triu(1);

    private static Tensor PaddedKeys() => tensor([false, false, true, false, false, true, true, false], [2, 4]);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void The_kernel_in_use_equals_the_products_one_by_one(bool masked, bool causal)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (query, key, value) = (randn(2, 2, 5, 8).requires_grad_(), randn(2, 2, 6, 8).requires_grad_(), randn(2, 2, 6, 8).requires_grad_());
        var mask = masked ? ones([5, 6], ScalarType.Bool).tril(2) : null;
        (key, value) = causal ? (key[.., .., ..5].detach().requires_grad_(), value[.., .., ..5].detach().requires_grad_()) : (key, value);

        var actual = nn.functional.scaled_dot_product_attention(query, key, value, mask, is_casual: causal);
        var expected = nn.functional.ComposedAttention(query, key, value, mask, 0, causal);

        Assert.True(actual.allclose(expected, atol: 1e-6));
        Tensor[] inputs = [query, key, value];
        foreach (var (one, other) in autograd.grad([actual.square().sum()], inputs).Zip(autograd.grad([expected.square().sum()], inputs)))
        {
            Assert.True(one.allclose(other, atol: 1e-5));
        }
    }
}
