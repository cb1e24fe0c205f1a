using System.Collections.Concurrent;

namespace RobustVlm.Kernel.Protocol;

/// <summary>
/// The one thread that owns a set of sockets: hands over what arrives and sends what other threads queue, in the order they queued it.
/// </summary>
internal sealed class SocketLoop : IDisposable
{
    // Between this many sent messages the loop looks at its inputs again, so that an interrupt gets through a flood of output.
    private const int SendsPerTurn = 256;

    // Only a safety net: every queued message wakes the loop.
    private const int LongestWait = 250;

    private readonly IReadOnlyList<ZmqSocket> _sockets;
    private readonly IReadOnlyList<ZmqSocket> _inputs;
    private readonly Action<ZmqSocket, byte[][]> _received;
    private readonly Action<Exception> _failed;
    private readonly ConcurrentQueue<Work> _work = new();
    private readonly ZmqSocket _wakeReceiver;
    private readonly ZmqSocket _wakeSender;
    private readonly Lock _wakeLock = new();
    private readonly Thread _thread;
    private int _wakePending;
    private volatile bool _stopping;
    private bool _disposed;
    private bool _closed;

    /// <summary>Prepares the loop; nothing runs before <see cref="Start"/>.</summary>
    /// <param name="context">The sockets' context.</param>
    /// <param name="name">Name of the thread.</param>
    /// <param name="inputs">Sockets to receive from; the loop owns and closes them.</param>
    /// <param name="outputs">Sockets that only send; the loop owns and closes them too.</param>
    /// <param name="received">Called on the loop's thread with each message; must return quickly.</param>
    /// <param name="failed">Called when handling a message threw; the loop goes on.</param>
    public SocketLoop(
        ZmqContext context, string name, IReadOnlyList<ZmqSocket> inputs, IReadOnlyList<ZmqSocket> outputs,
        Action<ZmqSocket, byte[][]> received, Action<Exception> failed)
    {
        _received = received;
        _failed = failed;
        _wakeReceiver = context.CreateSocket(ZmqSocketType.Pair);
        _wakeSender = context.CreateSocket(ZmqSocketType.Pair);
        var endpoint = $"inproc://wake-{Guid.NewGuid():N}";
        _wakeReceiver.Bind(endpoint);
        _wakeSender.Connect(endpoint);
        _inputs = [.. inputs, _wakeReceiver];
        _sockets = [.. inputs, .. outputs];
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>Queues a message for a socket of this loop. Any thread may call it.</summary>
    public void Send(ZmqSocket socket, byte[][] frames) => Enqueue(new Work(socket, frames, null));

    /// <summary>Queues an action. It runs on the loop's thread, after everything that had arrived by then was handed over.</summary>
    public void Post(Action action) => Enqueue(new Work(null, null, action));

    /// <summary>Sends what is queued, closes the sockets and ends the thread.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping = true;
        Wake();
        if (_thread.IsAlive && Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }

        lock (_wakeLock)
        {
            _closed = true;
            _wakeSender.Dispose();
        }
    }

    private void Enqueue(Work work)
    {
        _work.Enqueue(work);
        Wake();
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _wakePending, 1) == 0)
        {
            // libzmq allows a socket to wander between threads when a full fence lies between the uses, which a lock gives.
            lock (_wakeLock)
            {
                if (!_closed)
                {
                    _wakeSender.Send([[]]);
                }
            }
        }
    }

    private void Run()
    {
        Span<bool> readable = stackalloc bool[_inputs.Count];
        while (!_stopping)
        {
            ZmqSocket.Poll(_inputs, readable, _work.IsEmpty ? LongestWait : 0);
            while (_wakeReceiver.Receive(wait: false) is not null)
            {
                // The content does not matter.
            }

            Interlocked.Exchange(ref _wakePending, 0);
            for (var index = 0; index < _inputs.Count - 1; index++)
            {
                if (readable[index])
                {
                    ReceiveAll(_inputs[index]);
                }
            }

            DoWork(SendsPerTurn);
        }

        DoWork(int.MaxValue);
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _wakeReceiver.Dispose();
    }

    private void DoWork(int limit)
    {
        for (var done = 0; done < limit && _work.TryDequeue(out var work); done++)
        {
            try
            {
                if (work.Action is not null)
                {
                    for (var index = 0; index < _inputs.Count - 1; index++)
                    {
                        ReceiveAll(_inputs[index]);
                    }

                    work.Action();
                }
                else if (work is { Socket: not null, Frames: not null })
                {
                    work.Socket.Send(work.Frames);
                }
            }
            catch (Exception exception)
            {
                _failed(exception);
            }
        }
    }

    private void ReceiveAll(ZmqSocket socket)
    {
        while (socket.Receive(wait: false) is { } frames)
        {
            try
            {
                _received(socket, frames);
            }
            catch (Exception exception)
            {
                _failed(exception);
            }
        }
    }

    private readonly record struct Work(ZmqSocket? Socket, byte[][]? Frames, Action? Action);
}
