using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>Dispose scopes, modes and thread counts when work moves between threads.</summary>
public class AwaitTests
{
    [Fact]
    public async Task A_scope_takes_in_no_other_work_of_its_thread_while_its_method_awaits()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Tensor? before = null;
        Tensor? after = null;
        Tensor? foreign = null;
        Task? method = null;

        var thread = new Thread(() =>
        {
            method = Method();
            foreign = ones(1);   // the method is suspended: this is the caller's
        });
        thread.Start();
        thread.Join();
        gate.SetResult();
        await method!;

        Assert.True(before!.IsInvalid);
        Assert.False(after!.IsInvalid);   // made on another thread: left to the collector
        Assert.False(foreign!.IsInvalid);
        foreign.Dispose();
        after.Dispose();

        async Task Method()
        {
            using var scope = NewDisposeScope();
            before = ones(1);
            Assert.True(scope.Contains(before));
            await gate.Task;
            after = ones(1);
            Assert.False(scope.Contains(after));
        }
    }

    [Fact]
    public async Task A_method_that_comes_back_to_its_thread_is_in_its_scope_again()
    {
        var pump = new Pump();
        var result = pump.Run(async () =>
        {
            using var scope = NewDisposeScope();
            await Task.Yield();
            using var x = ones(1);
            return scope.Contains(x);
        });

        Assert.True(await result);
    }

    [Fact]
    public async Task Tasks_started_in_a_scope_are_outside_of_it()
    {
        using var scope = NewDisposeScope();

        using var x = await Task.Run(() => ones(1));

        Assert.False(scope.Contains(x));
    }

    [Fact]
    public async Task What_is_moved_out_after_an_await_belongs_to_the_outer_scope()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        DisposeScope? outer = null;
        Task<Tensor>? method = null;
        var thread = new Thread(() =>
        {
            outer = NewDisposeScope();
            method = Method();
        });
        thread.Start();
        thread.Join();
        gate.SetResult();

        var kept = await method!;

        Assert.True(outer!.Contains(kept));
        outer.Dispose();
        Assert.True(kept.IsInvalid);

        async Task<Tensor> Method()
        {
            using var scope = NewDisposeScope();
            var x = ones(1);
            await gate.Task;
            return x.MoveToOuterDisposeScope();
        }
    }

    [Fact]
    public void A_tensor_moved_out_into_a_closed_scope_goes_on_to_the_next_open_one()
    {
        using var open = NewDisposeScope();
        var middle = NewDisposeScope();
        var inner = NewDisposeScope();
        var x = ones(1);

        middle.Dispose();
        x.MoveToOuterDisposeScope();

        Assert.True(open.Contains(x));
        inner.Dispose();
        Assert.False(x.IsInvalid);
    }

    [Fact]
    public async Task Many_methods_at_once_keep_their_tensors_apart()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Runtime.LiveTensors;

        await Task.WhenAll(Enumerable.Range(0, 64).Select(Work));

        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before, Runtime.LiveTensors);

        static async Task Work(int number)
        {
            await Task.Yield();
            for (var round = 0; round < 20; round++)
            {
                using var outer = NewDisposeScope();
                var sum = full([4], number);
                await Task.Yield();
                using (NewDisposeScope())
                {
                    sum = (sum + ones(4)).MoveToOuterDisposeScope();
                    await Task.Yield();
                    Assert.Equal(number + 1, sum[0].ToSingle());
                }

                await Task.Yield();
                Assert.Equal(number + 1, sum[3].ToSingle());
            }
        }
    }

    [Fact]
    public void Autocast_does_not_end_on_another_thread()
    {
        using var region = Runtime.Autocast(true, ScalarType.BFloat16);

        var error = Assert.Throws<InvalidOperationException>(() => Task.Run(region.Dispose).GetAwaiter().GetResult());

        Assert.Contains("await", error.Message, StringComparison.Ordinal);
        Assert.True(Runtime.IsAutocastEnabled);
    }

    [Fact]
    public void A_new_thread_count_reaches_threads_that_are_already_at_work()
    {
        var before = Runtime.Threads;
        using var worked = new ManualResetEventSlim();
        using var changed = new ManualResetEventSlim();
        var seen = "";
        var thread = new Thread(() =>
        {
            _ = Runtime.Configuration;   // from here on OpenMP has a number for this thread
            worked.Set();
            changed.Wait();
            ones(2).add(1).Dispose();
            seen = Runtime.Configuration;
        });
        try
        {
            Runtime.Threads = 2;
            thread.Start();
            worked.Wait();
            Runtime.Threads = 3;
            changed.Set();
            thread.Join();
        }
        finally
        {
            Runtime.Threads = before;
        }

        Assert.Contains("at::get_num_threads() : 3", seen, StringComparison.Ordinal);
    }

    /// <summary>Runs the parts of one asynchronous method on one thread, as a notebook kernel does.</summary>
    private sealed class Pump : SynchronizationContext
    {
        private readonly System.Collections.Concurrent.BlockingCollection<(SendOrPostCallback Call, object? State)> _calls = [];

        public override void Post(SendOrPostCallback d, object? state) => _calls.Add((d, state));

        internal Task<T> Run<T>(Func<Task<T>> method)
        {
            Task<T>? task = null;
            var thread = new Thread(() =>
            {
                SetSynchronizationContext(this);
                task = method();
                task.ContinueWith(_ => _calls.CompleteAdding(), TaskScheduler.Default);
                foreach (var (call, state) in _calls.GetConsumingEnumerable())
                {
                    call(state);
                }
            });
            thread.Start();
            thread.Join();
            return task!;
        }
    }
}
