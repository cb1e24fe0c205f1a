using System.Text;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Execution;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Serving;

/// <summary>The kernel's five sockets: binds them, hands over checked messages, sends replies and outputs in order.</summary>
internal sealed class KernelSockets : IDisposable
{
    private readonly byte[] _key;
    private readonly ZmqContext _context = new();
    private readonly ZmqSocket _shell;
    private readonly ZmqSocket _control;
    private readonly ZmqSocket _stdin;
    private readonly ZmqSocket _iopub;
    private readonly Thread _heartbeat;
    private readonly SocketLoop _loop;
    private readonly string _session = Guid.NewGuid().ToString("N");

    /// <summary>Binds the sockets; nothing is received before <see cref="Start"/>.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="received">Called, on the I/O thread, with each message.</param>
    /// <exception cref="ZmqException">A port is taken.</exception>
    public KernelSockets(ConnectionInfo connection, Action<KernelChannel, Message> received)
    {
        _key = connection.KeyBytes;
        _shell = Bind(ZmqSocketType.Router, connection.Endpoint(connection.ShellPort));
        _control = Bind(ZmqSocketType.Router, connection.Endpoint(connection.ControlPort));
        _stdin = Bind(ZmqSocketType.Router, connection.Endpoint(connection.StdinPort));
        _iopub = Bind(ZmqSocketType.Publish, connection.Endpoint(connection.IopubPort));
        var heartbeat = Bind(ZmqSocketType.Reply, connection.Endpoint(connection.HbPort));
        _heartbeat = new Thread(() => Echo(heartbeat)) { Name = "heartbeat", IsBackground = true };
        _loop = new SocketLoop(
            _context, "sockets", [_control, _shell, _stdin], [_iopub],
            (socket, frames) => OnReceived(socket, frames, received),
            exception => KernelLog.WriteLine($"A message could not be handled: {exception}"));
    }

    public void Start()
    {
        _heartbeat.Start();
        _loop.Start();
    }

    /// <summary>Publishes to every frontend.</summary>
    public void Publish(string type, JsonObject content, Message? parent)
    {
        var message = Message.Create(type, _session, content, parent, identities: [Encoding.UTF8.GetBytes(type)]);
        _loop.Send(_iopub, WireFormat.Encode(message, _key));
    }

    /// <summary>Answers a request.</summary>
    public void Reply(KernelChannel channel, Message request, string type, JsonObject content) =>
        _ = SendTo(channel == KernelChannel.Control ? _control : _shell, request, type, content);

    /// <summary>Asks the sender of a request for input.</summary>
    public Message Ask(Message request, JsonObject content) => SendTo(_stdin, request, "input_request", content);

    /// <summary>Runs an action on the I/O thread, once everything that has arrived so far was handed over.</summary>
    public void Post(Action action) => _loop.Post(action);

    /// <summary>Sends what is queued (for at most a second) and closes the sockets.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        _context.Shutdown();
        _heartbeat.Join();
        _context.Dispose();
    }

    private static void Echo(ZmqSocket socket)
    {
        while (socket.Receive(wait: true) is { } frames)
        {
            socket.Send(frames);
        }

        socket.Dispose();
    }

    private Message SendTo(ZmqSocket socket, Message request, string type, JsonObject content)
    {
        var message = Message.Create(type, _session, content, request, identities: request.Identities);
        _loop.Send(socket, WireFormat.Encode(message, _key));
        return message;
    }

    private ZmqSocket Bind(ZmqSocketType type, string endpoint)
    {
        var socket = _context.CreateSocket(type);
        if (type == ZmqSocketType.Router)
        {
            socket.AllowHandover();
        }

        socket.Bind(endpoint);
        return socket;
    }

    private void OnReceived(ZmqSocket socket, byte[][] frames, Action<KernelChannel, Message> received)
    {
        if (WireFormat.Decode(frames, _key, out var problem) is { } message)
        {
            received(socket == _control ? KernelChannel.Control : socket == _stdin ? KernelChannel.Stdin : KernelChannel.Shell, message);
        }
        else
        {
            KernelLog.WriteLine($"Dropped {problem}.");
        }
    }
}
