using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>Several threads at once: the same numbers as one after the other, and no crash where two meet at one tensor.</summary>
public class ThreadTests
{
    private const int Workers = 8;

    [Fact]
    public void Eight_threads_with_shared_parameters_compute_what_one_does()
    {
        using var model = Model();
        var serial = Enumerable.Range(0, Workers).Select(seed => AttackOf(model, seed)).ToArray();

        var parallel = new float[Workers][];
        RunTogether(worker => parallel[worker] = AttackOf(model, worker));

        Assert.Equal(serial, parallel);
    }

    [Fact]
    public void Eight_threads_train_models_of_their_own()
    {
        var serial = Enumerable.Range(0, Workers).Select(Trained).ToArray();

        var parallel = new float[Workers][];
        using (new CollectorStress())
        {
            RunTogether(worker => parallel[worker] = Trained(worker));
        }

        Assert.Equal(serial, parallel);
    }

    [Fact]
    public void Disposing_one_tensor_from_many_threads_frees_it_once()
    {
        var before = Runtime.LiveTensors;
        for (var i = 0; i < 500; i++)
        {
            var x = ones(16);
            RunTogether(_ => x.Dispose());
        }

        Assert.Equal(before, Runtime.LiveTensors);
    }

    [Fact]
    public void A_scope_closed_on_another_thread_frees_its_tensors()
    {
        var before = Runtime.LiveTensors;
        var scope = NewDisposeScope();
        var x = ones(16) + 1;

        RunTogether(_ => scope.Dispose(), workers: 1);

        Assert.True(x.IsInvalid);
        Assert.Equal(before, Runtime.LiveTensors);
    }

    [Fact]
    public async Task A_scope_survives_an_await()
    {
        var before = Runtime.LiveTensors;
        using (NewDisposeScope())
        {
            var x = ones(16);
            for (var i = 0; i < 20; i++)
            {
                await Task.Delay(1);
                using var inner = NewDisposeScope();
                Assert.Equal(16, (x + 0).sum().ToSingle());
            }
        }

        // What was made behind an await on another thread belongs to no scope; the collector has it.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before, Runtime.LiveTensors);
    }

    [Fact]
    public void Grad_mode_belongs_to_its_thread()
    {
        using var outer = no_grad();
        var elsewhere = new bool[Workers];

        RunTogether(worker => elsewhere[worker] = is_grad_enabled());

        Assert.All(elsewhere, Assert.True);
        Assert.False(is_grad_enabled());
    }

    [Fact]
    public void Errors_on_several_threads_do_not_mix()
    {
        using var x = ones(2, 3);
        RunTogether(worker =>
        {
            for (var i = 0; i < 300; i++)
            {
                using var other = ones(worker + 10, 4);
                var error = Assert.Throws<TorchException>(() => x.matmul(other));
                Assert.Contains($"{worker + 10}x4", error.Message, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void A_storm_of_finalizers_disturbs_no_computation()
    {
        using var x = ones(64);
        for (var i = 0; i < 200_000; i++)
        {
            _ = empty(4);   // left to the finalizer thread, which frees while this thread goes on
            if (i % 1_000 == 0)
            {
                GC.Collect(0);
                using var scope = NewDisposeScope();
                Assert.Equal(192, (x * 3).sum().ToSingle());
            }
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Theory]
    [InlineData("live tensors", 0)]
    [InlineData("running threads", 0)]
    [InlineData("pending finalizers", 0)]
    [InlineData("error on a thread", 134)]   // .NET ends a process whose thread throws; it must say which exception it was
    public void A_process_ends_cleanly_with(string state, int exitCode)
    {
        var child = ChildProcess.Run(["exit", state]);

        Assert.True(child.ExitCode == exitCode, $"exit code {child.ExitCode}: {child.Output}");
        Assert.Equal(exitCode != 0, child.Output.Contains("TorchException", StringComparison.Ordinal));
        Assert.DoesNotContain("terminate called", child.Output, StringComparison.Ordinal);
    }

    private static float[] AttackOf(Sequential model, int seed)
    {
        using var scope = NewDisposeScope();
        var images = rand([4, 16], generator: new Generator((ulong)seed));
        var labels = randint(3, [4], generator: new Generator((ulong)seed));
        var adversarial = images;
        for (var i = 0; i < 10; i++)
        {
            var input = adversarial.detach().requires_grad_();
            var loss = nn.functional.cross_entropy(model.call(input), labels);
            adversarial = (adversarial + (autograd.grad([loss], [input])[0].sign() * 0.01)).clamp(0.0, 1.0).detach();
        }

        return adversarial.ToArray<float>();
    }

    private static float[] Trained(int seed)
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        using (no_grad())
        {
            var generator = new Generator((ulong)seed);
            foreach (var parameter in model.parameters())
            {
                parameter.uniform_(-0.3, 0.3, generator);
            }
        }

        var optimizer = optim.Adam(model.parameters(), 0.01);
        var images = rand([4, 16], generator: new Generator((ulong)seed));
        var labels = randint(3, [4], generator: new Generator((ulong)seed));
        for (var i = 0; i < 20; i++)
        {
            using var step = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.cross_entropy(model.call(images), labels).backward();
            optimizer.step();
        }

        return [.. model.parameters().SelectMany(parameter => parameter.detach().ToArray<float>())];
    }

    private static Sequential Model() => nn.Sequential(("first", nn.Linear(16, 8)), ("relu", nn.ReLU()), ("second", nn.Linear(8, 3)));

    private static void RunTogether(Action<int> work, int workers = Workers)
    {
        using var start = new Barrier(workers);
        var errors = new Exception?[workers];
        var threads = Enumerable.Range(0, workers).Select(worker => new Thread(() =>
        {
            start.SignalAndWait();
            errors[worker] = Record.Exception(() => work(worker));
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(errors, Assert.Null);
    }

    [Fact]
    public void A_null_reference_after_a_bfloat16_product_is_an_ordinary_exception()
    {
        using var scope = NewDisposeScope();
        var x = ones([1, 3, 4, 4, 4], dtype: bfloat16).requires_grad_();
        Tensor? nothing = null;

        x.inner(x).sum().backward();

        Assert.Throws<NullReferenceException>(() => nothing!.amax([0]));   // on purpose
    }
}
