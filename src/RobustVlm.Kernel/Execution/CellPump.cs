namespace RobustVlm.Kernel.Execution;

/// <summary>
/// Runs the continuations of a cell's awaits on the cell's own thread, where they can be interrupted, while that thread has nothing
/// else to do; otherwise on the thread pool, so that a cell that blocks on a task (<c>.Result</c>) cannot wait for itself.
/// </summary>
internal sealed class CellPump : SynchronizationContext
{
    /// <summary>How long an interrupted cell may go on, in milliseconds, before it is left alone.</summary>
    internal const int Grace = 500;

    private readonly object _lock = new();
    private (SendOrPostCallback Callback, object? State)? _next;
    private bool _waiting;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_lock)
        {
            if (_waiting && _next is null)
            {
                _next = (d, state);
                Monitor.PulseAll(_lock);
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ =>
        {
            SetSynchronizationContext(this);
            Call(d, state);
        }, null);
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs continuations until the task has ended.</summary>
    /// <returns>True when it has; false when it was interrupted and did not end within the grace period. It may still be running.</returns>
    public bool Run(Task task, CancellationToken cancellationToken)
    {
        using var cancelled = cancellationToken.UnsafeRegister(_ => Wake(), null);
        task.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        long? giveUpAt = null;
        while (!task.IsCompleted)
        {
            (SendOrPostCallback Callback, object? State)? next;
            lock (_lock)
            {
                _waiting = true;
                while (_next is null && !task.IsCompleted)
                {
                    if (cancellationToken.IsCancellationRequested)
                    {
                        giveUpAt ??= Environment.TickCount64 + Grace;
                    }

                    var patience = giveUpAt is { } end ? end - Environment.TickCount64 : Timeout.Infinite;
                    if (giveUpAt is not null && patience <= 0)
                    {
                        _waiting = false;
                        return false;
                    }

                    Monitor.Wait(_lock, (int)patience);
                }

                next = _next;
                _next = null;
                _waiting = false;
            }

            if (next is { } work)
            {
                Call(work.Callback, work.State);
            }
        }

        return true;
    }

    private static void Call(SendOrPostCallback callback, object? state)
    {
        try
        {
            callback(state);
        }
        catch (Exception exception)
        {
            // Only async void methods end up here: their exceptions have no task to go to.
            CellContext.CurrentOrNull?.Streams.Write(StreamOutput.Error, $"Unhandled in an async void method: {exception}\n");
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
            Monitor.PulseAll(_lock);
        }
    }
}
