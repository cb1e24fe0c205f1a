using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>What <c>autograd.grad</c>, <c>backward</c> and the gradient modes promise.</summary>
public class GradientTests
{
    [Fact]
    public void Gradients_of_inputs_alone_are_accumulated_nowhere()
    {
        using var scope = NewDisposeScope();
        var layer = nn.Linear(3, 2);
        var x = ones(4, 3).requires_grad_();

        var gradient = autograd.grad([layer.call(x).sum()], [x])[0];

        Assert.Equal([4L, 3], gradient.shape);
        Assert.False(gradient.requires_grad);
        Assert.Null(x.grad);
        Assert.All(layer.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void Backward_can_be_restricted_to_some_leaves()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(2f, requires_grad: true), tensor(3f, requires_grad: true));

        (a * b).backward(inputs: [a]);

        Assert.Equal(3, a.grad!.ToSingle());
        Assert.Null(b.grad);
    }

    [Fact]
    public void Outputs_are_weighted_by_their_gradients()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2 }, requires_grad: true);
        var weight = tensor(new[] { 10f, 100 });

        var found = autograd.grad([x * 2, x.square()], [x], [weight, weight])[0];
        autograd.backward(x * 3, weight);
        autograd.backward(x * 3, [weight]);
        autograd.backward(x.sum());

        Assert.Equal([40, 600], found.ToArray<float>());
        Assert.Equal([61, 601], x.grad!.ToArray<float>());
    }

    [Fact]
    public void An_input_without_influence_is_an_error_unless_allowed()
    {
        using var scope = NewDisposeScope();
        var (x, unused) = (ones(1).requires_grad_(), ones(1).requires_grad_());

        Assert.Contains("unused", Assert.Throws<TorchException>(() => autograd.grad([x.sum()], [x, unused])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_is_told()
    {
        using var x = ones(1).requires_grad_();
        using var y = x * 2;

        Assert.Throws<ArgumentNullException>(() => autograd.grad(null!, [x]));
        Assert.Throws<ArgumentNullException>(() => autograd.backward((IList<Tensor>)null!));
        Assert.Contains("Element 1", Assert.Throws<ArgumentException>(() => autograd.grad([y], [x, null!])).Message, StringComparison.Ordinal);
        Assert.Contains("Element 0", Assert.Throws<ArgumentException>(() => autograd.backward([null!])).Message, StringComparison.Ordinal);
        Assert.Throws<TorchException>(() => autograd.grad([], [x]));
    }

    [Fact]
    public void Modes_nest_and_end_with_their_regions()
    {
        Assert.True(is_grad_enabled());
        using (no_grad())
        using (enable_grad())
        using (set_grad_enabled(false))
        {
            Assert.False(is_grad_enabled());
        }

        using (enable_grad(false))
        {
            Assert.False(is_grad_enabled());
        }

        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void A_tensor_of_inference_mode_takes_no_part_in_gradients()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        Tensor made;
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False(is_grad_enabled());
            using (inference_mode(false))
            {
                Assert.False(is_inference_mode_enabled());
                Assert.True((x * 2).requires_grad);
            }

            made = x * 2;
        }

        Assert.False(made.requires_grad);
        Assert.False(is_inference_mode_enabled());
        Assert.Throws<TorchException>(() => (x * made).sum().backward());   // it would have to be saved
    }

    [Fact]
    public void A_gradient_can_be_set_and_cleared()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();

        x.grad = full(2, 3f);
        x.sum().backward();
        Assert.Equal([4, 4], x.grad!.ToArray<float>());

        x.grad = null;
        Assert.Null(x.grad);
        Assert.Throws<TorchException>(() => x.grad = ones(3));
    }

    [Fact]
    public void A_result_keeps_its_gradient_when_asked()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var y = x * 2;
        y.retain_grad();

        y.square().sum().backward();

        Assert.Equal([4, 4], y.grad!.ToArray<float>());
    }
}
