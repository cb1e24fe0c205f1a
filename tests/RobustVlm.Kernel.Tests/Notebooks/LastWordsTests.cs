using RobustVlm.Kernel.Notebooks;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks;

public class LastWordsTests
{
    [Fact]
    public void Keeps_the_reason_and_drops_the_machinery()
    {
        var written = new[] { "Process terminated.", "out of luck", "   at System.Environment.FailFast(System.String)", "   at Submission#1+<<Initialize>>d__0.MoveNext()", "   at My.Library.Work()" }
            .Concat(Enumerable.Repeat("   at Microsoft.CodeAnalysis.Scripting.Script.RunAsync()", 100))
            .Append("   at RobustVlm.Kernel.Serving.CellQueue.Run()");

        var kept = LastWords.Choose(written);

        Assert.Equal(["Process terminated.", "out of luck", "   at System.Environment.FailFast(System.String)", "   at My.Library.Work()"], kept);
    }

    [Fact]
    public void Keeps_the_newest_twenty_lines()
    {
        var kept = LastWords.Choose(Enumerable.Range(1, 100).Select(number => $"line {number}"));

        Assert.Equal(20, kept.Count);
        Assert.Equal("line 100", kept[^1]);
    }
}
