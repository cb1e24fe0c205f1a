using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Display;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Execution;

/// <summary>One execution of a cell: where its outputs go, how it is stopped. What the cell starts carries it along.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "What a cell has started may look at the token long after the cell has ended.")]
internal sealed class CellContext
{
    private static readonly AsyncLocal<CellContext?> Ambient = new();
    private static volatile CellContext? _latest;

    private readonly ICellFrontend _frontend;
    private readonly Message _request;
    private readonly bool _silent;
    private readonly bool _allowInput;
    private readonly CancellationTokenSource _cancellation = new();
    private volatile bool _interrupted;

    public CellContext(ICellFrontend frontend, Message request, bool silent, bool allowInput)
    {
        _frontend = frontend;
        _request = request;
        _silent = silent;
        _allowInput = allowInput;
        Streams = new StreamOutput((name, text) => Publish("stream", new JsonObject { ["name"] = name, ["text"] = text }));
    }

    /// <summary>
    /// The cell that the calling code was started by, however many awaits, tasks and threads ago; for threads that no cell started
    /// (native callbacks) the latest cell. Null before the first cell.
    /// </summary>
    public static CellContext? CurrentOrNull => Ambient.Value ?? _latest;

    /// <summary>What the cell prints.</summary>
    public StreamOutput Streams { get; }

    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Whether the user has interrupted the cell. True a moment before the token says so.</summary>
    public bool IsInterrupted
    {
        get => _interrupted;
        set => _interrupted = value;
    }

    /// <summary>Makes this the current cell of the calling thread and of all it starts.</summary>
    public void Enter()
    {
        Ambient.Value = this;
        _latest = this;
    }

    /// <summary>Asks the cell to stop. Runs what the cell registered for this, so never on a thread that must not wait.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <summary>Asks the current cell's user for a line of text.</summary>
    /// <exception cref="InvalidOperationException">There is nobody to ask.</exception>
    public static string ReadInput(string prompt, bool password)
    {
        var cell = CurrentOrNull;
        if (cell is not { _allowInput: true, _silent: false })
        {
            throw new InvalidOperationException("This cell asks for input, but the notebook runs without anybody to answer.");
        }

        cell.Streams.Flush();
        return cell._frontend.RequestInput(cell._request, prompt, password, cell.CancellationToken);
    }

    /// <summary>Shows a value, or changes the display of the given id in place.</summary>
    public void Show(object? value, IReadOnlyCollection<string> mimeTypes, string displayId, bool isUpdate)
    {
        if (!_silent)
        {
            Show(isUpdate ? "update_display_data" : "display_data", Format(value, mimeTypes), displayId);
        }
    }

    /// <summary>Shows a bundle.</summary>
    public void Show(MimeBundle bundle) => Show("display_data", bundle, null);

    /// <summary>Shows the cell's result.</summary>
    public void ShowResult(object? value, int executionCount)
    {
        if (_silent)
        {
            return;
        }

        var bundle = Format(value, []);
        Streams.Flush();
        Publish("execute_result", new JsonObject
        {
            ["data"] = bundle.Data,
            ["metadata"] = bundle.Metadata,
            ["execution_count"] = executionCount,
        });
    }

    /// <summary>Shows why the cell failed.</summary>
    public void ShowError(CellError error)
    {
        Streams.Flush();
        Publish("error", error.ToJson());
    }

    private MimeBundle Format(object? value, IReadOnlyCollection<string> mimeTypes)
    {
        try
        {
            var bundle = ObjectFormatter.Format(value, mimeTypes);

            // Values such as NaN can stand in a JSON tree but not be written; better to learn of it here than while sending.
            _ = WireFormat.Serialize(bundle.Data);
            return bundle;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ThreadInterruptedException))
        {
            // A value that cannot show itself must not take the cell down: the computation has succeeded.
            Streams.Write(StreamOutput.Error, $"{value?.GetType().Name} could not be shown: {exception.GetType().Name}: {exception.Message}\n");
            return MimeBundle.FromText(value?.GetType().ToString() ?? "");
        }
    }

    private void Show(string type, MimeBundle bundle, string? displayId)
    {
        Streams.Flush();
        var transient = displayId is null ? new JsonObject() : new JsonObject { ["display_id"] = displayId };
        Publish(type, new JsonObject { ["data"] = bundle.Data, ["metadata"] = bundle.Metadata, ["transient"] = transient });
    }

    private void Publish(string type, JsonObject content)
    {
        if (!_silent)
        {
            _frontend.Publish(type, content, _request);
        }
    }
}
