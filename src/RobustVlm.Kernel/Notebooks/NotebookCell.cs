using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>One cell. Its outputs are nbformat's objects, their multiline strings joined to plain strings.</summary>
internal sealed class NotebookCell
{
    private static readonly string[] _knownKeys =
        ["attachments", "cell_type", "execution_count", "id", "metadata", "outputs", "source"];

    public NotebookCell(CellKind kind, string id, string source)
    {
        Kind = kind;
        Id = id;
        Source = NotebookJson.UnixLines(source);
    }

    public CellKind Kind { get; }

    public string Id { get; internal set; }

    public string Source { get; }

    public JsonObject Metadata { get; private init; } = [];

    public int? ExecutionCount { get; set; }

    public List<JsonObject> Outputs { get; } = [];

    /// <summary>Pictures pasted into a Markdown cell: file name to MIME type to base64; null when there are none.</summary>
    public JsonObject? Attachments { get; private init; }

    private JsonObject Extra { get; init; } = [];

    /// <summary>The strings of the list "tags" in the cell's metadata.</summary>
    public IEnumerable<string> Tags =>
        Metadata["tags"] is JsonArray tags
            ? tags.Select(tag => tag is JsonValue value && value.TryGetValue<string>(out var name) ? name : string.Empty)
            : [];

    public bool HasTag(string tag) => Tags.Contains(tag, StringComparer.Ordinal);

    public static NotebookCell Read(JsonNode? node, int number)
    {
        if (node is not JsonObject tree)
        {
            throw new NotebookException($"cell {number} is not an object");
        }

        var kind = NotebookJson.Join(tree["cell_type"]) switch
        {
            "code" => CellKind.Code,
            "markdown" => CellKind.Markdown,
            "raw" => CellKind.Raw,
            _ => throw new NotebookException($"cell {number} has no known 'cell_type' (code, markdown or raw)"),
        };
        var source = NotebookJson.Join(tree["source"])
            ?? throw new NotebookException($"the 'source' of cell {number} is neither a string nor a list of strings");
        var cell = new NotebookCell(kind, NotebookJson.Join(tree["id"]) ?? string.Empty, source)
        {
            Metadata = tree["metadata"]?.DeepClone() as JsonObject ?? [],
            Attachments = tree["attachments"]?.DeepClone() as JsonObject,
            Extra = new JsonObject(
                tree.Where(pair => !_knownKeys.Contains(pair.Key, StringComparer.Ordinal))
                    .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))),
        };
        if (kind == CellKind.Code)
        {
            cell.ExecutionCount = tree["execution_count"] is JsonValue count && count.TryGetValue<int>(out var number1) ? number1 : null;
            foreach (var output in tree["outputs"] as JsonArray ?? [])
            {
                cell.Outputs.Add(output is JsonObject content
                    ? JoinLines(content)
                    : throw new NotebookException($"an output of cell {number} is not an object"));
            }
        }

        return cell;
    }

    public JsonObject ToJson()
    {
        var tree = (JsonObject)Extra.DeepClone();
        tree["cell_type"] = Kind switch { CellKind.Code => "code", CellKind.Markdown => "markdown", _ => "raw" };
        tree["id"] = Id;
        tree["metadata"] = Metadata.DeepClone();
        tree["source"] = NotebookJson.Lines(Source);
        if (Attachments is not null)
        {
            tree["attachments"] = Attachments.DeepClone();
        }

        if (Kind == CellKind.Code)
        {
            tree["execution_count"] = ExecutionCount;
            tree["outputs"] = new JsonArray([.. Outputs.Select(SplitLines)]);
        }

        return tree;
    }

    private static JsonObject JoinLines(JsonObject output)
    {
        var joined = (JsonObject)output.DeepClone();
        if (NotebookJson.Join(joined["text"]) is { } text)
        {
            joined["text"] = text;
        }

        if (joined["data"] is JsonObject data)
        {
            foreach (var (type, value) in data.ToList())
            {
                if (!NotebookJson.IsJsonType(type) && NotebookJson.Join(value) is { } content)
                {
                    data[type] = content;
                }
            }
        }

        return joined;
    }

    private static JsonObject SplitLines(JsonObject output)
    {
        var split = (JsonObject)output.DeepClone();
        if (split["text"] is JsonValue text && text.TryGetValue<string>(out var lines))
        {
            split["text"] = NotebookJson.Lines(lines);
        }

        if (split["data"] is JsonObject data)
        {
            foreach (var (type, value) in data.ToList())
            {
                if (NotebookJson.IsLineType(type) && value is JsonValue content && content.TryGetValue<string>(out var body))
                {
                    data[type] = NotebookJson.Lines(body);
                }
            }
        }

        return split;
    }
}
