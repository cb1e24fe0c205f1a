using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

/// <summary>A real kernel process and a client that talks to it.</summary>
public sealed class TestKernel : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly StringBuilder _log = new();
    private readonly List<ReceivedMessage> _others = [];
    private readonly string _connectionFile;

    public TestKernel()
    {
        Folder = Directory.CreateTempSubdirectory("kernel-test-").FullName;
        _connectionFile = Path.Combine(Folder, "connection.json");
        Connection = ConnectionInfo.CreateLocal();
        Connection.Save(_connectionFile);
    }

    /// <summary>The kernel's working directory, which is where the notebook would be.</summary>
    public string Folder { get; }

    public Process Process { get; private set; } = null!;   // set by the first call of StartAsync

    /// <summary>What the kernel has written to its real standard error.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    internal ConnectionInfo Connection { get; }

    internal KernelClient Client { get; private set; } = null!;   // set by the first call of StartAsync

    internal Message Ready { get; private set; } = null!;   // set by the first call of StartAsync

    public Task InitializeAsync() => StartAsync(Environment.ProcessId);

    public async Task StartAsync(int parentProcess)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(KernelClient).Assembly.Location, "serve", _connectionFile },
            WorkingDirectory = Folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["JPY_PARENT_PID"] = parentProcess.ToString(CultureInfo.InvariantCulture);
        Process = Process.Start(start)!;
        Process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        Process.BeginErrorReadLine();
        Process.BeginOutputReadLine();
        Client = new KernelClient(Connection);
        using var patience = new CancellationTokenSource(Patience);
        Ready = await Client.WaitForReadyAsync(patience.Token);
        while (Client.Received.TryRead(out _))
        {
            // What belongs to getting ready.
        }
    }

    public Task DisposeAsync()
    {
        Client.Dispose();
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
        }

        Process.WaitForExit();
        Process.Dispose();
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Runs a cell and collects what comes back until its reply and its idle status are there.</summary>
    /// <param name="code">The cell.</param>
    /// <param name="change">Changes the request's content.</param>
    /// <param name="during">Called with each message of the cell, stdin's included.</param>
    internal Task<CellResult> RunAsync(string code, Action<JsonObject>? change = null, Action<ReceivedMessage>? during = null) =>
        CollectAsync(Send(code, change), during);

    internal Message Send(string code, Action<JsonObject>? change = null)
    {
        var content = new JsonObject
        {
            ["code"] = code,
            ["silent"] = false,
            ["store_history"] = true,
            ["user_expressions"] = new JsonObject(),
            ["allow_stdin"] = false,
            ["stop_on_error"] = true,
        };
        change?.Invoke(content);
        return Client.Send(KernelChannel.Shell, "execute_request", content);
    }

    internal async Task<CellResult> CollectAsync(Message request, Action<ReceivedMessage>? during = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var outputs = new List<Message>();
        Message? reply = null;
        var idle = false;
        while (reply is null || !idle)
        {
            var received = await NextOfAsync(request, patience.Token);
            var message = received.Message;

            during?.Invoke(received);
            if (received.Channel == KernelChannel.IOPub)
            {
                outputs.Add(message);
                idle |= message.Type == "status" && message.Content["execution_state"]!.ToString() == "idle";
            }
            else if (message.Type == "execute_reply")
            {
                reply = message;
            }
        }

        return new CellResult(reply, outputs);
    }

    // The sockets keep no common order, so a message of a cell that is collected later may come first.
    private async Task<ReceivedMessage> NextOfAsync(Message request, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_others.FindIndex(kept => kept.Message.ParentId == request.Id) is var index and >= 0)
            {
                var found = _others[index];
                _others.RemoveAt(index);
                return found;
            }

            _others.Add(await Client.Received.ReadAsync(cancellationToken));
        }
    }

    /// <summary>Runs a cell that prints <c>started</c> and then does not end, interrupts it and collects what comes back.</summary>
    internal Task<CellResult> InterruptAsync(string code) => RunAsync(code, during: received =>
    {
        if (received.Message.Type == "stream" && received.Message.Content["text"]!.ToString().Contains("started", StringComparison.Ordinal))
        {
            Client.Send(KernelChannel.Control, "interrupt_request", []);
        }
    });

    internal async Task<JsonObject> RequestAsync(KernelChannel channel, string type, JsonObject content)
    {
        using var patience = new CancellationTokenSource(Patience);
        return (await Client.RequestAsync(channel, type, content, patience.Token)).Content;
    }

    internal async Task WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await Process.WaitForExitAsync(patience.Token);
    }
}
