using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Engine;

public sealed class LeakCheckTests
{
    [Fact]
    public void Code_that_frees_its_tensors_is_clean()
    {
        var report = LeakCheck.Run(() =>
        {
            using var scope = NewDisposeScope();
            ones(100).add(1).mul(2);
        });

        Assert.True(report.IsClean, report.ToString());
        report.ThrowIfAny();
    }

    [Fact]
    public void Tensors_in_use_and_forgotten_ones_are_told_apart()
    {
        Tensor? kept = null;

        var report = LeakCheck.Run(() =>
        {
            kept = zeros(1024, 256);
            Forget();
        });

        Assert.Equal((3, 1), (report.Undisposed, report.Reachable));
        Assert.InRange(report.ReachableBytes!.Value, 1 << 20, (1 << 20) + 8192);
        Assert.Contains("3 tensors", Assert.Throws<InvalidOperationException>(report.ThrowIfAny).Message, StringComparison.Ordinal);
        kept!.Dispose();
    }

    [Fact]
    public void A_check_ends_with_its_block()
    {
        LeakCheck check;
        using (check = LeakCheck.Begin())
        {
            ones(1).Dispose();
        }

        using var later = ones(1);

        Assert.True(check.Report.IsClean);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        for (var i = 0; i < 2; i++)
        {
            _ = ones(10);
        }
    }
}
