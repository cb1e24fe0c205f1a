using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>Makes the runs of a sweep that the store lacks; any number of processes may do so at once.</summary>
internal sealed class SweepRunner
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    private readonly Lab _lab;
    private readonly ISweep _sweep;
    private readonly SweepRequest _request;
    private readonly TextWriter _output;
    private readonly ResultStore _store;
    private readonly string _locks;
    private readonly HashSet<RunKey> _stored = [];
    private readonly Dictionary<RunKey, string> _failed = [];
    private double _spent;

    /// <param name="lab">Scale and device; the seeds are the sweep's.</param>
    /// <param name="sweep">The runs.</param>
    /// <param name="request">Which of them.</param>
    /// <param name="output">Takes a line per finished run.</param>
    internal SweepRunner(Lab lab, ISweep sweep, SweepRequest request, TextWriter output)
    {
        _lab = lab;
        _sweep = sweep;
        _request = request;
        _output = output;
        IsPublishing = WhyNotPublished is null;
        _store = StoreOf(lab);
        _locks = Path.Combine(lab.Root, "data", "runs", sweep.Experiment);
    }

    /// <summary>Whether the runs go to the tracked results.</summary>
    internal bool IsPublishing { get; }

    /// <summary>Where a sweep looks for runs that others rest on: published runs never rest on unpublished ones.</summary>
    internal static ResultStore StoreOf(Lab lab) => WhyNot(lab) is null ? lab.Store.Published : lab.Store;

    private string Target => IsPublishing ? $"data/results/{_sweep.Experiment}" : $"data/runs/{_sweep.Experiment} ({WhyNotPublished})";

    private string? WhyNotPublished => WhyNot(_lab);

    private static string? WhyNot(Lab lab) => lab switch
    {
        { Scale: Scale.Smoke } => "smoke scale is never published",
        { Commit: GitCommit.Unknown } => "the code is in no git repository",
        { Commit: var commit } when commit.EndsWith(GitCommit.DirtySuffix, StringComparison.Ordinal) => "the code is not committed",
        _ => null,
    };

    /// <summary>Lists the runs and what the store has, and makes none.</summary>
    internal void List()
    {
        var plan = Plan();
        foreach (var run in plan)
        {
            var state = IsStored(run) ? "stored " : RunLock.IsTaken(_locks, run.Key) ? "running" : "missing";
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{state}  {run.Key.Hash}  {run.Label}, seed {run.Seed}"));
        }

        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_stored.Count} of {plan.Length} runs are stored; new ones go to {Target}."));
    }

    /// <summary>Makes every missing run.</summary>
    /// <returns>Whether all are stored now.</returns>
    /// <exception cref="OperationCanceledException">The user asked to stop; finished runs are stored.</exception>
    /// <exception cref="IOException">A result could not be written; finished runs are stored.</exception>
    internal bool Run()
    {
        var plan = Plan();
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Count(IsStored)} of {plan.Length} runs are stored; new ones go to {Target}."));
        using (var progress = Lab.Progress($"Sweep {_sweep.Experiment}"))
        {
            try
            {
                while (Open(plan) is { Length: > 0 } open)
                {
                    if (open.Where((run, i) => TryRun(run, open[i..].Sum(other => other.Cost), progress)).ToArray().Length == 0)
                    {
                        Wait(open, progress);
                    }

                    plan = Plan();
                }
            }
            catch (OperationCanceledException)
            {
                Say(string.Create(CultureInfo.InvariantCulture, $"Stopped: {_stored.Count} of {plan.Length} runs are stored. Go on with: {_request.Command(_sweep.Experiment, _lab.Scale)}"));
                throw;
            }
            catch (IOException)
            {
                Say(string.Create(CultureInfo.InvariantCulture, $"Stopped: {_stored.Count} of {plan.Length} runs are stored. Afterwards go on with: {_request.Command(_sweep.Experiment, _lab.Scale)}"));
                throw;
            }

            progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{_stored.Count} of {plan.Length} runs are stored"));
        }

        foreach (var (key, reason) in _failed)
        {
            var run = plan.FirstOrDefault(run => run.Key == key);
            _output.WriteLine($"Failed: {run?.Label}, seed {run?.Seed}: {reason}");
        }

        return _failed.Count == 0;
    }

    private ISweepRun[] Plan()
    {
        var seeds = _request.Seeds ?? _sweep.Seeds;
        var all = seeds.SelectMany(seed => _sweep.RunsOf(_lab.WithSeed(seed))).DistinctBy(run => run.Key).OrderBy(run => run.Stage).ToArray();
        var wanted = _request.Only is { } only ? [.. all.Where(run => run.Label.Contains(only, StringComparison.OrdinalIgnoreCase))] : all;
        return wanted.Length > 0 ? wanted : throw new ArgumentException(
            $"No run of {_sweep.Experiment} has '{_request.Only}' in its name; there are: {string.Join("; ", all.Select(run => run.Label).Distinct().Take(20))}.");
    }

    private ISweepRun[] Open(ISweepRun[] plan) => [.. plan.Where(run => !_failed.ContainsKey(run.Key) && !IsStored(run))];

    // A stored run stays stored; asking again would read and check its file at every turn.
    private bool IsStored(ISweepRun run)
    {
        if (!_stored.Contains(run.Key) && run.IsIn(_store))
        {
            _stored.Add(run.Key);
        }

        return _stored.Contains(run.Key);
    }

    /// <summary>Makes a run unless another process is at it; returns whether there was something to do or to find.</summary>
    private bool TryRun(ISweepRun run, double ahead, ProgressDisplay progress)
    {
        Interruption.ThrowIfRequested();
        using var taken = RunLock.TryTake(_locks, run.Key);
        if (taken is null)
        {
            return false;
        }

        // Another process may have finished it since the plan was made.
        if (!IsStored(run))
        {
            Make(run, ahead, progress);
        }

        if (_stored.Contains(run.Key))
        {
            taken.Forget();
        }

        return true;
    }

    private void Make(ISweepRun run, double ahead, ProgressDisplay progress)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{run.Label}, seed {run.Seed}");
        var started = TimeProvider.System.GetTimestamp();
        void Report(double share, string detail) =>
            progress.Report((_spent + (share * run.Cost)) / (_spent + ahead), detail.Length > 0 ? $"{name} · {detail}" : name);

        try
        {
            Report(0, "");
            run.Execute(Report, IsPublishing);
            _stored.Add(run.Key);
            _spent += run.Cost;
            Say(string.Create(CultureInfo.InvariantCulture, $"{name}: {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s"));
        }
        catch (Exception error) when (error is not (OperationCanceledException or IOException or OutOfMemoryException))
        {
            // One impossible setting must not cost the night.
            _failed[run.Key] = error.Message;
            Say($"{name} failed: {error.Message}");
        }
    }

    private void Wait(ISweepRun[] open, ProgressDisplay progress)
    {
        progress.Report(
            _spent / (_spent + open.Sum(run => run.Cost)),
            open.Length == 1 ? $"waiting for another process: {open[0].Label}, seed {open[0].Seed}" : $"waiting for {open.Length} runs of other processes");
        Thread.Sleep(s_pause);
        Interruption.ThrowIfRequested();
    }

    private void Say(string line)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write("\r\u001b[K");
        }

        _output.WriteLine(line);
    }
}
