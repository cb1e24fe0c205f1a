using System.Globalization;
using System.Net;
using System.Text;

namespace RobustVlm.Experiments.Results;

/// <content>Text, Markdown, CSV and HTML.</content>
public sealed partial class ResultTable
{
    private const int ShownRows = 200;

    /// <summary>A plain HTML table with inline alignment, readable where scripts and style sheets are removed.</summary>
    /// <param name="maxRows">Rows shown; the rest is announced in one line.</param>
    public string ToHtml(int maxRows = int.MaxValue)
    {
        var (formats, rows, notes) = Printed(maxRows);
        var html = new StringBuilder("<table>\n");
        if (Caption is not null)
        {
            html.Append("<caption style=\"text-align:left\"><b>").Append(Escape(Caption)).Append("</b></caption>\n");
        }

        html.Append("<thead>\n");
        AppendHtmlRow(html, "th", [.. Columns.Select(column => column.Name)], formats);
        html.Append("</thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            AppendHtmlRow(html, "td", row, formats);
        }

        html.Append("</tbody>\n");
        if (notes.Count > 0)
        {
            html.Append("<tfoot>\n");
            foreach (var note in notes)
            {
                html.Append(CultureInfo.InvariantCulture, $"<tr><td colspan=\"{Math.Max(1, Columns.Count)}\" style=\"text-align:left\"><small>{Escape(note)}</small></td></tr>\n");
            }

            html.Append("</tfoot>\n");
        }

        return html.Append("</table>\n").ToString();
    }

    /// <summary>A Markdown table.</summary>
    public string ToMarkdown()
    {
        var (formats, rows, notes) = Printed(int.MaxValue);
        var text = new StringBuilder();
        if (Caption is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"**{MarkdownEscape(Caption)}**\n\n");
        }

        AppendMarkdownRow(text, Columns.Select(column => MarkdownEscape(column.Name)));
        AppendMarkdownRow(text, formats.Select(format => format.AlignRight ? "---:" : "---"));
        foreach (var row in rows)
        {
            AppendMarkdownRow(text, row.Select(MarkdownEscape));
        }

        foreach (var note in notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{MarkdownEscape(note)}\n");
        }

        return text.ToString();
    }

    /// <summary>Comma-separated values with all digits, quoted where needed; an interval becomes three columns, a missing cell is empty.</summary>
    public string ToCsv()
    {
        var (names, rows) = Flatten();
        var text = new StringBuilder();
        text.AppendJoin(',', names.Select(column => Quote(column.Name))).Append('\n');
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(value => Quote(new TableCell(value).Text))).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The table as notebook output: HTML, and aligned text for terminals.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = ToHtml(ShownRows),
        ["text/plain"] = ToText(ShownRows),
    };

    /// <inheritdoc/>
    public override string ToString() => ToText(ShownRows);

    private string ToText(int maxRows)
    {
        var (formats, printed, notes) = Printed(maxRows);
        string[][] rows = [.. printed.Select(row => row.Select(OneLine).ToArray())];
        string[] header = [.. Columns.Select(column => OneLine(column.Name))];
        var widths = header.Select((name, i) => rows.Select(row => Width(row[i])).Append(Width(name)).Max()).ToArray();
        var lines = new List<string>();
        if (Caption is not null)
        {
            lines.Add(Caption);
            lines.Add("");
        }

        lines.Add(Line(header));
        lines.Add(string.Join("  ", widths.Select(width => new string('-', width))));
        lines.AddRange(rows.Select(Line));
        if (notes.Count > 0)
        {
            lines.Add("");
            lines.AddRange(notes);
        }

        return string.Join('\n', lines);

        string Line(string[] cells) => string.Join("  ", cells.Select((cell, i) =>
        {
            var blanks = new string(' ', widths[i] - Width(cell));
            return formats[i].AlignRight ? blanks + cell : cell + blanks;
        })).TrimEnd();
    }

    private (CellFormat[] Formats, string[][] Rows, IReadOnlyList<string> Notes) Printed(int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxRows);
        var formats = Columns.Select((column, i) => new CellFormat(column, Numbers(i))).ToArray();
        string[][] rows = [.. _values.Take(maxRows).Select(row =>
            row.Select((value, i) => formats[i].Print(value)).ToArray())];
        return rows.Length == _values.Count
            ? (formats, rows, Footnotes)
            : (formats, rows, [$"… {_values.Count - rows.Length} more rows", .. Footnotes]);
    }

    private IEnumerable<double> Numbers(int column) => _values.SelectMany(row => row[column] switch
    {
        double number => [number],
        Interval interval => [interval.Value, interval.Low, interval.High],
        _ => Array.Empty<double>(),
    });

    /// <summary>The table with plain cells only: strings, doubles, bools and nulls.</summary>
    private (IReadOnlyList<(string Name, bool IsText)> Names, IEnumerable<object?[]> Rows) Flatten()
    {
        var names = Columns.SelectMany(column => column.Kind == ColumnKind.Interval
            ? [(column.Name, false), ($"{column.Name} low", false), ($"{column.Name} high", false)]
            : new[] { (column.Name, column.Kind == ColumnKind.Text) });
        var rows = _values.Select(row => row.SelectMany((value, i) => (Columns[i].Kind, value) switch
        {
            (ColumnKind.Interval, Interval interval) => [interval.Value, interval.Low, interval.High],
            (ColumnKind.Interval, _) => [value, null, null],
            _ => new[] { value },
        }).ToArray());
        return ([.. names], rows);
    }

    private static void AppendHtmlRow(StringBuilder html, string tag, string[] cells, CellFormat[] formats)
    {
        html.Append("<tr>");
        for (var i = 0; i < cells.Length; i++)
        {
            var side = formats[i].AlignRight ? "right" : "left";
            // An interval may move to the next line, but as a whole.
            var text = side == "right" ? Escape(cells[i]).Replace(", ", ",&nbsp;", StringComparison.Ordinal) : Escape(cells[i]);
            html.Append(CultureInfo.InvariantCulture, $"<{tag} style=\"text-align:{side}\">{text}</{tag}>");
        }

        html.Append("</tr>\n");
    }

    private static void AppendMarkdownRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Escape(string text) => WebUtility.HtmlEncode(text).Replace("\n", "<br>", StringComparison.Ordinal);

    private static string MarkdownEscape(string text) => OneLine(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal);

    private static string OneLine(string text) => text
        .Replace("\r", "", StringComparison.Ordinal)
        .Replace("\n", " ", StringComparison.Ordinal);

    private static string Quote(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static int Width(string text) => new StringInfo(text).LengthInTextElements;
}
