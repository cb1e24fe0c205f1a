using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

public class TensorHookTests
{
    [Fact]
    public void A_hook_sees_and_replaces_the_gradient_of_a_leaf_until_it_is_taken_off()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2 }, requires_grad: true);
        var seen = new List<float[]>();

        using (TensorHook.Register(x, g =>
        {
            seen.Add(g.ToArray<float>());
            return g * 10;
        }))
        {
            (x * x).sum().backward();
        }

        (x * x).sum().backward();

        Assert.Equal([2, 4], Assert.Single(seen));
        Assert.Equal([22, 44], x.grad!.ToArray<float>());
    }

    [Fact]
    public void A_hook_on_a_result_changes_what_flows_on()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        var hidden = x * 2;
        using var watch = TensorHook.Register(hidden, g => null);
        using var sign = TensorHook.Register(hidden, g => -g);

        hidden.square().backward();

        Assert.Equal(-24, x.grad!.ToDouble());
    }

    [Fact]
    public void An_exception_in_a_hook_arrives_as_itself()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);
        using var hook = TensorHook.Register(x, _ => throw new TimeoutException("from a hook"));

        var error = Assert.Throws<TimeoutException>(() => (x * 2).backward());

        Assert.Equal("from a hook", error.Message);
    }

    [Fact]
    public void A_tensor_without_gradient_takes_no_hook()
    {
        using var x = ones(2);

        Assert.Contains("requires a gradient", Assert.Throws<TorchException>(() => TensorHook.Register(x, g => g)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replacement_of_another_shape_is_an_error()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        using var hook = TensorHook.Register(x, _ => ones(3));

        Assert.Throws<TorchException>(() => x.sum().backward());
    }

    [Fact]
    public void A_handle_holds_neither_the_tensor_nor_its_hook()
    {
        var bytes = Runtime.LiveBytes;
        var x = zeros(1024, 1024).requires_grad_();
        var hook = TensorHook.Register(x, g => g);

        x.Dispose();

        Assert.Equal(bytes, Runtime.LiveBytes);
        hook.Dispose();
        hook.Dispose();
    }

    [Fact]
    public void Hooks_work_while_the_collector_runs()
    {
        using var x = tensor(1.0, requires_grad: true);
        TensorHook.Register(x, g =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return g + 1;
        });

        for (var i = 0; i < 20; i++)
        {
            (x * 1).backward();
        }

        Assert.Equal(40, x.grad!.ToDouble());
    }
}
