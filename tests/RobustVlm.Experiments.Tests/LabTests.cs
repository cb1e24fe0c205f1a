using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests;

public class LabTests
{
    [Fact]
    public void Finds_the_repository_and_says_what_every_number_depends_on()
    {
        var lab = Lab.Open(Scale.Smoke, 3);

        Assert.True(File.Exists(Path.Combine(lab.Root, "RobustVlm.Notebooks.sln")));
        Assert.Contains("Smoke scale · seed 3", lab.ToString(), StringComparison.Ordinal);
        Assert.Contains("libtorch", lab.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_depend_on_seed_and_name_only()
    {
        using var scope = NewDisposeScope();

        static float Draw(ulong seed, string name)
        {
            using var random = Lab.Open(Scale.Smoke, seed).Random(name);
            return rand(1, generator: random).ToSingle();
        }

        Assert.Equal(Draw(1, "a"), Draw(1, "a"));
        Assert.NotEqual(Draw(1, "a"), Draw(1, "b"));
        Assert.NotEqual(Draw(1, "a"), Draw(2, "a"));
    }

    [Theory]
    [InlineData(0.2, "1 s")]
    [InlineData(179, "179 s")]
    [InlineData(181, "3 min")]
    [InlineData(5_400, "90 min")]
    [InlineData(12_600, "3.5 h")]
    public void Time_left_is_told_in_seconds_minutes_or_hours(double seconds, string words) =>
        Assert.Equal(words, ProgressDisplay.InWords(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Progress_is_shown_through_the_notebooks_display_and_ends_without_times()
    {
        var shown = new List<(object Value, string Id, bool Update)>();
        AppContext.SetData("Notebook.Display", (Action<object, string, bool>)((value, id, update) => shown.Add((value, id, update))));
        try
        {
            using var progress = Lab.Progress("Work");
            progress.Report(0.5, "half");
            progress.Finish("10 things");
        }
        finally
        {
            AppContext.SetData("Notebook.Display", null);
        }

        Assert.False(shown[0].Update);
        Assert.All(shown.Skip(1), s => Assert.True(s.Update));
        Assert.Single(shown.Select(s => s.Id).Distinct());
        Assert.Equal("Work: 100 % · 10 things", shown[^1].Value.ToString());
    }
}
