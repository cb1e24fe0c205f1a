using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Display;
using RobustVlm.Kernel.Execution;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Serving;

/// <summary>Runs execute_requests one after the other on one thread, and answers them.</summary>
internal sealed class CellQueue
{
    // Enough for deep recursion in a cell, which would otherwise end the process.
    private const int StackSize = 64 * 1024 * 1024;

    private readonly KernelSockets _sockets;
    private readonly ICellFrontend _frontend;
    private readonly CellRunner _runner;
    private readonly ScriptSession _session;
    private readonly Interrupter _interrupter;
    private readonly History _history;
    private readonly BlockingCollection<(KernelChannel Channel, Message Request)> _waiting = [];
    private int _executionCount;

    public CellQueue(
        KernelSockets sockets, ICellFrontend frontend, CellRunner runner, ScriptSession session, Interrupter interrupter, History history)
    {
        _sockets = sockets;
        _frontend = frontend;
        _runner = runner;
        _session = session;
        _interrupter = interrupter;
        _history = history;
    }

    public void Start() => new Thread(Run, StackSize) { Name = "cells", IsBackground = true }.Start();

    public void Add(KernelChannel channel, Message request) => _waiting.Add((channel, request));

    private static bool Flag(JsonObject content, string name, bool otherwise) =>
        content[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

    private void Run()
    {
        foreach (var (channel, request) in _waiting.GetConsumingEnumerable())
        {
            try
            {
                Execute(channel, request);
            }
            catch (Exception exception)
            {
                // A fault of the kernel itself: the frontend must still get its answer.
                KernelLog.WriteLine($"A cell could not be handled: {exception}");
                var error = ErrorReport.FromException(exception, new SourceTexts());
                _sockets.Publish("error", error.ToJson(), request);
                Finish(channel, request, ErrorReply(error));
            }
        }
    }

    private void Execute(KernelChannel channel, Message request)
    {
        var content = request.Content;
        var code = WithLanguageOf(request.Metadata, content["code"]?.ToString() ?? "");
        var silent = Flag(content, "silent", false);
        var storeHistory = !silent && Flag(content, "store_history", true);
        var number = storeHistory ? ++_executionCount : Math.Max(1, _executionCount);

        _sockets.Publish("status", new JsonObject { ["execution_state"] = "busy" }, request);
        if (!silent)
        {
            _sockets.Publish("execute_input", new JsonObject { ["code"] = code, ["execution_count"] = number }, request);
        }

        var cell = new CellContext(_frontend, request, silent, Flag(content, "allow_stdin", true));
        cell.Enter();
        _interrupter.Begin(cell);
        CellOutcome outcome;
        JsonObject expressions = [];
        try
        {
            outcome = _runner.Run(cell, code, $"In[{number}]");
            if (outcome.Error is null)
            {
                expressions = Evaluate(content["user_expressions"] as JsonObject, cell);
            }
        }
        finally
        {
            _interrupter.End();
        }

        cell.Streams.Flush();
        JsonObject reply;
        if (outcome.Error is { } error)
        {
            cell.ShowError(error);
            reply = ErrorReply(error);
        }
        else
        {
            if (outcome.HasValue && outcome.Value is not Microsoft.DotNet.Interactive.Formatting.DisplayedValue)
            {
                cell.ShowResult(outcome.Value, number);
            }

            reply = new JsonObject
            {
                ["status"] = "ok",
                ["execution_count"] = number,
                ["user_expressions"] = expressions,
                ["payload"] = new JsonArray(),
            };
        }

        if (storeHistory)
        {
            _history.Add(number, code, outcome.HasValue ? outcome.Value?.ToString() : null);
        }

        // Taken before the reply: what the frontend sends once it has seen the reply must run.
        var aborted = outcome.Error is not null && Flag(content, "stop_on_error", true) ? TakeWaiting() : [];
        Finish(channel, request, reply);
        foreach (var (itsChannel, itsRequest) in aborted)
        {
            _sockets.Publish("status", new JsonObject { ["execution_state"] = "busy" }, itsRequest);
            Finish(itsChannel, itsRequest, new JsonObject { ["status"] = "aborted", ["execution_count"] = _executionCount });
        }
    }

    // Frontends with cells of several languages say which one a cell has in the message's metadata.
    private static string WithLanguageOf(JsonObject metadata, string code)
    {
        var language = ((metadata["polyglot_notebook"] as JsonObject)?["kernelName"] ?? (metadata["dotnet_interactive"] as JsonObject)?["language"])?.ToString();
        return language is null or "" or "csharp" || code.StartsWith("#!", StringComparison.Ordinal) ? code : $"#!{language}\n{code}";
    }

    private JsonObject Evaluate(JsonObject? expressions, CellContext cell)
    {
        var results = new JsonObject();
        foreach (var (name, expression) in expressions ?? [])
        {
            try
            {
                var bundle = ObjectFormatter.Format(_session.Evaluate(expression?.ToString() ?? "", cell.CancellationToken), []);
                results[name] = new JsonObject { ["status"] = "ok", ["data"] = bundle.Data, ["metadata"] = bundle.Metadata };
            }
            catch (Exception exception)
            {
                var error = exception is CellFailure failure ? failure.Error : ErrorReport.FromException(exception, new SourceTexts());
                var result = error.ToJson();
                result["status"] = "error";
                results[name] = result;
            }
        }

        return results;
    }

    private JsonObject ErrorReply(CellError error)
    {
        var reply = error.ToJson();
        reply["status"] = "error";
        reply["execution_count"] = _executionCount;
        reply["user_expressions"] = new JsonObject();
        reply["payload"] = new JsonArray();
        return reply;
    }

    private void Finish(KernelChannel channel, Message request, JsonObject reply)
    {
        _sockets.Reply(channel, request, "execute_reply", reply);
        _sockets.Publish("status", new JsonObject { ["execution_state"] = "idle" }, request);
    }

    // "Run all" sends every cell at once; those that had arrived when one failed must not run.
    private List<(KernelChannel Channel, Message Request)> TakeWaiting()
    {
        var waiting = new List<(KernelChannel Channel, Message Request)>();
        using var done = new ManualResetEventSlim();
        _sockets.Post(() =>
        {
            while (_waiting.TryTake(out var next))
            {
                waiting.Add(next);
            }

            done.Set();
        });
        done.Wait();
        return waiting;
    }
}
