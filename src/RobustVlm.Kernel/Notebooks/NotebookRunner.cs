using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>Runs the code cells of a notebook in order in a fresh kernel and saves the notebook after each.</summary>
internal sealed class NotebookRunner(NotebookFile notebook, RunOptions options, RunProgress progress, TextWriter errors, bool colours) : IDisposable
{
    private static readonly TimeSpan _interruptGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _quietAfterDeath = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(200);

    private readonly OutputCollector _collector = new();
    private readonly Dictionary<string, NotebookCell> _cellOfRequest = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    private KernelSession? _session;
    private bool _interrupted;

    /// <summary>Number of cells that failed without ending the run.</summary>
    public int AllowedErrors { get; private set; }

    /// <summary>Stops the running cell and ends the run after it; called again, ends it at once. From any thread.</summary>
    public void Interrupt()
    {
        if (_interrupted || _session is not { } session)
        {
            _stop.Cancel();
            return;
        }

        _interrupted = true;
        progress.Say("\nInterrupting the cell; press Ctrl-C again to stop the run at once.");
        session.Interrupt();
    }

    /// <summary>Ends the run at once; the running cell records that it was stopped. From any thread.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    public async Task<RunExitCode> RunAsync()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.NotebookPath))!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(options.Timeout ?? Timeout.InfiniteTimeSpan);
        try
        {
            _session = await KernelSession.StartAsync(options.KernelPath, folder, limit.Token);
        }
        catch (OperationCanceledException)
        {
            errors.WriteLine(_stop.IsCancellationRequested
                ? "Stopped before the first cell."
                : "The time limit passed before the kernel had started (--timeout).");
            return _stop.IsCancellationRequested ? RunExitCode.CellError : RunExitCode.Timeout;
        }
        catch (KernelException error)
        {
            errors.WriteLine(error.Message);
            return RunExitCode.KernelDied;
        }

