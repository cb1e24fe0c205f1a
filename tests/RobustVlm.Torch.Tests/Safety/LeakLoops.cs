using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>Loops of the kinds that notebooks run, one step at a time.</summary>
internal static partial class LeakLoops
{
    internal static readonly Dictionary<string, Func<Action>> All = new()
    {
        ["training with scopes"] = () => Training(scopes: true),
        ["training that never disposes"] = () => Training(scopes: false),
        ["projected gradient steps"] = Attack,
        ["errors"] = Errors,
    };

    /// <summary>Runs a loop in this process and prints the resident memory after the warm-up and at the end, in bytes.</summary>
    internal static void Measure(string loop, long steps)
    {
        var step = All[loop]();
        var warmUp = steps / 4;   // the runtime and the allocator reach their working size slowly, above all with exceptions
        for (long i = 0; i < warmUp; i++)
        {
            step();
        }

        var before = Resident();
        var tensors = Runtime.LiveTensors;
        for (var i = warmUp; i < steps; i++)
        {
            step();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{before} {Resident()} {tensors} {Runtime.LiveTensors}"));
        GC.KeepAlive(step);
    }

    /// <summary>Resident memory of this process in bytes, after everything unreachable was freed.</summary>
    private static long Resident()
    {
        for (var i = 0; i < 3; i++)
        {
            // Gives the collector's own spare memory back, which would otherwise count as growth.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        _ = malloc_trim(0);   // likewise for what the C library keeps
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    private static Action Training(bool scopes)
    {
        var model = Model();
        var optimizer = optim.Adam(model.parameters(), 1e-3);
        var images = rand([8, 1, 8, 8], generator: new Generator(1));
        var labels = randint(10, [8], generator: new Generator(2));
        return () =>
        {
            using var scope = scopes ? NewDisposeScope() : null;
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(model.call(images), labels);
            loss.backward();
            optimizer.step();
        };
    }

    private static Action Attack()
    {
        const double step = 2 / 255.0;
        const double budget = 8 / 255.0;
        var model = Model();
        var images = rand([8, 1, 8, 8], generator: new Generator(1));
        var labels = randint(10, [8], generator: new Generator(2));
        var adversarial = images.clone();
        return () =>
        {
            using var scope = NewDisposeScope();
            var input = adversarial.detach().requires_grad_();
            var loss = nn.functional.cross_entropy(model.call(input), labels);
            var direction = autograd.grad([loss], [input])[0].sign();
            var moved = (adversarial + (direction * step)).clamp(images - budget, images + budget).clamp(0.0, 1.0);
            adversarial.copy_(moved);
        };
    }

    private static Action Errors()
    {
        var x = ones(2, 3);
        return () =>
        {
            Expect(() => x.matmul(x));
            Expect(() => cat([x, ones(4, 4, 4)], 0));
            Expect(() => x.sum().backward());
        };

        static void Expect(Action mistake)
        {
            try
            {
                mistake();
            }
            catch (TorchException)
            {
                return;
            }

            throw new InvalidOperationException("A mistake went through.");
        }
    }

    private static Sequential Model() => nn.Sequential(
        ("conv", nn.Conv2d(1, 4, 3, padding: 1)), ("norm", nn.BatchNorm2d(4)), ("relu", nn.ReLU()), ("flat", nn.Flatten()), ("out", nn.Linear(256, 10)));
}
