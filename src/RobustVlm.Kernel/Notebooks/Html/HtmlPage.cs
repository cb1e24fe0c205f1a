using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>A notebook as one self-contained HTML page: no network, no files beside it.</summary>
internal static partial class HtmlPage
{
    private const int _headingsWithoutContents = 6;

    // Forbids every load in the browser itself, whatever a cell has put out.
    private const string _policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data:; base-uri 'none'; form-action 'none'";

    /// <summary>Writes the page, complete or not at all. Throws <see cref="NotebookException"/> when a file cannot be read or written.</summary>
    public static void Save(NotebookFile notebook, string path, HtmlPageOptions options)
    {
        try
        {
            AtomicFile.Write(path, Render(notebook, options));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookException($"The page '{path}' cannot be made: {error.Message}", error);
        }
    }

    public static string Render(NotebookFile notebook, HtmlPageOptions options)
    {
        var markdown = new MarkdownCells(options.Folder);
        var outputs = new HtmlOutputs(markdown, options.PlotlyPath is not null);
        var body = new StringBuilder();
        foreach (var cell in notebook.Cells)
        {
            body.Append(Cell(cell, markdown, outputs));
        }

        var title = markdown.Headings.Count > 0 ? markdown.Headings[0].Text : options.FallbackTitle;
        var hasMath = options.KatexDirectory is not null && (markdown.HasMath || outputs.HasMath);
        var contents = Contents(markdown.Headings);
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append($"<meta http-equiv=\"Content-Security-Policy\" content=\"{_policy}\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append($"<title>{WebUtility.HtmlEncode(title)}</title>\n")
            .Append($"<style>{PageStyle.Text}</style>\n")
            .Append(hasMath ? KatexStyle(options.KatexDirectory!) : string.Empty)
            .Append($"</head>\n<body{(contents.Length > 0 ? " class=\"has-contents\"" : string.Empty)}>\n")
            .Append(contents)
            .Append("<main>\n").Append(body).Append("</main>\n");
        if (outputs.FigureCount > 0)
        {
            page.Append(PageScripts.Embed(File.ReadAllText(options.PlotlyPath!))).Append(PageScripts.Embed(PageScripts.DrawFigures));
        }

        if (hasMath)
        {
            page.Append(PageScripts.Embed(File.ReadAllText(Path.Combine(options.KatexDirectory!, "katex.min.js"))))
                .Append(PageScripts.Embed(PageScripts.DrawMath));
        }

        return page.Append(PageScripts.Embed(PageScripts.AlignNumbers)).Append("</body>\n</html>\n").ToString();
    }

    private static string Cell(NotebookCell cell, MarkdownCells markdown, HtmlOutputs outputs)
    {
        switch (cell.Kind)
        {
            case CellKind.Markdown:
                return $"<section class=\"cell prose\">\n{markdown.Encode(cell.Source, cell.Attachments)}</section>\n";
            case CellKind.Raw:
                return $"<section class=\"cell\"><pre class=\"raw\">{WebUtility.HtmlEncode(cell.Source)}</pre></section>\n";
            default:
                if (cell.Source.Trim().Length == 0 && cell.Outputs.Count == 0)
                {
                    return string.Empty;
                }

                var shown = string.Concat(cell.Outputs.Select(outputs.Encode));
                return "<section class=\"cell\">\n"
                    + $"<div class=\"source\"><span class=\"count\" aria-hidden=\"true\">{cell.ExecutionCount}</span>"
                    + $"<pre class=\"code\"><code>{CSharpColours.Encode(cell.Source)}</code></pre></div>\n"
                    + (shown.Length > 0 ? $"<div class=\"outputs\">\n{shown}</div>\n" : string.Empty)
                    + "</section>\n";
        }
    }

    private static string Contents(IReadOnlyList<Heading> headings)
    {
        if (headings.Count <= _headingsWithoutContents)
        {
            return string.Empty;
        }

        var items = headings.Where(heading => heading.Level <= 3).Select(heading =>
            $"<li class=\"level-{heading.Level}\"><a href=\"#{WebUtility.HtmlEncode(heading.Id)}\">{WebUtility.HtmlEncode(heading.Text)}</a></li>\n");
        return $"<nav><details open><summary>Contents</summary>\n<ul>\n{string.Concat(items)}</ul></details></nav>\n";
    }

    // Of the three formats that KaTeX's style sheet names for each font, woff2 is what every current browser takes.
    private static string KatexStyle(string folder)
    {
        var style = File.ReadAllText(Path.Combine(folder, "katex.min.css"));
        style = FontSources().Replace(style, match =>
        {
            var font = Path.Combine(folder, match.Groups[1].Value);
            return File.Exists(font)
                ? $"src:url(data:font/woff2;base64,{Convert.ToBase64String(File.ReadAllBytes(font))}) format(\"woff2\")"
                : "src:local(\"serif\")";
        });
        return $"<style>{style.Replace("</style", "<\\/style", StringComparison.OrdinalIgnoreCase)}</style>\n";
    }

    [GeneratedRegex(@"src:\s*url\((fonts/[^)]+\.woff2)\)[^;}]*")]
    private static partial Regex FontSources();
}
