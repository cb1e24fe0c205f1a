using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>A cell's outputs as HTML. Of the forms an output has, the richest that works without a network is shown.</summary>
internal sealed class HtmlOutputs(MarkdownCells markdown, bool canDrawPlotly)
{
    private const string _plotlyType = "application/vnd.plotly.v1+json";

    private static readonly string[] _preferred =
        [_plotlyType, "text/html", "image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "text/markdown", "text/latex", "application/json", "text/plain"];

    private static readonly string[] _pixelTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    private static readonly string[] _sides = ["width", "height"];

    // The default encoder escapes "<", so that no text in a figure can end the script element it stands in.
    private static readonly JsonSerializerOptions _inScript = new() { Encoder = JavaScriptEncoder.Default };

    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    /// <summary>Number of charts that the page's script is to draw.</summary>
    public int FigureCount { get; private set; }

    public bool HasMath { get; private set; }

    public string Encode(JsonObject output)
    {
        switch (Text(output, "output_type"))
        {
            case "stream":
                var name = Text(output, "name") == "stderr" ? "stderr" : "stdout";
                return $"<pre class=\"output stream {name}\">{AnsiHtml.Encode(TerminalText.Overwrite(Text(output, "text")))}</pre>\n";
            case "error":
                return Error(output);
            default:
                var data = output["data"] as JsonObject ?? [];
                var shown = _preferred.Select(type => Shown(type, data, output)).FirstOrDefault(html => html is not null);
                return shown is null ? string.Empty : $"<div class=\"output\">{shown}</div>\n";
        }
    }

    private static string Text(JsonObject content, string key)
    {
        return NotebookJson.Join(content[key]) ?? string.Empty;
    }

    private static string Error(JsonObject output)
    {
        var traceback = string.Join('\n', (output["traceback"] as JsonArray ?? []).Select(line => NotebookJson.Join(line)));
        var text = traceback.Length > 0 ? traceback : $"{Text(output, "ename")}: {Text(output, "evalue")}";
        return $"<pre class=\"output error\">{AnsiHtml.Encode(text)}</pre>\n";
    }

    private static string? Picture(JsonObject data, JsonObject output)
    {
        foreach (var type in _pixelTypes)
        {
            if (NotebookJson.Join(data[type]) is { Length: > 0 } content)
            {
                return Image(type, content, data, output);
            }
        }

        return NotebookJson.Join(data["image/svg+xml"]) is { Length: > 0 } drawing
            ? Image("image/svg+xml", Convert.ToBase64String(Encoding.UTF8.GetBytes(drawing)), data, output)
            : null;
    }

    private static string Image(string type, string base64, JsonObject data, JsonObject output)
    {
        var size = string.Empty;
        if (output["metadata"] is JsonObject metadata && metadata[type] is JsonObject given)
        {
            size = string.Concat(_sides.Select(side => Pixels(given[side]) is { } pixels
                ? string.Create(CultureInfo.InvariantCulture, $" {side}=\"{pixels}\"")
                : string.Empty));
        }

        var alternative = WebUtility.HtmlEncode(Text(data, "text/plain").Trim());
        var content = base64.ReplaceLineEndings(string.Empty).Trim();
        return $"<img src=\"data:{type};base64,{WebUtility.HtmlEncode(content)}\" alt=\"{alternative}\"{size}>";
    }

    private static double? Pixels(JsonNode? node)
    {
        return node is JsonValue value && value.TryGetValue<double>(out var pixels) && pixels is > 0 and < 100_000 ? pixels : null;
    }

    private string? Shown(string type, JsonObject data, JsonObject output)
    {
        if (!data.ContainsKey(type))
        {
            return null;
        }

        if (type == _plotlyType)
        {
            return data[type] is JsonObject figure ? Figure(figure, data, output) : null;
        }

        if (type.StartsWith("image/", StringComparison.Ordinal))
        {
            return Picture(data, output);
        }

        var text = Text(data, type);
        switch (type)
        {
            case "text/html":
                return $"<div class=\"html\">{OfflineHtml.Clean(text)}</div>";
            case "text/markdown":
                return $"<div class=\"prose\">{markdown.Encode(text)}</div>";
            case "text/latex":
                HasMath = true;
                return $"<div class=\"math display\">{WebUtility.HtmlEncode(text.Trim().Trim('$').Trim())}</div>";
            case "application/json":
                return $"<pre>{WebUtility.HtmlEncode(data[type]?.ToJsonString(_readable) ?? "null")}</pre>";
            default:
                return $"<pre>{AnsiHtml.Encode(text)}</pre>";
        }
    }

    // The picture stands in the chart's place until the script has drawn it: it stays without scripts and when drawing fails.
    private string? Figure(JsonObject figure, JsonObject data, JsonObject output)
    {
        var picture = Picture(data, output);
        if (!canDrawPlotly)
        {
            return picture is null ? null : $"<div class=\"figure\">{picture}</div>";
        }

        FigureCount++;
        var placeholder = picture ?? $"<pre>{WebUtility.HtmlEncode(Text(data, "text/plain"))}</pre>";
        return $"<div class=\"figure plotly-figure\"><div class=\"figure-fallback\">{placeholder}</div>"
            + $"<script type=\"application/json\">{figure.ToJsonString(_inScript)}</script></div>";
    }
}
