using Xunit;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>No operand is freed during a call, while a second thread collects all the time.</summary>
public class UseAfterFreeTests
{
    private const int Runs = 20;
    private const int QuickCalls = 200;
    private const int SlowCalls = 1_000;

    public static TheoryData<string> Families => [.. OperatorFamilies.All.Keys];

    [Theory, MemberData(nameof(Families))]
    public void Operands_live_as_long_as_the_call(string family)
    {
        using var collector = new CollectorStress();
        for (var i = 0; i < QuickCalls; i++)
        {
            OperatorFamilies.All[family]();
        }
    }

    // In a process of its own: what is tested for is a crash.
    [Theory, MemberData(nameof(Families)), Trait("Category", "Slow")]
    public void Operands_live_as_long_as_the_call_in_twenty_runs(string family)
    {
        var child = ChildProcess.Run(["stress", family, $"{Runs}", $"{SlowCalls}"]);

        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}: {child.Output}");
    }
}
