using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>
/// Markdown to HTML for one page: ids of headings are unique over all its cells, pictures become data addresses, formulas
/// become elements of class "math" that hold their TeX.
/// </summary>
internal sealed class MarkdownCells(string folder)
{
    private const int _largestPicture = 8 << 20;

    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseEmphasisExtras()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .UseMathematics()
        .UseTaskLists()
        .UseAutoLinks()
        .UseGenericAttributes()
        .Build();

    private readonly List<Heading> _headings = [];

    public IReadOnlyList<Heading> Headings => _headings;

    public bool HasMath { get; private set; }

    public string Encode(string markdown, JsonObject? attachments = null)
    {
        var document = Markdown.Parse(markdown, _pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            NoteHeading(heading);
        }

        foreach (var link in document.Descendants<LinkInline>())
        {
            Localise(link, attachments);
        }

        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var renderer = new HtmlRenderer(writer);
        _pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new ColouredCode());
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new MathSpan());
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new MathDisplay());
        renderer.Render(document);
        HasMath |= document.Descendants().Any(part => part is MathInline or MathBlock);
        return OfflineHtml.Clean(writer.ToString());
    }

    private static string Words(HeadingBlock heading)
    {
        var parts = heading.Inline?.Descendants().Select(part => part switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            MathInline math => math.Content.ToString(),
            LineBreakInline => " ",
            _ => string.Empty,
        });
        return string.Concat(parts ?? []).Trim();
    }

    private void NoteHeading(HeadingBlock heading)
    {
        var attributes = heading.GetAttributes();
        var wanted = string.IsNullOrEmpty(attributes.Id) ? "section" : attributes.Id;
        var id = wanted;
        for (var number = 2; _headings.Any(other => other.Id == id); number++)
        {
            id = $"{wanted}-{number}";
        }

        attributes.Id = id;
        _headings.Add(new Heading(heading.Level, id, Words(heading)));
    }

    private void Localise(LinkInline link, JsonObject? attachments)
    {
        var address = link.Url ?? string.Empty;
        if (!link.IsImage)
        {
            if (!address.Contains(':', StringComparison.Ordinal) && address.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase))
            {
                link.Url = $"{address[..^".ipynb".Length]}.html";
            }
        }
        else if (address.StartsWith("attachment:", StringComparison.Ordinal))
        {
            link.Url = attachments?[Uri.UnescapeDataString(address["attachment:".Length..])] is JsonObject { Count: > 0 } picture
                ? $"data:{picture.First().Key};base64,{NotebookJson.Join(picture.First().Value)}"
                : string.Empty;
        }
        else if (address.Contains("//", StringComparison.Ordinal))
        {
            link.IsImage = false;
            if (link.FirstChild is null)
            {
                link.AppendChild(new LiteralInline(address));
            }
        }
        else if (!address.StartsWith("data:", StringComparison.Ordinal))
        {
            link.Url = FileAsData(address) ?? address;
        }
    }

    private string? FileAsData(string address)
    {
        var type = Path.GetExtension(address).ToUpperInvariant() switch
        {
            ".PNG" => "image/png",
            ".JPG" or ".JPEG" => "image/jpeg",
            ".GIF" => "image/gif",
            ".WEBP" => "image/webp",
            ".SVG" => "image/svg+xml",
            _ => null,
        };
        var file = new FileInfo(Path.Combine(folder, Uri.UnescapeDataString(address)));
        return type is not null && file.Exists && file.Length <= _largestPicture
            ? $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(file.FullName))}"
            : null;
    }

    private sealed class ColouredCode : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            var source = block.Lines.ToString().ReplaceLineEndings("\n");
            var language = (block as FencedCodeBlock)?.Info ?? string.Empty;
            var isCSharp = language.ToUpperInvariant() is "CSHARP" or "C#" or "CS";
            renderer.Write("<pre class=\"code\"><code>")
                .Write(isCSharp ? CSharpColours.Encode(source) : WebUtility.HtmlEncode(source))
                .Write("</code></pre>\n");
        }
    }

    private sealed class MathSpan : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline math)
        {
            var display = math.DelimiterCount > 1 ? " display" : string.Empty;
            renderer.Write($"<span class=\"math{display}\">").WriteEscape(math.Content.ToString()).Write("</span>");
        }
    }

    private sealed class MathDisplay : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock math)
        {
            renderer.Write("<div class=\"math display\">").WriteEscape(math.Lines.ToString().Trim()).Write("</div>\n");
        }
    }
}
