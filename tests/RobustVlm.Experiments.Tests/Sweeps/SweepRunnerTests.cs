using System.Diagnostics;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Sweeps;

public sealed class SweepRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _output.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_second_sweep_makes_nothing_again()
    {
        Assert.True(Runner().Run());
        Assert.True(Runner().Run());

        Assert.Equal(6, Begun);
        Assert.Contains("6 of 6 runs are stored", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_run_is_stored_under_its_seed_and_options()
    {
        var lab = Open();
        Runner(lab).Run();

        var runs = lab.Store.ReadAll<DiceOptions>(DiceSweep.Id);

        Assert.Equal<(ulong, int)>([(1, 6), (1, 20), (2, 6), (2, 20), (3, 6), (3, 20)], [.. runs.Select(run => (run.Environment.Seed, run.Options.Sides)).Order()]);
        Assert.InRange(runs.First(run => run.Options.Sides == 6).Measurements[0].Value, 3.2, 3.8);
    }

    [Fact]
    public void Only_and_seeds_choose_runs()
    {
        Runner(request: new SweepRequest("20", [2, 9])).Run();

        Assert.Equal(2, Begun);
        Assert.Contains("20 sides, seed 9:", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_of_an_earlier_stage_are_made_first_for_all_seeds()
    {
        Runner(sweep: new DiceSweep(TimeSpan.Zero) { Last = 6 }).List();

        Assert.Equal(
            ["20 sides, seed 1", "20 sides, seed 2", "20 sides, seed 3", "6 sides, seed 1", "6 sides, seed 2", "6 sides, seed 3"],
            _output.ToString().Split('\n').Where(line => line.Contains(" sides, ", StringComparison.Ordinal)).Select(line => line.Split("  ")[^1]));
    }

    [Fact]
    public void A_filter_that_fits_nothing_names_the_runs()
    {
        var error = Assert.Throws<ArgumentException>(() => Runner(request: new SweepRequest("coin")).Run());

        Assert.Equal("No run of 99-dice has 'coin' in its name; there are: 6 sides; 20 sides.", error.Message);
    }

    [Fact]
    public void A_dry_run_lists_and_makes_nothing()
    {
        Runner(request: new SweepRequest("6 sides", [1])).Run();
        Runner().List();

        var text = _output.ToString();
        Assert.Equal(1, Begun);
        Assert.Matches("stored   [0-9a-f]{24}  6 sides, seed 1\n", text);
        Assert.Matches("missing  [0-9a-f]{24}  20 sides, seed 3\n", text);
        Assert.Contains("1 of 6 runs are stored; new ones go to data/runs/99-dice (the code is in no git repository).", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_fails_does_not_stop_the_others()
    {
        var done = Runner(sweep: new DiceSweep(TimeSpan.Zero) { Broken = [6] }).Run();

        Assert.False(done);
        Assert.Equal(3, Begun);
        Assert.Contains("Failed: 6 sides, seed 2: A die with 6 sides does not roll.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_rest_on_others_follow_once_those_are_stored()
    {
        Assert.True(Runner(sweep: new DiceSweep(TimeSpan.Zero) { HasSecondStage = true }).Run());

        Assert.Equal(9, Begun);
    }

    [Fact]
    public void A_broken_file_is_named_once_and_its_run_made_again()
    {
        var lab = Open();
        Runner(lab).Run();
        var file = Directory.GetFiles(_folder.File("data", "runs", DiceSweep.Id), "*.json")[0];
        File.WriteAllText(file, File.ReadAllText(file)[..50]);
        var told = new StringWriter();
        var errors = Console.Error;
        Console.SetError(told);
        try
        {
            // The store takes standard error when it is made.
            Assert.True(Runner(Open()).Run());
        }
        finally
        {
            Console.SetError(errors);
        }

        Assert.Equal(7, Begun);
        Assert.Single(told.ToString().Split('\n'), line => line.StartsWith($"Skipped '{file}'", StringComparison.Ordinal));
        Assert.Equal(6, lab.Store.ReadAll<DiceOptions>(DiceSweep.Id).Count);
    }

    [SkippableFact]
    public void Committed_code_publishes_at_demo_scale_only_and_makes_unpublished_runs_again()
    {
        Skip.IfNot(Git("init", "--quiet"), "needs git");
        File.WriteAllText(_folder.File("a.txt"), "a");
        File.WriteAllText(_folder.File(".gitignore"), "begun/\n");
        Git("add", ".");
        Git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "-m", "first");

        var one = new SweepRequest("6", [1]);
        Runner(Open(Scale.Smoke), request: one).Run();
        File.WriteAllText(_folder.File("a.txt"), "changed");
        Runner(request: one).Run();
        var before = Directory.Exists(_folder.File("data", "results"));
        File.WriteAllText(_folder.File("a.txt"), "a");
        Runner(request: one).Run();
        Runner(request: one).Run();

        Assert.False(before);
        Assert.Single(Directory.GetFiles(_folder.File("data", "results", DiceSweep.Id), "*.json"));
        Assert.Equal(3, Begun);
        Assert.Contains("(the code is not committed)", _output.ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_full_disk_stops_the_sweep_with_a_sentence_and_leaves_nothing_behind()
    {
        var data = Directory.CreateDirectory(_folder.File("data")).FullName;
        Skip.IfNot(Run("mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", data), "needs the right to mount a small file system");
        try
        {
            File.WriteAllBytes(Path.Combine(data, "filler"), new byte[28 * 1024]);
            var error = Assert.Throws<IOException>(() => Runner().Run());

            Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
            Assert.Matches("Stopped: [01] of 6 runs are stored. Afterwards go on with: ./notebooks/sweep 99-dice --scale demo", _output.ToString());
            Assert.Empty(Directory.GetFiles(Path.Combine(data, "runs", DiceSweep.Id), ".*.tmp"));

            File.Delete(Path.Combine(data, "filler"));
            Assert.True(Runner().Run());
        }
        finally
        {
            Run("umount", data);
        }
    }

    [Fact]
    public void A_lock_is_held_by_one_and_free_when_let_go()
    {
        var key = RunKey.For(DiceSweep.Id, new DiceOptions(), Scale.Demo, 1, 1);
        using (RunLock.TryTake(_folder.Path, key))
        {
            Assert.Null(RunLock.TryTake(_folder.Path, key));
            Assert.True(RunLock.IsTaken(_folder.Path, key));
        }

        Assert.False(RunLock.IsTaken(_folder.Path, key));
        using var again = RunLock.TryTake(_folder.Path, key);
        Assert.NotNull(again);
    }

    [Fact]
    public void Seeds_are_numbers_and_ranges() => Assert.Equal([1, 2, 5, 6, 7], SweepRequest.ParseSeeds("1, 2,5-7,2"));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("7-5")]
    [InlineData("1-2-3")]
    [InlineData("-1")]
    [InlineData("0-18446744073709551615")]
    public void Other_seeds_are_refused(string text) =>
        Assert.EndsWith("write whole numbers and ranges, e.g. 1,2,5-7.", Assert.Throws<FormatException>(() => SweepRequest.ParseSeeds(text)).Message, StringComparison.Ordinal);

    private int Begun => Directory.GetFiles(_folder.File("begun")).Length;

    private Lab Open(Scale scale = Scale.Demo) => Lab.At(_folder.Path, scale, 7);

    private SweepRunner Runner(Lab? lab = null, DiceSweep? sweep = null, SweepRequest? request = null) =>
        new(lab ?? Open(), sweep ?? new DiceSweep(TimeSpan.Zero), request ?? new SweepRequest(), _output);

    private bool Git(params string[] arguments) => Run("git", ["-C", _folder.Path, .. arguments]);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
