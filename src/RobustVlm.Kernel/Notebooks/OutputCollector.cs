using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>
/// Turns the messages of a kernel into the outputs of cells: joins adjacent streams, applies updates of displays (in earlier
/// cells too) and requests to clear. One collector serves one run of a notebook.
/// </summary>
internal sealed class OutputCollector
{
    private readonly Dictionary<string, List<JsonObject>> _displays = new(StringComparer.Ordinal);

    private readonly HashSet<NotebookCell> _clearBeforeNext = [];

    private NotebookCell? _current;

    /// <summary>The newest line that the current cell has shown: text it wrote, or a display's plain form.</summary>
    public string LastLine { get; private set; } = string.Empty;

    /// <summary>The error that the current cell ended with; null while there is none.</summary>
    public JsonObject? Error { get; private set; }

    public void Begin(NotebookCell cell)
    {
        _current = cell;
        _clearBeforeNext.Remove(cell);
        LastLine = string.Empty;
        Error = null;
    }

    /// <summary>
    /// Takes one message of the iopub channel that answers <paramref name="cell"/>, an earlier one perhaps, whose threads still
    /// write. Kinds that leave nothing in a notebook are passed over.
    /// </summary>
    public void Take(NotebookCell cell, string messageType, JsonObject content)
    {
        switch (messageType)
        {
            case "stream":
                AddStream(cell, Text(content, "name") == "stderr" ? "stderr" : "stdout", Text(content, "text"));
                break;
            case "display_data":
                Add(cell, Shown("display_data", content), DisplayId(content));
                break;
            case "execute_result":
                var result = Shown("execute_result", content);
                result["execution_count"] = content["execution_count"]?.DeepClone();
                Add(cell, result, DisplayId(content));
                break;
            case "update_display_data":
                Update(content);
                break;
            case "error":
                AddError(cell, Text(content, "ename"), Text(content, "evalue"), content["traceback"] as JsonArray ?? []);
                break;
            case "clear_output":
                Clear(cell, wait: content["wait"] is JsonValue wait && wait.TryGetValue<bool>(out var later) && later);
                break;
            case "execute_input":
                if (content["execution_count"] is JsonValue count && count.TryGetValue<int>(out var number))
                {
                    cell.ExecutionCount = number;
                }

                break;
        }
    }

    /// <summary>Adds an error of the runner itself. It takes the place of the error that stopping the cell may have caused.</summary>
    public void Fail(string name, string message, IEnumerable<string> details)
    {
        if (_current is null)
        {
            throw new InvalidOperationException("Begin a cell first.");
        }

        if (Error is not null)
        {
            _current.Outputs.Remove(Error);
        }

        AddError(_current, name, message, [$"{name}: {message}", .. details]);
    }

    /// <summary>Settles the text of the cell: lines that were overwritten by carriage returns keep their last state.</summary>
    public void End()
    {
        foreach (var output in _current?.Outputs ?? [])
        {
            if (Text(output, "output_type") == "stream")
            {
                output["text"] = TerminalText.Overwrite(Text(output, "text"));
            }
        }
    }

    private static string Text(JsonObject content, string key)
    {
        return NotebookJson.Join(content[key]) ?? string.Empty;
    }

    private static string? DisplayId(JsonObject content)
    {
        return content["transient"] is JsonObject transient ? NotebookJson.Join(transient["display_id"]) : null;
    }

    private static JsonObject Shown(string kind, JsonObject content)
    {
        var output = new JsonObject { ["output_type"] = kind };
        Fill(output, content);
        return output;
    }

    private static void Fill(JsonObject output, JsonObject content)
    {
        var data = new JsonObject();
        foreach (var (type, value) in content["data"] as JsonObject ?? [])
        {
            data[type] = !NotebookJson.IsJsonType(type) && NotebookJson.Join(value) is { } text
                ? NotebookJson.UnixLines(text)
                : value?.DeepClone();
        }

        output["data"] = data;
        output["metadata"] = content["metadata"]?.DeepClone() as JsonObject ?? [];
    }

    private void AddStream(NotebookCell cell, string name, string text)
    {
        if (cell == _current && TerminalText.LastLine(text) is { Length: > 0 } line)
        {
            LastLine = line;
        }

        ClearIfAsked(cell);
        if (cell.Outputs.LastOrDefault() is { } last && Text(last, "output_type") == "stream" && Text(last, "name") == name)
        {
            last["text"] = Text(last, "text") + text;
            return;
        }

        Add(cell, new JsonObject { ["output_type"] = "stream", ["name"] = name, ["text"] = text }, displayId: null);
    }

    private void AddError(NotebookCell cell, string name, string message, JsonArray traceback)
    {
        var lines = traceback.Select(line => TerminalText.WithoutFolders(NotebookJson.Join(line) ?? string.Empty));
        var error = new JsonObject
        {
            ["output_type"] = "error",
            ["ename"] = name,
            ["evalue"] = TerminalText.WithoutFolders(message),
            ["traceback"] = new JsonArray([.. lines.Select(line => JsonValue.Create(line))]),
        };
        Add(cell, error, displayId: null);
        if (cell == _current)
        {
            Error = error;
        }
    }

    private void Add(NotebookCell cell, JsonObject output, string? displayId)
    {
        ClearIfAsked(cell);
        cell.Outputs.Add(output);
        if (displayId is not null)
        {
            if (!_displays.TryGetValue(displayId, out var shown))
            {
                _displays[displayId] = shown = [];
            }

            shown.Add(output);
            NotePlainText(output);
        }
    }

    private void Update(JsonObject content)
    {
        if (DisplayId(content) is { } id && _displays.TryGetValue(id, out var shown))
        {
            foreach (var output in shown)
            {
                Fill(output, content);
            }

            NotePlainText(content);
        }
    }

    private void NotePlainText(JsonObject content)
    {
        if (content["data"] is JsonObject data && TerminalText.LastLine(Text(data, "text/plain")) is { Length: > 0 } line)
        {
            LastLine = line;
        }
    }

    private void Clear(NotebookCell cell, bool wait)
    {
        if (wait)
        {
            _clearBeforeNext.Add(cell);
        }
        else
        {
            cell.Outputs.Clear();
        }
    }

    private void ClearIfAsked(NotebookCell cell)
    {
        if (_clearBeforeNext.Remove(cell))
        {
            cell.Outputs.Clear();
        }
    }
}
