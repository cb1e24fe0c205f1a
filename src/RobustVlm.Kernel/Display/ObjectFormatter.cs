using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.DotNet.Interactive.Formatting;

namespace RobustVlm.Kernel.Display;

/// <summary>
/// Turns any object into a MIME bundle: by its own ToMimeBundle(), else its ToHtml(), else the ToString() that its author wrote, else the registered formatters; always with
/// plain text beside the rich form.
/// </summary>
internal static partial class ObjectFormatter
{
    /// <summary>Longest output, in characters, that a general-purpose formatter may produce; what an object says of itself is not cut.</summary>
    internal const int LongestFormatted = 256 * 1024;

    private const string PlainHtmlStart = "<div class=\"dni-plaintext\"><pre>";

    // The formatters append a kilobyte of global style to every single output. This replaces it where it matters, scoped by class.
    private const string TreeStyle =
        "<style>.dni-treeview td,.dni-treeview th{text-align:start;vertical-align:top}.dni-treeview{white-space:nowrap}</style>";

    /// <summary>Formats a value.</summary>
    /// <param name="value">Any value, null included.</param>
    /// <param name="mimeTypes">The wanted types; none means what the value's type prefers.</param>
    /// <exception cref="Exception">Whatever the object's own methods throw.</exception>
    public static MimeBundle Format(object? value, IReadOnlyCollection<string> mimeTypes)
    {
        switch (value)
        {
            case null:
                return MimeBundle.FromText(Formatter.NullString);
            case FormattedValue single:
                return FromFormattedValues([single]);
            case IEnumerable<FormattedValue> several:
                return FromFormattedValues(several);
        }

        var methods = ObjectMethods.Of(value.GetType());
        if (methods.Bundle(value) is { } bundle)
        {
            return FromOwnBundle(value, bundle, methods.Metadata(value));
        }

        if (methods.Html(value) is { } html)
        {
            return new MimeBundle(new JsonObject { [MimeBundle.Html] = Normalize(html), [MimeBundle.PlainText] = Text(value) }, []);
        }

        return methods.SpeaksForItself && mimeTypes.Count == 0 ? MimeBundle.FromText(Text(value)) : FromFormatters(value, mimeTypes);
    }

    /// <summary>The plain text of a value as the formatters write it, or its ToString() where they fail.</summary>
    public static string PlainText(object? value)
    {
        if (value is null)
        {
            return Formatter.NullString;
        }

        return FormatAs(value, MimeBundle.PlainText) ?? Text(value);
    }

    private static MimeBundle FromFormattedValues(IEnumerable<FormattedValue> values)
    {
        var data = new JsonObject();
        foreach (var value in values)
        {
            data[value.MimeType] = ToNode(value.MimeType, value.Value);
        }

        if (!data.ContainsKey(MimeBundle.PlainText))
        {
            data[MimeBundle.PlainText] = data.Count == 1 ? Shorten(data.First().Value!.ToString()) : "";
        }

        return new MimeBundle(data, []);
    }

    private static MimeBundle FromOwnBundle(
        object value, IReadOnlyDictionary<string, object> bundle, IReadOnlyDictionary<string, object>? metadata)
    {
        var data = new JsonObject();
        foreach (var (mimeType, content) in bundle)
        {
            data[mimeType] = ToNode(mimeType, content);
        }

        if (!data.ContainsKey(MimeBundle.PlainText))
        {
            data[MimeBundle.PlainText] = Text(value);
        }

        var hints = new JsonObject();
        foreach (var (mimeType, content) in metadata ?? new Dictionary<string, object>())
        {
            hints[mimeType] = (content as JsonNode)?.DeepClone();
        }

        return new MimeBundle(data, hints);
    }

    private static MimeBundle FromFormatters(object value, IReadOnlyCollection<string> mimeTypes)
    {
        FormatterDefaults.Apply();
        var data = new JsonObject();
        var cut = false;
        foreach (var mimeType in mimeTypes.Count > 0 ? mimeTypes : Formatter.GetPreferredMimeTypesFor(value.GetType()))
        {
            if (mimeType == MimeBundle.PlainText || FormatAs(value, mimeType) is not { } text || IsPlainTextInDisguise(mimeType, text))
            {
                continue;
            }

            if (text.Length > LongestFormatted)
            {
                cut = true;
                continue;
            }

            data[mimeType] = ToNode(mimeType, text);
        }

        var plain = PlainText(value);
        cut |= plain.Length > LongestFormatted;
        data[MimeBundle.PlainText] = Shorten(plain) + (cut ? $"\n(cut: the whole output is longer than {LongestFormatted / 1024} KB)" : "");
        return new MimeBundle(data, []);
    }

    private static string? FormatAs(object value, string mimeType)
    {
        FormatterDefaults.Apply();
        try
        {
            return Normalize(value.ToDisplayString(mimeType));
        }
        catch (ArgumentException)
        {
            // Nobody has registered a formatter for this MIME type; the others still describe the value.
            return null;
        }
    }

    // Numbers and the like come as text in a <pre>: that says nothing that text/plain does not, at four times the size.
    private static bool IsPlainTextInDisguise(string mimeType, string text) =>
        mimeType == MimeBundle.Html && text.StartsWith(PlainHtmlStart, StringComparison.Ordinal)
        && text.IndexOf('<', PlainHtmlStart.Length) is var end && text.AsSpan(end).SequenceEqual("</pre></div>");

    private static JsonNode? ToNode(string mimeType, object content) => content switch
    {
        JsonNode node => node.DeepClone(),
        JsonElement element => JsonSerializer.SerializeToNode(element),
        byte[] bytes => Convert.ToBase64String(bytes),
        string text when MimeBundle.IsJson(mimeType) => ParseOrKeep(text),
        _ => Normalize(content?.ToString() ?? ""),
    };

    private static JsonNode? ParseOrKeep(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static string Text(object value) => Shorten(Normalize(value.ToString() ?? ""));

    private static string Shorten(string text) => text.Length > LongestFormatted ? text[..LongestFormatted] + " …" : text;

    private static string Normalize(string text)
    {
        text = text.Contains('\r', StringComparison.Ordinal) ? text.ReplaceLineEndings("\n") : text;
        return text.Contains(".dni-code-hint", StringComparison.Ordinal)
            ? GlobalStyle().Replace(text, text.Contains("dni-treeview\"", StringComparison.Ordinal) ? TreeStyle : "")
            : text;
    }

    [GeneratedRegex(@"<style>\s*\.dni-code-hint.*?</style>", RegexOptions.Singleline)]
    private static partial Regex GlobalStyle();
}
