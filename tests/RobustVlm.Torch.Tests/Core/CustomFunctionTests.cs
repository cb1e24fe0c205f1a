using System.Runtime.CompilerServices;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>Functions whose gradient is written in C#.</summary>
public class CustomFunctionTests
{
    [Fact]
    public void A_function_of_a_tensor_and_a_number_has_the_gradient_it_states()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1.0, 2, 3 }, requires_grad: true);

        var y = Power.apply(x, 3.0);
        y.sum().backward();

        Assert.Equal([1, 8, 27], y.ToArray<double>());
        Assert.Equal([3, 12, 27], x.grad!.ToArray<double>());
        Assert.False(y.is_leaf);
    }

    [Fact]
    public void A_differentiable_backward_pass_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);

        var first = autograd.grad([Power.apply(x, 4.0)], [x], create_graph: true)[0];
        var second = autograd.grad([first], [x], create_graph: true)[0];
        var third = autograd.grad([second], [x])[0];

        Assert.Equal(32, first.ToDouble());
        Assert.Equal(48, second.ToDouble());
        Assert.Equal(48, third.ToDouble());
    }

    [Fact]
    public void A_saved_output_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var x = tensor(1.0, requires_grad: true);

        var first = autograd.grad([Exponential.apply(x)], [x], create_graph: true)[0];
        var second = autograd.grad([first], [x])[0];

        Assert.Equal(Math.E, first.ToDouble(), 12);
        Assert.Equal(Math.E, second.ToDouble(), 12);
    }

    [Theory]
    [InlineData(true, "False False True True False")]
    [InlineData(false, "True False True True False")]
    public void Missing_gradients_and_unneeded_inputs_are_told(bool materialize, string expected)
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 2f, 3 }, requires_grad: true);
        var b = tensor(new[] { 5f, 7 });
        SumAndProduct.Log.Clear();

        var outputs = SumAndProduct.apply(a, b, materialize);
        outputs[1].sum().backward();

        Assert.Equal([10, 21], outputs[1].ToArray<float>());
        Assert.Equal([5, 7], a.grad!.ToArray<float>());
        Assert.Null(b.grad);
        Assert.Equal([expected], SumAndProduct.Log);
    }

    [Fact]
    public void Every_input_gets_its_own_gradient()
    {
        using var scope = NewDisposeScope();
        var a = tensor(2f, requires_grad: true);
        var b = tensor(5f, requires_grad: true);

        var outputs = SumAndProduct.apply(a, b, true);
        (outputs[0] + (10 * outputs[1])).backward();

        Assert.Equal(51, a.grad!.ToSingle());
        Assert.Equal(21, b.grad!.ToSingle());
    }

    [Fact]
    public void Nothing_is_recorded_without_a_need()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);

        using (no_grad())
        {
            Assert.False(Power.apply(x, 2.0).requires_grad);
        }

        Assert.False(Power.apply(x.detach(), 2.0).requires_grad);
    }

    [Fact]
    public void An_argument_changed_in_place_stays_the_same_object()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        var y = x * 1;

        var z = DoubleInPlace.apply(y);
        (z * z).backward();

        Assert.Same(y, z);
        Assert.Equal(6, y.ToDouble());
        Assert.Equal(24, x.grad!.ToDouble());
    }

    [Fact]
    public void A_leaf_cannot_be_changed_in_place()
    {
        using var x = tensor(3.0, requires_grad: true);

        var error = Assert.Throws<TorchException>(() => DoubleInPlace.apply(x));

        Assert.Contains("leaf", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void An_output_marked_so_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 9, 4 }, requires_grad: true);

        var outputs = Largest.apply(x);
        outputs[0].backward();

        Assert.False(outputs[1].requires_grad);
        Assert.Equal([0, 1, 0], x.grad!.ToArray<float>());
    }

    [Fact]
    public void Saved_tensors_outlive_their_dispose_scope()
    {
        using var outer = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        Tensor y;
        using (NewDisposeScope())
        {
            y = Power.apply(x * 2, 2.0).MoveToOuterDisposeScope();
        }

        y.backward();

        Assert.Equal(24, x.grad!.ToDouble());
    }

    [Fact]
    public void A_saved_tensor_changed_in_place_is_an_error()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        var hidden = x * 1;
        var y = Power.apply(hidden, 2.0);
        using (no_grad())
        {
            hidden.add_(1);
        }

        var error = Assert.Throws<TorchException>(() => y.backward());

        Assert.Contains("inplace", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_can_be_used_again_only_when_retained()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        var y = Power.apply(x, 2.0);

        y.backward(retain_graph: true);
        y.backward();
        var error = Assert.Throws<TorchException>(() => y.backward());

        Assert.Equal(12, x.grad!.ToDouble());
        Assert.Contains("second time", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_number_of_gradients_is_told()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        Func<Tensor, List<Tensor>> tooFew = g => [g];
        Func<Tensor, List<Tensor>> misplaced = g => [g, g];
        Func<Tensor, List<Tensor>> misshapen = _ => [zeros(3), null!];

        Assert.Contains("2 arguments", Assert.Throws<InvalidOperationException>(() => WithBackward.apply(x, tooFew).sum().backward()).Message, StringComparison.Ordinal);
        Assert.Contains("argument 2", Assert.Throws<InvalidOperationException>(() => WithBackward.apply(x, misplaced).sum().backward()).Message, StringComparison.Ordinal);
        Assert.Contains(nameof(WithBackward), Assert.Throws<TorchException>(() => WithBackward.apply(x, misshapen).sum().backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_in_backward_arrives_as_itself()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        Func<Tensor, List<Tensor>> failing = Fail;
        var y = (WithBackward.apply(x, failing) * 2).sin();

        var error = Assert.Throws<KeyNotFoundException>(() => y.backward());

        Assert.Equal("a message of my own", error.Message);
        Assert.Contains(nameof(Fail), error.StackTrace, StringComparison.Ordinal);
        (x * 2).backward();
        Assert.Equal(2, x.grad!.ToDouble());
    }

    [Fact]
    public void An_exception_in_forward_leaves_nothing_behind()
    {
        using var x = tensor(3.0, requires_grad: true);
        var before = Runtime.LiveTensors;

        Assert.Throws<InvalidCastException>(() => Power.apply(x, "three"));

        Assert.Equal(before, Runtime.LiveTensors);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void A_backward_pass_may_run_another_one()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        Func<Tensor, List<Tensor>> nested = g =>
        {
            using var _ = enable_grad();
            var inner = tensor(5.0, requires_grad: true);
            Power.apply(inner, 2.0).backward();
            return [g * inner.grad!, null!];
        };

        WithBackward.apply(x, nested).backward();

        Assert.Equal(10, x.grad!.ToDouble());
    }

    [Fact]
    public void Backward_works_on_another_thread()
    {
        using var x = tensor(3.0, requires_grad: true);
        using var y = Power.apply(x, 2.0);
        Exception? seen = null;
        Func<Tensor, List<Tensor>> failing = Fail;
        using var bad = WithBackward.apply(x, failing);
        var thread = new Thread(() =>
        {
            y.backward();
            seen = Record.Exception(() => bad.backward());
        });

        thread.Start();
        thread.Join();

        Assert.Equal(6, x.grad!.ToDouble());
        Assert.IsType<KeyNotFoundException>(seen);
    }

    [Fact]
    public void A_thousand_passes_keep_nothing()
    {
        using var x = rand([64, 64], generator: new Generator(1)).requires_grad_();
        Pass(x);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (tensors, bytes) = (Runtime.LiveTensors, Runtime.LiveBytes);

        for (var i = 0; i < 1_000; i++)
        {
            Pass(x);
        }

        Assert.Equal((tensors, bytes), (Runtime.LiveTensors, Runtime.LiveBytes));
    }

    [Fact]
    public void A_graph_that_is_dropped_frees_what_it_saved()
    {
        using var x = rand([64, 64], generator: new Generator(1)).requires_grad_();
        Exponential.apply(x).Dispose();
        var bytes = Runtime.LiveBytes;

        for (var i = 0; i < 100; i++)
        {
            using var kept = Exponential.apply(x);   // saves its own output: must not hold itself
        }

        Assert.Equal(bytes, Runtime.LiveBytes);
        var held = DroppedCall(x);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(held.IsAlive);
    }

    [Fact]
    public void The_collector_may_run_during_backward()
    {
        using var x = tensor(new[] { 1.0, 2, 3 }, requires_grad: true);
        Func<Tensor, List<Tensor>> collecting = g =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return [g * 2, null!];
        };

        for (var i = 0; i < 20; i++)
        {
            WithBackward.apply(Power.apply(x, 2.0), collecting).sum().backward();
        }

        Assert.Equal([80, 160, 240], x.grad!.ToArray<double>());
    }

    private static void Pass(Tensor x)
    {
        using var scope = NewDisposeScope();
        var outputs = SumAndProduct.apply(Power.apply(x, 2.0), Exponential.apply(x), true);
        (outputs[0] * outputs[1]).sum().backward();
        x.grad!.zero_();
        SumAndProduct.Log.Clear();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference DroppedCall(Tensor x)
    {
        var held = new object();
        Func<Tensor, List<Tensor>> backward = g => [held is null ? g : g, null!];
        WithBackward.apply(x, backward).Dispose();
        return new WeakReference(held);
    }

    private static List<Tensor> Fail(Tensor gradient) => throw new KeyNotFoundException("a message of my own");
}
