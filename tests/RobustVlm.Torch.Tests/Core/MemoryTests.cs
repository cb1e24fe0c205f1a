using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

public class MemoryTests
{
    [Fact]
    public void A_scope_frees_all_but_what_is_moved_out()
    {
        var before = Runtime.LiveTensors;
        Tensor kept;

        using (NewDisposeScope())
        {
            var temporary = ones(10).add(1).mul(2);
            kept = temporary.sum().MoveToOuterDisposeScope();
        }

        Assert.Equal(before + 1, Runtime.LiveTensors);
        Assert.Equal(40, kept.ToSingle());
        kept.Dispose();
        Assert.Equal(before, Runtime.LiveTensors);
    }

    [Fact]
    public void Moving_goes_one_scope_up_at_a_time()
    {
        using var outer = NewDisposeScope();
        Tensor x;
        using (var inner = NewDisposeScope())
        {
            x = ones(1);
            Assert.True(inner.Contains(x));
            x.MoveToOuterDisposeScope();
        }

        Assert.True(outer.Contains(x));
        Assert.False(x.IsInvalid);
    }

    [Fact]
    public void Detached_tensors_survive_every_scope()
    {
        Tensor x;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                x = ones(1).DetachFromDisposeScope();
            }
        }

        Assert.Equal(1, x.ToSingle());
        x.Dispose();
    }

    [Fact]
    public void A_scope_moves_only_what_is_its_own()
    {
        using var free = ones(1);
        using (NewDisposeScope())
        {
            using var inner = NewDisposeScope();
            inner.MoveToOuter(free);
            inner.Detach(free);
        }

        Assert.False(free.IsInvalid);
    }

    [Fact]
    public void A_scope_closed_on_another_thread_takes_nothing_more_in()
    {
        var scope = NewDisposeScope();
        var other = new Thread(scope.Dispose);
        other.Start();
        other.Join();

        using var x = ones(1);

        Assert.False(scope.Contains(x));
    }

    [Fact]
    public void A_long_lived_scope_forgets_what_was_disposed()
    {
        using var scope = NewDisposeScope();
        var x = ones(1);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 200_000; i++)
        {
            x.add(x).Dispose();
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 4 << 20);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void A_large_tensor_that_has_gone_does_not_raise_the_limit_for_good()
    {
        zeros(200, 1024, 1024).Dispose();   // 800 MiB
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (var i = 0; i < 2_000; i++)
        {
            empty(1).Dispose();
        }

        Runtime.ResetPeak();
        var start = Runtime.LiveBytes;
        for (var i = 0; i < 2_000; i++)
        {
            _ = zeros(256, 1024);
        }

        Assert.True(Runtime.PeakBytes - start < 512 << 20, $"{(Runtime.PeakBytes - start) >> 20} MiB were held at once");
    }

    [Fact]
    public void Everything_but_the_kept_is_freed()
    {
        using var scope = NewDisposeScope();
        var a = ones(1);
        var b = ones(1);

        scope.DisposeEverythingBut(b);

        Assert.True(a.IsInvalid);
        Assert.False(b.IsInvalid);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void A_thousand_training_steps_leave_no_tensor_behind()
    {
        using var weight = ones(16, 16).requires_grad_();
        var before = Runtime.LiveTensors;
        var bytes = 0L;

        for (var step = 0; step < 1_000; step++)
        {
            using (NewDisposeScope())
            {
                var loss = ones(4, 16).matmul(weight).square().mean();
                loss.backward();
                using var _ = no_grad();
                weight.sub_(weight.grad! * 0.001);
                weight.grad!.zero_();
            }

            if (step == 10)
            {
                bytes = Runtime.LiveBytes;
            }
        }

        Assert.Equal(before, Runtime.LiveTensors);
        Assert.Equal(bytes, Runtime.LiveBytes);
    }

    [Fact]
    public void Forgotten_tensors_do_not_pile_up()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Runtime.ResetPeak();
        var start = Runtime.LiveBytes;

        for (var i = 0; i < 3_000; i++)
        {
            _ = zeros(256, 1024);   // one MiB each, never disposed
        }

        Assert.True(Runtime.PeakBytes - start < 1L << 30, $"{(Runtime.PeakBytes - start) >> 20} MiB were held at once");
    }

    [Fact]
    public void Views_are_counted_once()
    {
        var before = Runtime.LiveBytes;
        using var x = zeros(1024, 1024);
        var one = Runtime.LiveBytes - before;

        using var view = x.view(-1);
        using var half = x[TensorIndex.Slice(0, 512)];

        Assert.InRange(one, 4L << 20, (4L << 20) + 8192);
        Assert.Equal(one, Runtime.LiveBytes - before);
    }

    [Fact]
    public void Operands_stay_alive_during_a_call_while_the_collector_runs() => Stress(300);

    [Fact, Trait("Category", "Slow")]
    public void Operands_stay_alive_in_twenty_long_runs()
    {
        for (var run = 0; run < 20; run++)
        {
            Stress(2_000);
        }
    }

    private static void Stress(int products)
    {
        var stop = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.Collect();
                Thread.Sleep(1);   // back-to-back collections would keep the other thread from ever running managed code
            }
        });
        collector.Start();
        try
        {
            for (var i = 0; i < products; i++)
            {
                // Nothing refers to the operands once the call has read their handles.
                var corner = ones(400, 400).mm(ones(400, 400))[0, 0].ToSingle();
                Assert.Equal(400, corner);
                Assert.Equal(6, cat([ones(2, 2), ones(1, 2)], 0).sum().ToSingle());
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            collector.Join();
        }
    }
}
