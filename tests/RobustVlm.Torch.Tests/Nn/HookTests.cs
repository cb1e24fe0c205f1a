using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

public class HookTests
{
    [Fact]
    public void Hooks_run_on_call_in_order_and_not_on_forward()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.ReLU();
        var seen = new List<string>();
        layer.register_forward_pre_hook(_ => seen.Add("before"));
        layer.register_forward_pre_hook((_, input) =>
        {
            seen.Add("inputs");
            return input - 1;
        });
        layer.register_forward_hook((_, input, output) =>
        {
            seen.Add("output");
            return output * 10;
        });
        layer.register_forward_hook(_ => seen.Add("after"));
        var x = tensor([0.5f, 3f]);

        var called = layer.call(x);
        var forwarded = layer.forward(x);

        Assert.Equal(["before", "inputs", "output", "after"], seen);
        Assert.Equal([0f, 20f], called.data<float>().ToArray());
        Assert.Equal([0.5f, 3f], forwarded.data<float>().ToArray());
    }

    [Fact]
    public void A_hook_can_be_removed_even_while_it_runs()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Identity();
        var count = 0;
        nn.HookableModule<Func<nn.Module<Tensor, Tensor>, Tensor, Tensor>, Func<nn.Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>.HookRemover? handle = null;
        handle = layer.register_forward_hook(_ =>
        {
            count++;
            handle!.remove();
        });

        layer.call(ones(1));
        layer.call(ones(1));
        handle.remove();

        Assert.Equal(1, count);
    }

    [Fact]
    public void Outputs_caught_by_a_hook_inside_a_Sequential_stay_usable()
    {
        using var scope = NewDisposeScope();
        using var chain = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1));
        Tensor? caught = null;
        var handle = ((nn.Module<Tensor, Tensor>)chain[1]).register_forward_hook((_, _, output) => caught = output);

        chain.call(ones(1, 2));

        Assert.Equal([1L, 3L], caught!.shape);
        handle.remove();
        chain.call(ones(1, 2));
    }

    [Fact]
    public void A_hook_elsewhere_does_not_keep_results_in_between_alive()
    {
        using var watched = nn.ReLU();
        watched.register_forward_hook(_ => { });
        using var chain = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 2)));
        using var x = ones(1, 2);
        using var noGrad = no_grad();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Runtime.LiveTensors;

        using var y = chain.call(x);

        Assert.Equal(before + 1, Runtime.LiveTensors);
    }

    [Fact]
    public void Modules_with_several_inputs_run_theirs_too()
    {
        using var scope = NewDisposeScope();
        using var loss = nn.MSELoss();
        loss.register_forward_pre_hook((_, input, target) => (input, target + 1));
        loss.register_forward_hook((_, _, _, result) => result * 2);

        Assert.Equal(2, loss.call(zeros(3), zeros(3)).ToSingle());
    }
}
