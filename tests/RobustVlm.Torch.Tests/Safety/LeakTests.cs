using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;
using Xunit.Abstractions;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>Loops do not grow: tensors counted exactly over short runs, resident memory over long ones.</summary>
public class LeakTests(ITestOutputHelper output)
{
    // Far below one leaked small tensor or exception per step, above what the collector's own heap breathes.
    private const long Margin = 20L << 20;

    [Theory]
    [InlineData("training with scopes", 2_000)]
    [InlineData("training that never disposes", 2_000)]
    [InlineData("projected gradient steps", 500)]
    [InlineData("errors", 2_000)]
    public void No_tensor_is_left_behind(string loop, int steps)
    {
        var threads = Runtime.Threads;
        Runtime.Threads = 1;   // so small a model is slower on two
        try
        {
            Count(loop, steps);
        }
        finally
        {
            Runtime.Threads = threads;
            Settle();
        }
    }

    [Theory, Trait("Category", "Slow")]
    [InlineData("training with scopes", 100_000)]
    [InlineData("training that never disposes", 100_000)]
    [InlineData("projected gradient steps", 20_000)]
    [InlineData("errors", 100_000)]
    public void Resident_memory_stays_flat(string loop, int steps)
    {
        var child = ChildProcess.Run(["leak", loop, steps.ToString(CultureInfo.InvariantCulture)], threads: 1);

        Assert.True(child.ExitCode == 0, child.Output);
        var numbers = Array.ConvertAll(child.Output.Split('\n')[^1].Split(' '), text => long.Parse(text, CultureInfo.InvariantCulture));
        output.WriteLine($"{loop}, {steps} steps: resident {numbers[0] / 1048576.0:F1} -> {numbers[1] / 1048576.0:F1} MiB, tensors {numbers[2]} -> {numbers[3]}");
        Assert.Equal(numbers[2], numbers[3]);
        Assert.True(numbers[1] - numbers[0] < Margin, $"resident memory grew from {numbers[0] >> 20} to {numbers[1] >> 20} MiB");
    }

    // A method of its own, so that the loop's own tensors are garbage before the next test counts.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Count(string loop, int steps)
    {
        var step = LeakLoops.All[loop]();
        for (var i = 0; i < 10; i++)
        {
            step();
        }

        Settle();
        var (tensors, bytes) = (Runtime.LiveTensors, Runtime.LiveBytes);
        for (var i = 0; i < steps; i++)
        {
            step();
        }

        Settle();
        Assert.Equal(tensors, Runtime.LiveTensors);
        Assert.Equal(bytes, Runtime.LiveBytes);
        GC.KeepAlive(step);
    }

    private static void Settle()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
