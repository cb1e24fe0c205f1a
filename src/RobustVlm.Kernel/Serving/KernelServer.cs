using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Execution;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Serving;

/// <summary>A running kernel: decides which thread answers which request.</summary>
internal sealed class KernelServer : ICellFrontend, IDisposable
{
    private readonly KernelSockets _sockets;
    private readonly InputRequests _inputs = new();
    private readonly History _history = new();
    private readonly Interrupter _interrupter = new();
    private readonly BlockingCollection<(KernelChannel Channel, Message Request)> _questions = [];
    private readonly ManualResetEventSlim _shutdown = new();
    private readonly TaskCompletionSource<CellQueue> _cells = new();
    private IReadOnlyList<NativeOutput> _nativeOutputs = [];

    /// <summary>Binds the sockets and answers kernel_info from now on.</summary>
    public KernelServer(ConnectionInfo connection)
    {
        _sockets = new KernelSockets(connection, OnReceived);
        _sockets.Publish("status", new JsonObject { ["execution_state"] = "starting" }, null);
        _sockets.Start();
    }

    /// <summary>Whether a cell is running.</summary>
    public bool IsBusy => _interrupter.IsBusy;

    /// <summary>Takes over the console, starts the threads and runs until somebody asks for the end.</summary>
    /// <param name="parentProcess">Process whose end ends the kernel; null for none.</param>
    public void Run(int? parentProcess)
    {
        TakeOverConsole();
        AppContext.SetData("Notebook.Display", (Action<object, string, bool>)ShowFromLibrary);
        NativeLibraryProbe.Install();
        AppDomain.CurrentDomain.UnhandledException += (_, arguments) => OnUnhandled(arguments.ExceptionObject);
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            _interrupter.Request();
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            _shutdown.Set();
        });
        if (parentProcess is { } process)
        {
            ParentWatch.Start(process, _shutdown.Set);
        }

        var directory = Environment.CurrentDirectory;
        var texts = new SourceTexts();
        var resolver = new CachingMetadataResolver(directory);
        var session = new ScriptSession(texts, resolver, directory);
        var queue = new CellQueue(_sockets, this, new CellRunner(session, texts, directory, _nativeOutputs), session, _interrupter, _history);
        queue.Start();
        _cells.SetResult(queue);
        StartThread("questions", AnswerQuestions);
        StartThread("warm-up", () => WarmUp.Run(resolver, directory));
        _shutdown.Wait();
    }

    public void Publish(string type, JsonObject content, Message? parent) => _sockets.Publish(type, content, parent);

    public string RequestInput(Message request, string prompt, bool password, CancellationToken cancellationToken) => _inputs.Ask(
        () => _sockets.Ask(request, new JsonObject { ["prompt"] = prompt, ["password"] = password }), cancellationToken);

    public void Dispose()
    {
        CellContext.CurrentOrNull?.Streams.Flush();
        _sockets.Dispose();
        _questions.CompleteAdding();
    }

    private static void ShowFromLibrary(object value, string displayId, bool isUpdate) =>
        CellContext.CurrentOrNull?.Show(value, [], displayId, isUpdate);

    private static void StartThread(string name, ThreadStart body) => new Thread(body) { Name = name, IsBackground = true }.Start();

    private static void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs arguments)
    {
        var cause = ErrorReport.Cause(arguments.Exception);
        if (cause is not OperationCanceledException)
        {
            CellContext.CurrentOrNull?.Streams.Write(
                StreamOutput.Error, $"A task that nobody awaited has failed: {cause.GetType().Name}: {cause.Message}\n");
        }

        arguments.SetObserved();
    }

    private void TakeOverConsole()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        _nativeOutputs = NativeOutput.Catch();
        Console.SetOut(new CellWriter(StreamOutput.Out));
        Console.SetError(new CellWriter(StreamOutput.Error));
        Console.SetIn(new CellReader());
    }

    // On the I/O thread: nothing here may wait.
    private void OnReceived(KernelChannel channel, Message message)
    {
        if (channel == KernelChannel.Stdin)
        {
            _inputs.OnReply(message);
            return;
        }

        switch (message.Type)
        {
            case "kernel_info_request":
                Answer(channel, message, "kernel_info_reply", Inspection.KernelInfo());
                break;
            case "interrupt_request":
                _interrupter.Request();
                Answer(channel, message, "interrupt_reply", new JsonObject { ["status"] = "ok" });
                break;
            case "shutdown_request":
                var restart = message.Content["restart"] is JsonValue value && value.TryGetValue<bool>(out var wanted) && wanted;
                Answer(channel, message, "shutdown_reply", new JsonObject { ["status"] = "ok", ["restart"] = restart });
                _shutdown.Set();
                break;
            case "execute_request":
                if (_cells.Task.IsCompleted)
                {
                    _cells.Task.Result.Add(channel, message);
                }
                else
                {
                    // In the first moments the engine is still being put together; continuations keep the order.
                    _cells.Task.ContinueWith(
                        ready => ready.Result.Add(channel, message), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                }

                break;
            default:
                _questions.Add((channel, message));
                break;
        }
    }

    private void AnswerQuestions()
    {
        foreach (var (channel, request) in _questions.GetConsumingEnumerable())
        {
            try
            {
                Publish("status", new JsonObject { ["execution_state"] = "busy" }, request);
                AnswerQuestion(channel, request);
            }
            catch (Exception exception)
            {
                KernelLog.WriteLine($"A {request.Type} could not be answered: {exception}");
            }

            Publish("status", new JsonObject { ["execution_state"] = "idle" }, request);
        }
    }

    private void AnswerQuestion(KernelChannel channel, Message request)
    {
        var content = request.Content;
        var position = content["cursor_pos"] is JsonValue value && value.TryGetValue<int>(out var given) ? given : 0;
        switch (request.Type)
        {
            case "is_complete_request":
                _sockets.Reply(channel, request, "is_complete_reply", Inspection.IsComplete(content["code"]?.ToString() ?? ""));
                break;
            case "history_request":
                _sockets.Reply(channel, request, "history_reply", _history.Answer(content));
                break;
            case "comm_info_request":
                _sockets.Reply(channel, request, "comm_info_reply", new JsonObject { ["status"] = "ok", ["comms"] = new JsonObject() });
                break;
            case "complete_request":
                _sockets.Reply(channel, request, "complete_reply", new JsonObject
                {
                    ["status"] = "ok",
                    ["matches"] = new JsonArray(),
                    ["cursor_start"] = position,
                    ["cursor_end"] = position,
                    ["metadata"] = new JsonObject(),
                });
                break;
            case "inspect_request":
                _sockets.Reply(channel, request, "inspect_reply", new JsonObject
                {
                    ["status"] = "ok",
                    ["found"] = false,
                    ["data"] = new JsonObject(),
                    ["metadata"] = new JsonObject(),
                });
                break;
            case "comm_open":
                // No target is known here, and the protocol wants the other side to be told.
                Publish("comm_close", new JsonObject { ["comm_id"] = content["comm_id"]?.DeepClone(), ["data"] = new JsonObject() }, request);
                break;
        }
    }

    private void Answer(KernelChannel channel, Message request, string type, JsonObject content)
    {
        Publish("status", new JsonObject { ["execution_state"] = "busy" }, request);
        _sockets.Reply(channel, request, type, content);
        Publish("status", new JsonObject { ["execution_state"] = "idle" }, request);
    }

    // The runtime is about to end the process; this is the last chance to tell why.
    private void OnUnhandled(object? exception)
    {
        foreach (var output in _nativeOutputs)
        {
            output.Restore();
        }

        CellContext.CurrentOrNull?.Streams.Write(StreamOutput.Error, $"Unhandled exception on a thread of this cell; the kernel ends.\n{exception}\n");
        CellContext.CurrentOrNull?.Streams.Flush();
        using var sent = new ManualResetEventSlim();
        _sockets.Post(sent.Set);
        sent.Wait(1000);
    }
}
