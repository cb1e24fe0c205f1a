using System.Buffers.Binary;
using System.Text;

namespace RobustVlm.Kernel.Protocol;

/// <summary>A libzmq socket. Not thread-safe: one thread owns it, from its first use to its disposal.</summary>
internal sealed unsafe class ZmqSocket : IDisposable
{
    /// <summary>EINTR: a signal (.NET uses them itself) ended a call early.</summary>
    internal const int Interrupted = 4;

    /// <summary>ETERM: the context is shutting down.</summary>
    internal const int Terminated = 156384765;

    private const int OptionIdentity = 5;
    private const int OptionSubscribe = 6;
    private const int OptionLinger = 17;
    private const int OptionSendHighWaterMark = 23;
    private const int OptionReceiveHighWaterMark = 24;
    private const int OptionLastEndpoint = 32;
    private const int OptionRouterHandover = 56;
    private const int FlagDontWait = 1;
    private const int FlagSendMore = 2;
    private const short PollIn = 1;

    private nint _handle;

    internal ZmqSocket(nint handle)
    {
        _handle = handle;

        // The default limit of 1000 messages makes a publisher drop output, the idle status included, when a cell prints much.
        SetOption(OptionSendHighWaterMark, 0);
        SetOption(OptionReceiveHighWaterMark, 0);
        SetOption(OptionLinger, 1000);
    }

    /// <summary>The endpoint of the last bind, with the port that was chosen for port 0.</summary>
    public string LastEndpoint
    {
        get
        {
            var buffer = stackalloc byte[256];
            nuint size = 256;
            Check(ZmqNative.GetOption(_handle, OptionLastEndpoint, buffer, &size), "zmq_getsockopt");
            return Encoding.UTF8.GetString(buffer, Math.Max(0, (int)size - 1));
        }
    }

    public void Bind(string endpoint) => Check(ZmqNative.Bind(_handle, endpoint), $"Binding {endpoint}");

    public void Connect(string endpoint) => Check(ZmqNative.Connect(_handle, endpoint), $"Connecting to {endpoint}");

    /// <summary>Sets the name under which a router sees this socket; call it before connecting.</summary>
    public void SetIdentity(byte[] identity)
    {
        fixed (byte* data = identity)
        {
            Check(ZmqNative.SetOption(_handle, OptionIdentity, data, (nuint)identity.Length), "zmq_setsockopt");
        }
    }

    public void SubscribeToAll() => Check(ZmqNative.SetOption(_handle, OptionSubscribe, null, 0), "zmq_setsockopt");

    /// <summary>Lets a client that reconnects with the same identity take over its old place (ROUTER only).</summary>
    public void AllowHandover() => SetOption(OptionRouterHandover, 1);

    /// <summary>Queues one message of several frames; never waits, since no socket here has a high-water mark.</summary>
    public void Send(IReadOnlyList<byte[]> frames)
    {
        for (var index = 0; index < frames.Count; index++)
        {
            var frame = frames[index];
            var flags = FlagDontWait | (index + 1 < frames.Count ? FlagSendMore : 0);
            fixed (byte* data = frame)
            {
                int result;
                do
                {
                    result = ZmqNative.Send(_handle, data, (nuint)frame.Length, flags);
                }
                while (result < 0 && ZmqNative.LastError() == Interrupted);

                Check(result, "zmq_send");
            }
        }
    }

    /// <summary>Receives one message of several frames.</summary>
    /// <param name="wait">Whether to wait for one.</param>
    /// <returns>Its frames, or null when there is none now, or the context is shutting down.</returns>
    public byte[][]? Receive(bool wait)
    {
        var frames = new List<byte[]>(8);
        var message = stackalloc long[8];
        bool more;
        do
        {
            Check(ZmqNative.MessageInit(message), "zmq_msg_init");
            try
            {
                int size;
                do
                {
                    // Frames of one message arrive together, so only the first one can be missing.
                    size = ZmqNative.MessageReceive(message, _handle, wait || frames.Count > 0 ? 0 : FlagDontWait);
                }
                while (size < 0 && ZmqNative.LastError() == Interrupted);

                if (size < 0)
                {
                    var error = ZmqNative.LastError();
                    return error == Terminated || IsAgain(error) ? null : throw new ZmqException("zmq_msg_recv", error);
                }

                frames.Add(new ReadOnlySpan<byte>(ZmqNative.MessageData(message), size).ToArray());
                more = ZmqNative.MessageMore(message) != 0;
            }
            finally
            {
                _ = ZmqNative.MessageClose(message);
            }
        }
        while (more);

        return [.. frames];
    }

    /// <summary>Waits until one of the sockets has a message.</summary>
    /// <param name="sockets">The sockets to look at.</param>
    /// <param name="readable">Set, for each socket, to whether it has a message.</param>
    /// <param name="timeout">Longest wait in milliseconds; -1 for no limit.</param>
    public static void Poll(IReadOnlyList<ZmqSocket> sockets, Span<bool> readable, int timeout)
    {
        // struct { void* socket; SOCKET fd; short events; short revents; }, where SOCKET is an int, or a handle on Windows.
        var itemSize = OperatingSystem.IsWindows() ? 24 : 16;
        var eventsAt = OperatingSystem.IsWindows() ? 16 : 12;
        Span<byte> items = stackalloc byte[itemSize * sockets.Count];
        items.Clear();
        for (var index = 0; index < sockets.Count; index++)
        {
            var item = items[(index * itemSize)..];
            BinaryPrimitives.WriteInt64LittleEndian(item, sockets[index]._handle);
            BinaryPrimitives.WriteInt16LittleEndian(item[eventsAt..], PollIn);
        }

        int count;
        fixed (byte* first = items)
        {
            count = ZmqNative.Poll(first, sockets.Count, timeout);
        }

        if (count < 0 && ZmqNative.LastError() is not (Interrupted or Terminated))
        {
            throw new ZmqException("zmq_poll", ZmqNative.LastError());
        }

        for (var index = 0; index < sockets.Count; index++)
        {
            var revents = BinaryPrimitives.ReadInt16LittleEndian(items[((index * itemSize) + eventsAt + 2)..]);
            readable[index] = count > 0 && (revents & PollIn) != 0;
        }
    }

    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            _ = ZmqNative.Close(handle);
        }
    }

    private static bool IsAgain(int error) => error == (OperatingSystem.IsMacOS() ? 35 : 11);

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new ZmqException(call, ZmqNative.LastError());
        }
    }

    private void SetOption(int option, int value) => Check(ZmqNative.SetOption(_handle, option, &value, sizeof(int)), "zmq_setsockopt");
}
