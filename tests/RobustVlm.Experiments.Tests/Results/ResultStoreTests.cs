using System.Collections.Concurrent;
using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Results;

public sealed class ResultStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly ResultStore _store;

    public ResultStoreTests() => _store = new ResultStore(_folder.Path, _warnings.Enqueue);

    private static RunRecord<SampleOptions> Record => StoreFixtures.Record;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gives_back_every_number_also_those_JSON_has_no_word_for()
    {
        _store.Write(Record);

        var read = _store.TryRead<SampleOptions>(Record.ToKey());

        Assert.NotNull(read);
        Assert.Equal(Record.Measurements, read.Measurements);
        Assert.Equal(Record.Environment, read.Environment);
        Assert.Equal(Record.Warnings, read.Warnings);
        Assert.Equal(Record.Checkpoints, read.Checkpoints);
        Assert.Equal(Record.Options with { Prompts = read.Options.Prompts }, read.Options);
        Assert.Equal(Record.Options.Prompts, read.Options.Prompts);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Writes_one_readable_file_named_by_its_key()
    {
        var path = _store.Write(Record);

        Assert.Equal(_folder.File("runs", "06-melo", Record.ToKey().Hash + ".json"), path);
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
        Snapshot.Match(File.ReadAllText(path));
    }

    [Fact]
    public void Knows_nothing_of_a_run_that_was_never_made() =>
        Assert.Null(_store.TryRead<SampleOptions>(Record.ToKey()));

    [Fact]
    public void Published_runs_go_to_results_and_hide_their_twins()
    {
        _store.Write(Record with { Warnings = ["unpublished"] });
        var path = _store.Write(Record with { Warnings = ["published"] }, publish: true);

        var one = _store.TryRead<SampleOptions>(Record.ToKey());
        var all = _store.ReadAll<SampleOptions>(StoreFixtures.Experiment);

        Assert.StartsWith(_folder.File("results", "06-melo"), path, StringComparison.Ordinal);
        Assert.Equal(["published"], one!.Warnings);
        Assert.Equal(["published"], Assert.Single(all).Warnings);
    }

    [Theory]
    [InlineData(Scale.Smoke, "3f2c1d0", RunStatus.Ok, "smoke scale only proves that the code runs")]
    [InlineData(Scale.Demo, "3f2c1d0+dirty", RunStatus.Ok, "its code (3f2c1d0+dirty) is not committed")]
    [InlineData(Scale.Demo, "unknown", RunStatus.Ok, "its commit is unknown")]
    [InlineData(Scale.Demo, "3f2c1d0", RunStatus.Cancelled, "it was cancelled")]
    public void Refuses_to_publish_what_nobody_could_trust(Scale scale, string commit, RunStatus status, string reason)
    {
        var record = Record with
        {
            Environment = Record.Environment with { Scale = scale, Commit = commit },
            Status = status,
        };

        var error = Assert.Throws<InvalidOperationException>(() => _store.Write(record, publish: true));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        _store.Write(record);
    }

    [Fact]
    public void A_cancelled_run_is_kept_but_never_stands_in_for_a_finished_one()
    {
        _store.Write(Record with { Status = RunStatus.Cancelled });

        Assert.Null(_store.TryRead<SampleOptions>(Record.ToKey()));
        Assert.Empty(_store.ReadAll<SampleOptions>(StoreFixtures.Experiment));
        Assert.Equal(RunStatus.Cancelled, Assert.Single(_store.ReadAll<SampleOptions>(StoreFixtures.Experiment, includeCancelled: true)).Status);

        _store.Write(Record);
        _store.Write(Record with { Status = RunStatus.Cancelled });

        Assert.Equal(RunStatus.Ok, _store.TryRead<SampleOptions>(Record.ToKey())!.Status);
    }

    [Fact]
    public void Lists_all_runs_of_an_experiment_by_seed()
    {
        foreach (var seed in new ulong[] { 3, 1, 2 })
        {
            _store.Write(Record with { Environment = Record.Environment with { Seed = seed } }, publish: seed == 2);
        }

        var all = _store.ReadAll<SampleOptions>(StoreFixtures.Experiment);

        Assert.Equal([1UL, 2UL, 3UL], all.Select(run => run.Environment.Seed));
        Assert.Empty(_store.ReadAll<SampleOptions>("07-ran"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"experiment\": \"06-melo\"}")]
    [InlineData("\u0000\u0001\u0002")]
    public void A_file_that_is_no_run_is_named_once_skipped_and_kept(string content)
    {
        var path = _store.Write(Record);
        File.WriteAllText(path, content);

        Assert.Null(_store.TryRead<SampleOptions>(Record.ToKey()));

        Assert.StartsWith($"Skipped '{path}': it is not a run record of this experiment", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', _warnings.Single());
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Fact]
    public void A_truncated_file_is_skipped_wherever_it_was_cut()
    {
        var other = Record with { Environment = Record.Environment with { Seed = 8 } };
        _store.Write(other);
        var path = _store.Write(Record);
        var whole = File.ReadAllText(path).TrimEnd();

        for (var length = 0; length < whole.Length; length += 37)
        {
            File.WriteAllText(path, whole[..length]);
            _warnings.Clear();

            var left = _store.ReadAll<SampleOptions>(StoreFixtures.Experiment);

            Assert.Equal(8UL, Assert.Single(left).Environment.Seed);
            Assert.Single(_warnings);
        }
    }

    [Fact]
    public void A_number_changed_by_hand_in_the_settings_is_noticed()
    {
        var path = _store.Write(Record);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"steps\": 10", "\"steps\": 20", StringComparison.Ordinal));

        Assert.Empty(_store.ReadAll<SampleOptions>(StoreFixtures.Experiment));

        Assert.Contains("its name does not match its content", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_other_options_is_not_read_as_ours()
    {
        var foreign = new RunRecord<string>
        {
            Experiment = StoreFixtures.Experiment,
            Options = "other",
            MethodVersion = 1,
            Environment = Record.Environment,
            Measurements = [],
        };
        _store.Write(foreign);

        Assert.Empty(_store.ReadAll<SampleOptions>(StoreFixtures.Experiment));
        Assert.Single(_warnings);
        Assert.Single(_store.ReadAll<string>(StoreFixtures.Experiment));
    }

    [Fact]
    public async Task Many_writers_and_readers_never_see_half_a_file()
    {
        const int writers = 8, rounds = 25;
        using var stop = new CancellationTokenSource();
        var key = Record.ToKey();
        var reads = 0;
        var reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                reads += _store.TryRead<SampleOptions>(key) is { Measurements.Count: 3 } ? 1 : 0;
                _store.ReadAll<SampleOptions>(StoreFixtures.Experiment);
            }
        });

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() =>
        {
            // Each writer its own store, as separate processes would have.
            var store = new ResultStore(_folder.Path, _warnings.Enqueue);
            for (var round = 0; round < rounds; round++)
            {
                store.Write(Record with { Warnings = [new string((char)('a' + writer), 1 + (round * 997))] });
                store.Write(Record with { Environment = Record.Environment with { Seed = (ulong)((writer * rounds) + round + 100) } });
            }
        })));
        SpinWait.SpinUntil(() => Volatile.Read(ref reads) > 0, TimeSpan.FromMinutes(1));
        await stop.CancelAsync();
        await reader;

        var all = _store.ReadAll<SampleOptions>(StoreFixtures.Experiment);
        Assert.Equal((writers * rounds) + 1, all.Count);
        Assert.True(reads > 0);
        Assert.Empty(_warnings);
        Assert.DoesNotContain(Directory.GetFiles(_folder.File("runs", "06-melo")), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_one_clear_sentence()
    {
        File.WriteAllText(_folder.File("runs"), "a file where a folder should be");

        var error = Assert.Throws<IOException>(() => _store.Write(Record));

        Assert.StartsWith($"The result could not be written to '{_folder.File("runs", "06-melo")}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("then run again.", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_folder_that_may_not_be_written_is_one_clear_sentence()
    {
        // Nobody may make folders in /proc, not even root, whom permissions do not stop elsewhere.
        Skip.IfNot(Directory.Exists("/proc/self"), "needs /proc");
        var store = new ResultStore("/proc/self", _warnings.Enqueue);

        var error = Assert.Throws<IOException>(() => store.Write(Record));

        Assert.Contains("make room or choose a folder you may write to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_gained_a_setting_still_read_older_runs()
    {
        var record = new RunRecord<OldOptions>
        {
            Experiment = StoreFixtures.Experiment,
            Options = new OldOptions(3),
            MethodVersion = 1,
            Environment = Record.Environment,
            Measurements = [],
        };
        _store.Write(record);

        var read = Assert.Single(_store.ReadAll<NewOptions>(StoreFixtures.Experiment));

        Assert.Equal(new NewOptions(3), read.Options);
        Assert.Empty(_warnings);
        Assert.Empty(_store.ReadAll<LostOptions>(StoreFixtures.Experiment));
        Assert.Single(_warnings);
    }

    [Fact]
    public void A_record_shows_its_measurements_as_a_table() => Snapshot.Match(Record.ToTable("MeLo").ToString());

    private sealed record OldOptions(int Rank);

    private sealed record NewOptions(int Rank, double Alpha = 8);

    private sealed record LostOptions(double Alpha = 8);
}