        await using (_session)
        {
            try
            {
                return await RunCellsAsync(_session);
            }
            finally
            {
                _session = null;
            }
        }
    }

    private async Task<RunExitCode> RunCellsAsync(KernelSession session)
    {
        var cells = Prepare(session);
        for (var index = 0; index < cells.Count; index++)
        {
            var cell = cells[index];
            progress.Begin(index + 1, cells.Count, cell.Source);
            _collector.Begin(cell);
            var outcome = await RunCellAsync(session, cell);
            _collector.End();
            var isAllowed = outcome == CellOutcome.Failed && !_interrupted && (options.AllowErrors || cell.HasTag("raises-exception"));
            progress.End(outcome switch { CellOutcome.Ok => string.Empty, _ when isAllowed => "failed (allowed)", _ => "failed" });
            notebook.Save(options.OutputPath);
            if (isAllowed)
            {
                AllowedErrors++;
            }
            else if (outcome != CellOutcome.Ok)
            {
                Report(index + 1, cell);
                return outcome switch
                {
                    CellOutcome.TimedOut => RunExitCode.Timeout,
                    CellOutcome.KernelDied => RunExitCode.KernelDied,
                    _ => RunExitCode.CellError,
                };
            }

            if (_interrupted)
            {
                errors.WriteLine($"Interrupted after cell {index + 1} of {cells.Count}.");
                return RunExitCode.CellError;
            }
        }

        if (cells.Count == 0)
        {
            notebook.Save(options.OutputPath);
        }

        return RunExitCode.Ok;
    }

    private List<NotebookCell> Prepare(KernelSession session)
    {
        if (session.LanguageInfo is { } language)
        {
            notebook.Metadata["language_info"] = language;
        }

        notebook.Metadata["kernelspec"] ??= new JsonObject
        {
            ["display_name"] = ".NET (C#)",
            ["language"] = "C#",
            ["name"] = ".net-csharp",
        };
        var cells = new List<NotebookCell>();
        foreach (var cell in notebook.Cells.Where(cell => cell.Kind == CellKind.Code))
        {
            cell.ExecutionCount = null;
            if (cell.HasTag("skip-execution"))
            {
                continue;
            }

            cell.Outputs.Clear();
            cell.Metadata.Remove("execution"); // Time stamps of an earlier run.
            if (!string.IsNullOrWhiteSpace(cell.Source))
            {
                cells.Add(cell);
            }
        }

        return cells;
    }

    private async Task<CellOutcome> RunCellAsync(KernelSession session, NotebookCell cell)
    {
        var request = session.Execute(cell.Source);
        _cellOfRequest[request] = cell;
        var patience = Patience(out var limitName);
        using var timeLimit = new CancellationTokenSource(patience);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(timeLimit.Token, session.Ended, _stop.Token);
        try
        {
            return await AwaitCellAsync(session, request, wait.Token);
        }
        catch (OperationCanceledException) when (session.Ended.IsCancellationRequested)
        {
            await TakeRestAsync(session, request, _quietAfterDeath);
            var (message, lastWords) = await session.DescribeEndAsync();
            _collector.Fail("KernelDied", message, lastWords);
            return CellOutcome.KernelDied;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            session.Kill();
            await TakeRestAsync(session, request, _quietAfterDeath);
            _collector.Fail("KeyboardInterrupt", "The run was stopped in this cell.", []);
            return CellOutcome.Stopped;
        }
        catch (OperationCanceledException)
        {
            session.Interrupt();
            await TakeRestAsync(session, request, _interruptGrace);
            session.Kill();
            var message = limitName == "--timeout"
                ? $"The run took longer than {Seconds(options.Timeout)} (--timeout) and was stopped in this cell."
                : $"The cell ran longer than {Seconds(options.CellTimeout)} ({limitName}).";
            _collector.Fail("Timeout", message, []);
            return CellOutcome.TimedOut;
        }
    }

    private static string Seconds(TimeSpan? time)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{time?.TotalSeconds ?? 0:0.###} s");
    }

    private TimeSpan Patience(out string limitName)
    {
        var left = options.Timeout - _clock.Elapsed;
        limitName = left is not null && (options.CellTimeout is null || left < options.CellTimeout) ? "--timeout" : "--cell-timeout";
        var patience = (limitName == "--timeout" ? left : options.CellTimeout) ?? Timeout.InfiniteTimeSpan;
        return patience < TimeSpan.Zero && patience != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : patience;
    }

    // The reply and the status "idle" come on two sockets, in either order; the cell is over when both are there.
    private async Task<CellOutcome> AwaitCellAsync(KernelSession session, string request, CancellationToken cancellationToken)
    {
        using var timer = new Timer(_ => progress.Tick(_collector.LastLine), null, _tick, _tick);
        JsonObject? reply = null;
        var isIdle = false;
        while (reply is null || !isIdle)
        {
            var (channel, message) = await session.Received.ReadAsync(cancellationToken);
            if (channel == KernelChannel.Shell && message.Type == "execute_reply" && message.ParentId == request)
            {
                reply = message.Content;
            }
            else if (channel == KernelChannel.IOPub)
            {
                isIdle |= message.Type == "status" && message.ParentId == request
                    && NotebookJson.Join(message.Content["execution_state"]) == "idle";
                if (_cellOfRequest.TryGetValue(message.ParentId, out var cell))
                {
                    _collector.Take(cell, message.Type, message.Content);
                }
            }
        }

        if (NotebookJson.Join(reply["status"]) == "ok")
        {
            return CellOutcome.Ok;
        }

        if (_collector.Error is null)
        {
            _collector.Fail(NotebookJson.Join(reply["ename"]) ?? "Error", NotebookJson.Join(reply["evalue"]) ?? "The kernel refused to run the cell.", []);
        }

        return CellOutcome.Failed;
    }

    private async Task TakeRestAsync(KernelSession session, string request, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await AwaitCellAsync(session, request, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // What has come until now is all there is.
        }
    }

    private void Report(int number, NotebookCell cell)
    {
        var error = _collector.Error ?? [];
        var name = NotebookJson.Join(error["ename"]) ?? string.Empty;
        var message = NotebookJson.Join(error["evalue"]) ?? string.Empty;
        var traceback = string.Join('\n', (error["traceback"] as JsonArray ?? []).Select(line => NotebookJson.Join(line)));
        var first = cell.Source.Split('\n').FirstOrDefault(line => line.Trim().Length > 0)?.Trim() ?? string.Empty;
        errors.WriteLine();
        errors.WriteLine($"Cell {number} failed ({TerminalText.Fit(first, 60)})");
        // Most kernels repeat name and message at the head of the traceback, which then says it all.
        var plain = TerminalText.WithoutAnsi(traceback);
        if (!plain.Contains(TerminalText.WithoutAnsi(message).Split('\n')[0], StringComparison.Ordinal))
        {
            errors.WriteLine(TerminalText.WithoutAnsi($"{name}: {message}"));
        }
        else if (!plain.Contains(name, StringComparison.Ordinal))
        {
            errors.WriteLine(name);
        }

        if (traceback.Length > 0)
        {
            errors.WriteLine(colours ? traceback : plain);
        }
    }
}
