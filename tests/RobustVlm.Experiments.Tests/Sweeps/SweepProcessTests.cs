using System.Diagnostics;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Sweeps;

/// <summary>Sweeps as processes that are killed, stopped, or run side by side.</summary>
public sealed class SweepProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void After_kill_minus_nine_only_the_running_run_is_lost_and_nothing_is_half_written()
    {
        using (var first = SweepProcess.Start(_folder.Path, 400, "sweep", DiceSweep.Id))
        {
            Until(() => Stored().Length >= 2);
            first.Kill();
            first.End();
        }

        var kept = Stored();
        var written = kept.ToDictionary(path => path, File.GetLastWriteTimeUtc);
        using var second = SweepProcess.Start(_folder.Path, 0, "sweep", DiceSweep.Id);
        var (code, output, errors) = second.End();

        Assert.Equal(0, code);
        Assert.InRange(kept.Length, 2, 5);
        Assert.Contains($"{kept.Length} of 6 runs are stored", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Skipped", errors, StringComparison.Ordinal);
        Assert.Equal(6, Stored().Length);
        Assert.All(kept, path => Assert.Equal(written[path], File.GetLastWriteTimeUtc(path)));
        Assert.Empty(Directory.GetFiles(Runs, ".*.lock"));
    }

    [Fact]
    public void Ctrl_C_ends_cleanly_and_says_how_to_go_on()
    {
        using var sweep = SweepProcess.Start(_folder.Path, 500, "sweep", DiceSweep.Id, "--scale", "smoke", "--seeds", "1-3", "--only", "SIDES");
        Until(() => Stored().Length >= 1);
        sweep.PressControlC();
        var (code, output, errors) = sweep.End();

        Assert.Equal(130, code);
        Assert.Contains($"Stopped: {Stored().Length} of 6 runs are stored. Go on with: ./notebooks/sweep {DiceSweep.Id} --scale smoke --only 'SIDES' --seeds 1,2,3", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", output + errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Runs, "*.tmp"));
    }

    [Fact]
    public void Two_processes_share_the_runs_and_make_none_twice()
    {
        using var one = SweepProcess.Start(_folder.Path, 300, "sweep", DiceSweep.Id);
        using var two = SweepProcess.Start(_folder.Path, 300, "sweep", DiceSweep.Id);

        Assert.Equal((0, 0), (one.End().Code, two.End().Code));
        Assert.Equal(6, Stored().Length);
        Assert.Equal(6, Directory.GetFiles(_folder.File("begun")).Length);
    }

    [Theory]
    [InlineData("There is no sweep '06-melo'; there are: 99-dice.", "sweep", "06-melo")]
    [InlineData("Unknown scale 'huge'; use smoke, demo or paper.", "sweep", DiceSweep.Id, "--scale", "huge")]
    public void A_wrong_name_is_one_sentence(string sentence, params string[] arguments)
    {
        using var sweep = SweepProcess.Start(_folder.Path, 0, arguments);
        var (code, _, errors) = sweep.End();

        Assert.Equal(1, code);
        Assert.Equal(sentence, errors.Trim());
    }

    private string Runs => _folder.File("data", "runs", DiceSweep.Id);

    private string[] Stored() => Directory.Exists(Runs) ? [.. Directory.GetFiles(Runs, "*.json").Order(StringComparer.Ordinal)] : [];

    private static void Until(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), "nothing happened for two minutes");
            Thread.Sleep(20);
        }
    }
}
