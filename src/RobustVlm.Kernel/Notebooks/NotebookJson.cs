using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>
/// The JSON text of a notebook: keys in ordinal order, one space per level, raw non-ASCII characters, LF. These are the
/// habits of Jupyter's own writer, so that files written here and there differ only where their content does.
/// </summary>
internal static class NotebookJson
{
    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        WriteNode(text, node, depth: 0);
        return text.Append('\n').ToString();
    }

    /// <summary>True for the MIME types whose value is a JSON tree and not a string.</summary>
    public static bool IsJsonType(string mimeType)
    {
        return mimeType == "application/json"
            || (mimeType.StartsWith("application/", StringComparison.Ordinal) && mimeType.EndsWith("+json", StringComparison.Ordinal));
    }

    /// <summary>True for the MIME types whose value is text with lines, as against base64.</summary>
    public static bool IsLineType(string mimeType)
    {
        return !IsJsonType(mimeType)
            && (mimeType == "image/svg+xml"
                || !(mimeType.StartsWith("image/", StringComparison.Ordinal)
                    || mimeType.StartsWith("audio/", StringComparison.Ordinal)
                    || mimeType.StartsWith("video/", StringComparison.Ordinal)
                    || mimeType == "application/pdf"));
    }

    /// <summary>Joins nbformat's "multiline string": a string, or a list of strings. Null when it is neither.</summary>
    public static string? Join(JsonNode? node)
    {
        if (node is JsonValue value && value.TryGetValue<string>(out var single))
        {
            return single;
        }

        if (node is not JsonArray list)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var item in list)
        {
            if (item is not JsonValue line || !line.TryGetValue<string>(out var part))
            {
                return null;
            }

            text.Append(part);
        }

        return text.ToString();
    }

    /// <summary>The lines of a text, each with its line feed, as nbformat stores them.</summary>
    public static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start);
            var next = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..next]);
            start = next;
        }

        return lines;
    }

    public static string UnixLines(string text)
    {
        return text.Contains('\r', StringComparison.Ordinal)
            ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : text;
    }

    private static void WriteNode(StringBuilder text, JsonNode? node, int depth)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject tree:
                WriteItems(text, '{', '}', depth, tree.OrderBy(pair => pair.Key, StringComparer.Ordinal), pair =>
                {
                    WriteString(text, pair.Key);
                    text.Append(": ");
                    WriteNode(text, pair.Value, depth + 1);
                });
                break;
            case JsonArray list:
                WriteItems(text, '[', ']', depth, list, item => WriteNode(text, item, depth + 1));
                break;
            case JsonValue value when value.TryGetValue<string>(out var content):
                WriteString(text, content);
                break;
            default:
                text.Append(node.ToJsonString());
                break;
        }
    }

    private static void WriteItems<T>(StringBuilder text, char open, char close, int depth, IEnumerable<T> items, Action<T> write)
    {
        text.Append(open);
        var any = false;
        foreach (var item in items)
        {
            text.Append(any ? ",\n" : "\n").Append(' ', depth + 1);
            write(item);
            any = true;
        }

        if (any)
        {
            text.Append('\n').Append(' ', depth);
        }

        text.Append(close);
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var letter in value)
        {
            switch (letter)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case < ' ':
                    text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(letter);
                    break;
            }
        }

        text.Append('"');
    }
}
