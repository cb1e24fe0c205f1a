using System.Runtime.CompilerServices;

namespace RobustVlm.Kernel.Execution;

/// <summary>
/// Stops the running cell, more and more firmly: the shared flag and the cell's token at once, then an interrupt of its thread's waits,
/// then a word to the user that only a restart helps. Never an abort: that kills native code in the middle.
/// </summary>
internal sealed class Interrupter
{
    private const int UntilThreadInterrupt = 2000;
    private const int UntilAdvice = 3000;

    private readonly object _lock = new();
    private readonly StrongBox<bool> _flag = new();
    private CellContext? _cell;
    private CellContext? _requested;
    private Thread? _thread;
    private bool _threadInterrupted;

    public Interrupter()
    {
        // Libraries poll this box; they find it by name and need no reference to the kernel.
        AppContext.SetData("Notebook.Interrupted", _flag);
        new Thread(Run) { Name = "interrupts", IsBackground = true }.Start();
    }

    /// <summary>Whether a cell is running.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return _cell is not null;
            }
        }
    }

    /// <summary>Says that a cell starts on the calling thread.</summary>
    public void Begin(CellContext cell)
    {
        lock (_lock)
        {
            Volatile.Write(ref _flag.Value, false);
            _cell = cell;
            _thread = Thread.CurrentThread;
            _threadInterrupted = false;
        }
    }

    /// <summary>Says that the cell has ended. From here on the thread is safe from interrupts.</summary>
    public void End()
    {
        while (true)
        {
            try
            {
                if (TryEnd())
                {
                    // An interrupt that met no wait stays pending and would hit the kernel's own next wait.
                    Thread.Sleep(1);
                }

                return;
            }
            catch (ThreadInterruptedException)
            {
                // Now it is gone; a second one cannot come once the cell has ended.
            }
        }
    }

    /// <summary>Asks for an interrupt of the cell that is running now, if any. Returns at once.</summary>
    public void Request()
    {
        lock (_lock)
        {
            // Bound to this cell: a request that comes as it ends must not hit the next one.
            _requested = _cell;
            Monitor.PulseAll(_lock);
        }
    }

    private bool TryEnd()
    {
        lock (_lock)
        {
            _cell = null;
            _thread = null;
            Monitor.PulseAll(_lock);
            return _threadInterrupted;
        }
    }

    private void Run()
    {
        while (true)
        {
            CellContext cell;
            lock (_lock)
            {
                while (_requested is null || _requested != _cell)
                {
                    Monitor.Wait(_lock);
                }

                cell = _requested;
                _requested = null;
                cell.IsInterrupted = true;
                Volatile.Write(ref _flag.Value, true);
            }

            Stop(cell);
        }
    }

    private void Stop(CellContext cell)
    {
        // Cancelling runs what the cell registered, which may wait; the next steps must not.
        new Thread(() => Cancel(cell)) { Name = "cancellation", IsBackground = true }.Start();
        if (HasEnded(cell, UntilThreadInterrupt) || !InterruptThread(cell) || HasEnded(cell, UntilAdvice))
        {
            return;
        }

        cell.Streams.Write(
            StreamOutput.Error,
            "The cell does not react to the interrupt: its code neither waits nor polls KernelInvocationContext.Current.CancellationToken. " +
            "Restart the kernel to stop it.\n");
    }

    private static void Cancel(CellContext cell)
    {
        try
        {
            cell.Cancel();
        }
        catch (AggregateException exception)
        {
            cell.Streams.Write(StreamOutput.Error, $"A cancellation callback failed: {exception.GetBaseException().Message}\n");
        }
    }

    private bool InterruptThread(CellContext cell)
    {
        lock (_lock)
        {
            if (_cell != cell || _thread is null)
            {
                return false;
            }

            _threadInterrupted = true;
            _thread.Interrupt();
            return true;
        }
    }

    // A further request cuts the wait short: the user is impatient.
    private bool HasEnded(CellContext cell, int milliseconds)
    {
        var deadline = Environment.TickCount64 + milliseconds;
        lock (_lock)
        {
            while (_cell == cell && _requested != cell && deadline - Environment.TickCount64 is var left and > 0)
            {
                Monitor.Wait(_lock, (int)left);
            }

            _requested = null;
            return _cell != cell;
        }
    }
}
