using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace RobustVlm.Kernel.Protocol;

/// <summary>The frontend's side of the protocol: connects to a kernel, sends requests, receives everything. Thread-safe.</summary>
internal sealed class KernelClient : IDisposable
{
    private readonly byte[] _key;
    private readonly ZmqContext _context = new();
    private readonly Dictionary<ZmqSocket, KernelChannel> _channelOf;
    private readonly Dictionary<KernelChannel, ZmqSocket> _socketOf;
    private readonly SocketLoop _loop;
    private readonly Channel<ReceivedMessage> _received = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> _waiting = new();
    private volatile string _lastStatusParent = "";

    /// <summary>Connects. The kernel need not be there yet; <see cref="WaitForReadyAsync"/> tells when it is.</summary>
    public KernelClient(ConnectionInfo connection)
    {
        _key = connection.KeyBytes;
        _socketOf = new Dictionary<KernelChannel, ZmqSocket>
        {
            [KernelChannel.Shell] = Connect(ZmqSocketType.Dealer, connection.Endpoint(connection.ShellPort)),
            [KernelChannel.Control] = Connect(ZmqSocketType.Dealer, connection.Endpoint(connection.ControlPort)),
            [KernelChannel.Stdin] = Connect(ZmqSocketType.Dealer, connection.Endpoint(connection.StdinPort)),
            [KernelChannel.IOPub] = Connect(ZmqSocketType.Subscribe, connection.Endpoint(connection.IopubPort)),
        };
        _channelOf = _socketOf.ToDictionary(pair => pair.Value, pair => pair.Key);
        _loop = new SocketLoop(_context, "kernel client", [.. _socketOf.Values], [], OnReceived, exception => Problem?.Invoke(exception.Message));
        _loop.Start();
    }

    /// <summary>Raised, on the I/O thread, with one sentence about a message that was dropped.</summary>
    public event Action<string>? Problem;

    /// <summary>Session id in the header of every message of this client.</summary>
    public string Session { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Every message of the kernel in order of arrival, replies included.</summary>
    public ChannelReader<ReceivedMessage> Received => _received.Reader;

    /// <summary>Sends a message and returns it, so that its <see cref="Message.Id"/> can be compared with the answers' parents.</summary>
    public Message Send(KernelChannel channel, string type, JsonObject content, JsonObject? metadata = null, Message? parent = null)
    {
        var message = Message.Create(type, Session, content, parent, metadata, IdentityFor(channel));
        _loop.Send(_socketOf[channel], WireFormat.Encode(message, _key));
        return message;
    }

    /// <summary>Sends a request and waits for the reply whose parent it is. The reply also appears in <see cref="Received"/>.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait.</exception>
    public async Task<Message> RequestAsync(KernelChannel channel, string type, JsonObject content, CancellationToken cancellationToken)
    {
        var message = Message.Create(type, Session, content, identities: IdentityFor(channel));
        var reply = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[message.Id] = reply;
        try
        {
            _loop.Send(_socketOf[channel], WireFormat.Encode(message, _key));
            return await reply.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _waiting.TryRemove(message.Id, out _);
        }
    }

    /// <summary>
    /// Asks kernel_info until the kernel answers and its outputs arrive too, since a subscription takes a moment to be set up and
    /// what the kernel publishes before is lost.
    /// </summary>
    /// <returns>The kernel_info_reply.</returns>
    public async Task<Message> WaitForReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(1000);
            try
            {
                var reply = await RequestAsync(KernelChannel.Shell, "kernel_info_request", [], patience.Token);
                for (var attempt = 0; attempt < 10; attempt++)
                {
                    if (_lastStatusParent == reply.ParentId)
                    {
                        return reply;
                    }

                    await Task.Delay(20, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // No answer within a second: the kernel is still starting; ask again.
            }
        }
    }

    public void Dispose()
    {
        _loop.Dispose();
        _context.Dispose();
        _received.Writer.TryComplete();
    }

    private static byte[][] IdentityFor(KernelChannel channel) =>
        channel == KernelChannel.IOPub ? throw new ArgumentException("A client only listens on iopub.", nameof(channel)) : [];

    private ZmqSocket Connect(ZmqSocketType type, string endpoint)
    {
        var socket = _context.CreateSocket(type);
        if (type == ZmqSocketType.Subscribe)
        {
            socket.SubscribeToAll();
        }
        else
        {
            // The kernel asks for input under the identity of the shell socket, so both sockets must carry the same one.
            socket.SetIdentity(Encoding.ASCII.GetBytes(Session));
        }

        socket.Connect(endpoint);
        return socket;
    }

    private void OnReceived(ZmqSocket socket, byte[][] frames)
    {
        var message = WireFormat.Decode(frames, _key, out var problem);
        if (message is null)
        {
            Problem?.Invoke($"Dropped {problem}.");
            return;
        }

        var channel = _channelOf[socket];
        if (channel == KernelChannel.IOPub)
        {
            if (message.Type == "status")
            {
                _lastStatusParent = message.ParentId;
            }
        }
        else if (_waiting.TryGetValue(message.ParentId, out var reply))
        {
            reply.TrySetResult(message);
        }

        _received.Writer.TryWrite(new ReceivedMessage(channel, message));
    }
}
