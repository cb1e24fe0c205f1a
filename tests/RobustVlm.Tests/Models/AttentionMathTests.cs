using RobustVlm.Engine;
using RobustVlm.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

/// <summary>Attention in one operator beside the same equation in float64 parts.</summary>
public sealed class AttentionMathTests
{
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 37, 4, 32)]
    [InlineData(3, 16, 2, 16)]
    [InlineData(1, 65, 3, 20)]
    [InlineData(2, 5, 1, 7)]
    [InlineData(1, 130, 2, 64)]
    public void Output_and_gradient_are_those_of_the_equation(int images, int tokens, int heads, int depth)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var joined = randn([images, tokens, 3 * heads * depth], generator: random).requires_grad_();
        var weight = randn([images, tokens, heads * depth], generator: random);
        var output = AttentionMath.Mix(joined, heads, null);
        var gradient = autograd.grad([(output * weight).sum()], [joined])[0];
        var (expected, expectedGradient) = Equation(joined, heads, null, weight);
        Assert.True(Distance(output, expected) < 3e-6);
        Assert.True(Distance(gradient, expectedGradient) < 1e-5);
        using var noGradient = no_grad();
        Assert.True(output.SameAs(AttentionMath.Mix(joined, heads, null)));
    }

    [Fact]
    public void Bfloat16_differs_by_its_rounding_alone()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        var joined = randn([2, 37, 3 * 64], generator: random).to(ScalarType.BFloat16).requires_grad_();
        var weight = randn([2, 37, 64], generator: random).to(ScalarType.BFloat16);
        var output = AttentionMath.Mix(joined, 4, null);
        var gradient = autograd.grad([(output * weight).sum()], [joined])[0];
        Assert.Equal((ScalarType.BFloat16, ScalarType.BFloat16), (output.dtype, gradient.dtype));
        var (expected, expectedGradient) = Equation(joined, 4, null, weight);
        Assert.True((output.to(ScalarType.Float64) - expected).abs().le((expected.abs() / 256) + 1e-6).all().item<bool>());   // half of its last place
        Assert.True((gradient.to(ScalarType.Float64) - expectedGradient).abs().le((expectedGradient.abs() / 256) + 1e-5).all().item<bool>());
    }

    [Fact]
    public void Hidden_tokens_change_nothing_and_get_no_gradient()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var joined = randn([2, 20, 3 * 32], generator: random).requires_grad_();
        var weight = randn([2, 20, 32], generator: random);
        var causal = full([20, 20], AttentionMath.Hidden).triu(1);
        var padding = zeros([2, 1, 1, 20]);
        padding.narrow(0, 1, 1).narrow(3, 15, 5).fill_(AttentionMath.Hidden);
        foreach (var mask in new[] { causal, padding })
        {
            var output = AttentionMath.Mix(joined, 2, mask);
            var gradient = autograd.grad([(output * weight).sum()], [joined])[0];
            var (expected, expectedGradient) = Equation(joined, 2, mask, weight);
            Assert.True(Distance(output, expected) < 3e-6);
            Assert.True(Distance(gradient, expectedGradient) < 1e-5);
        }

        var hidden = autograd.grad([(AttentionMath.Mix(joined, 2, padding) * weight).sum()], [joined])[0].select(0, 1).narrow(0, 15, 5);
        Assert.Equal(0, hidden.narrow(1, 32, 64).abs().max().item<float>());   // keys and values of the hidden
    }

    [Fact]
    public void The_gradient_can_be_differentiated()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(4);
        var joined = randn([1, 6, 3 * 8], generator: random).requires_grad_();
        var exact = joined.detach().to(ScalarType.Float64).requires_grad_();
        Assert.True(Distance(Second(joined, x => AttentionMath.Mix(x, 2, null)), Second(exact, x => Parts(x, 2, null))) < 1e-4);

        static Tensor Second(Tensor x, Func<Tensor, Tensor> function)
        {
            var first = autograd.grad([function(x).square().sum()], [x], create_graph: true)[0];
            return autograd.grad([first.square().sum()], [x])[0];
        }
    }

    [Fact]
    public void A_number_that_is_none_is_passed_on()
    {
        using var scope = NewDisposeScope();
        var joined = zeros([1, 20, 3 * 16]);
        joined.narrow(1, 3, 1).narrow(2, 20, 1).fill_(float.NaN);   // in a key, so every token sees it
        Assert.True(AttentionMath.Mix(joined, 1, null).isnan().all().item<bool>());
    }

    [Fact]
    public void Large_scores_do_not_overflow()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(5);
        var joined = randn([1, 20, 3 * 16], generator: random) * 100;
        Assert.True(Distance(AttentionMath.Mix(joined, 1, null) / 100, Parts(joined.to(ScalarType.Float64), 1, null) / 100) < 1e-3);
    }

    [Fact]
    public void Equal_calls_give_equal_bits()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(6);
        var joined = randn([8, 37, 3 * 128], generator: random);
        Assert.True(AttentionMath.Mix(joined, 4, null).SameAs(AttentionMath.Mix(joined, 4, null)));
    }

    [Fact]
    public void A_mask_that_is_trained_takes_the_other_way()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(7);
        var mask = zeros([6, 6]).requires_grad_();
        Assert.Null(FusedAttention.Of(randn([1, 6, 24], generator: random), 2, mask));
        AttentionMath.Mix(randn([1, 6, 24], generator: random), 2, mask).sum().backward();
        Assert.NotNull(mask.grad);
    }

    private static double Distance(Tensor actual, Tensor expected) => (actual.to(ScalarType.Float64) - expected.to(ScalarType.Float64)).abs().max().item<double>();

    private static (Tensor Output, Tensor Gradient) Equation(Tensor joined, int heads, Tensor? mask, Tensor weight)
    {
        var exact = joined.detach().to(ScalarType.Float64).requires_grad_();
        var output = Parts(exact, heads, mask);
        return (output, autograd.grad([(output * weight.to(ScalarType.Float64)).sum()], [exact])[0]);
    }

    private static Tensor Parts(Tensor joined, int heads, Tensor? mask)
    {
        var parts = joined.chunk(3, 2);
        return AttentionMath.Mix(parts[0], parts[1], parts[2], heads, mask?.to(ScalarType.Float64));
    }
}
