namespace RobustVlm.Kernel.Protocol;

/// <summary>A libzmq context. Dispose its sockets first: disposing waits for what they still have to send.</summary>
internal sealed class ZmqContext : IDisposable
{
    private nint _handle;

    public ZmqContext()
    {
        _handle = ZmqNative.ContextNew();
        if (_handle == 0)
        {
            throw new ZmqException("zmq_ctx_new", ZmqNative.LastError());
        }
    }

    public ZmqSocket CreateSocket(ZmqSocketType type)
    {
        var socket = ZmqNative.Socket(_handle, (int)type);
        return socket == 0 ? throw new ZmqException("zmq_socket", ZmqNative.LastError()) : new ZmqSocket(socket);
    }

    /// <summary>Makes every blocking call on this context's sockets end with <see cref="ZmqSocket.Terminated"/>.</summary>
    public void Shutdown() => _ = ZmqNative.ContextShutdown(_handle);

    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle == 0)
        {
            return;
        }

        while (ZmqNative.ContextTerminate(handle) != 0 && ZmqNative.LastError() == ZmqSocket.Interrupted)
        {
            // A signal ended the wait; the call must be repeated.
        }
    }
}
