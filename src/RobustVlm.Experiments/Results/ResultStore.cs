using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Results;

/// <summary>Keeps finished runs, one JSON file per run, named by the hash of what was run.</summary>
/// <remarks>
/// Published runs lie in <c>results/&lt;experiment&gt;</c>, all others in <c>runs/&lt;experiment&gt;</c>; reading looks there
/// in this order. A file appears whole or not at all, so many processes may write and read at once. Cancelled runs are
/// kept beside the finished ones as <c>&lt;hash&gt;.cancelled.json</c> and never stand in for them.
/// A file that cannot be understood is named in one warning and skipped; it is never deleted.
/// </remarks>
public sealed class ResultStore
{
    private const string Extension = ".json";
    private const string CancelledExtension = ".cancelled.json";
    private readonly string _dataFolder;
    private readonly Action<string> _warn;
    private readonly HashSet<string> _told = [];

    // A ledger asks for the same runs once per claim; parsing is what takes long, so equal bytes are not parsed twice.
    private readonly ConcurrentDictionary<(string Path, Type Record), (byte[] Bytes, object Record)> _parsed = [];
    private readonly bool _publishedOnly;

    /// <summary>Opens a store; folders are made when the first run is written.</summary>
    /// <param name="dataFolder">The project's <c>data</c> folder.</param>
    /// <param name="warn">Takes each warning, one sentence without a line break; by default they go to standard error.</param>
    public ResultStore(string dataFolder, Action<string>? warn = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataFolder);
        _dataFolder = Path.GetFullPath(dataFolder);
        _warn = warn ?? Console.Error.WriteLine;
    }

    private ResultStore(ResultStore all)
    {
        (_dataFolder, _warn, _told, _parsed) = (all._dataFolder, all._warn, all._told, all._parsed);
        _publishedOnly = true;
    }

    /// <summary>The same store, reading published runs only.</summary>
    public ResultStore Published => new(this);

    /// <summary>The finished run of a key, or null when there is none yet.</summary>
    /// <typeparam name="TOptions">The experiment's options record.</typeparam>
    /// <param name="key">What was run.</param>
    /// <exception cref="IOException">A file is there but the system does not let it be read.</exception>
    public RunRecord<TOptions>? TryRead<TOptions>(RunKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Folders(key.Experiment)
            .Select(folder => Path.Combine(folder, key.Hash + Extension))
            .Select(ReadFile<TOptions>)
            .FirstOrDefault(record => record is { Status: RunStatus.Ok });
    }

    /// <summary>All stored runs of an experiment, ordered by seed, then start; a published run hides its unpublished twin.</summary>
    /// <typeparam name="TOptions">The experiment's options record.</typeparam>
    /// <param name="experiment">Experiment id.</param>
    /// <param name="includeCancelled">Whether interrupted runs are returned too.</param>
    /// <exception cref="IOException">A file is there but the system does not let it be read.</exception>
    public IReadOnlyList<RunRecord<TOptions>> ReadAll<TOptions>(string experiment, bool includeCancelled = false)
    {
        RunKey.CheckExperiment(experiment);
        var runs = new Dictionary<string, RunRecord<TOptions>>(StringComparer.Ordinal);
        foreach (var path in Folders(experiment).Where(Directory.Exists).SelectMany(Files))
        {
            var name = Path.GetFileName(path);
            var wanted = includeCancelled || !name.EndsWith(CancelledExtension, StringComparison.Ordinal);
            if (wanted && !runs.ContainsKey(name) && ReadFile<TOptions>(path) is { } record)
            {
                runs.Add(name, record);
            }
        }

        return [.. runs
            .OrderBy(run => run.Value.Environment.Seed)
            .ThenBy(run => run.Value.Environment.StartedAt)
            .ThenBy(run => run.Key, StringComparer.Ordinal)
            .Select(run => run.Value)];
    }

    /// <summary>Writes a run under its key; an earlier run of the same key is replaced.</summary>
    /// <typeparam name="TOptions">The experiment's options record.</typeparam>
    /// <param name="record">The run.</param>
    /// <param name="publish">Whether it goes to the tracked <c>results</c> instead of <c>runs</c>.</param>
    /// <returns>The file's path.</returns>
    /// <exception cref="InvalidOperationException">Publishing a Smoke run, a cancelled run or a run of uncommitted code.</exception>
    /// <exception cref="IOException">The disk is full or the folder cannot be written; nothing is left behind.</exception>
    public string Write<TOptions>(RunRecord<TOptions> record, bool publish = false)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (publish)
        {
            CheckPublishable(record.Status, record.Environment);
        }

        var key = record.ToKey();
        var folder = Path.Combine(_dataFolder, publish ? "results" : "runs", key.Experiment);
        var extension = record.Status == RunStatus.Ok ? Extension : CancelledExtension;
        var path = Path.Combine(folder, key.Hash + extension);
        var json = JsonSerializer.SerializeToUtf8Bytes(record, ResultJson.Options);
        WriteAtomically(path, [.. json, (byte)'\n']);
        return path;
    }

    private static void CheckPublishable(RunStatus status, RunEnvironment environment)
    {
        var reason = environment switch
        {
            _ when status != RunStatus.Ok => "it was cancelled; run it to the end first",
            { Scale: Scale.Smoke } => "smoke scale only proves that the code runs; use demo or paper",
            { Commit: var commit } when commit.EndsWith(GitCommit.DirtySuffix, StringComparison.Ordinal) =>
                $"its code ({commit}) is not committed; commit, then run again",
            { Commit: GitCommit.Unknown } => "its commit is unknown; run it inside the git repository",
            _ => null,
        };
        if (reason is not null)
        {
            throw new InvalidOperationException($"This run cannot be published: {reason}.");
        }
    }

    private static void WriteAtomically(string path, byte[] content)
    {
        // Same folder, so that the rename never crosses a file system; the process id alone could repeat in containers.
        var folder = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw new IOException(
                $"The result could not be written to '{path}': {Reason(error)}; make room or choose a folder you may write to, then run again.",
                error);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report.
        }
    }

    private static string Reason(Exception error)
    {
        const int noSpaceLeft = 28;
        return error switch
        {
            { HResult: noSpaceLeft } => "the disk is full",
            UnauthorizedAccessException => "permission denied",
            _ => OneLine(error.Message),
        };
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal);

    private string[] Folders(string experiment)
    {
        var published = Path.Combine(_dataFolder, "results", experiment);
        return _publishedOnly ? [published] : [published, Path.Combine(_dataFolder, "runs", experiment)];
    }

    private RunRecord<TOptions>? ReadFile<TOptions>(string path)
    {
        byte[] bytes;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            bytes = memory.ToArray();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The result '{path}' could not be read: {Reason(error)}.", error);
        }

        var place = (path, typeof(RunRecord<TOptions>));
        if (_parsed.TryGetValue(place, out var earlier) && bytes.AsSpan().SequenceEqual(earlier.Bytes))
        {
            return (RunRecord<TOptions>)earlier.Record;
        }

        try
        {
            var record = JsonSerializer.Deserialize<RunRecord<TOptions>>(bytes, ResultJson.Options)
                ?? throw new JsonException("it holds null");
            CheckName(path, JsonNode.Parse(bytes)!.AsObject(), record);
            _parsed[place] = (bytes, record);
            return record;
        }
        catch (Exception error) when (error is JsonException or FormatException or NotSupportedException or ArgumentException)
        {
            WarnOnce($"Skipped '{path}': it is not a run record of this experiment ({OneLine(error.Message).TrimEnd('.')}); "
                + "delete it or run the experiment again.");
            return null;
        }
    }

    private void WarnOnce(string warning)
    {
        lock (_told)
        {
            if (!_told.Add(warning))
            {
                return;
            }
        }

        _warn(warning);
    }

    private static void CheckName<TOptions>(string path, JsonObject file, RunRecord<TOptions> record)
    {
        // From the file's own options, not today's type: a new option with a default must not disown older runs.
        var key = RunKey.FromJson(
            record.Experiment,
            file["options"],
            record.Environment.Scale,
            record.Environment.Seed,
            record.MethodVersion,
            record.Checkpoints);
        var name = Path.GetFileName(path);
        var expected = key.Hash + (record.Status == RunStatus.Ok ? Extension : CancelledExtension);
        if (name != expected || Path.GetFileName(Path.GetDirectoryName(path)) != key.Experiment)
        {
            throw new FormatException($"its name does not match its content, which belongs to {key.Experiment}/{expected}");
        }
    }

    private static string OneLine(string text) => string.Join(' ', text.Split('\n', '\r').Where(part => part.Length > 0));
}
