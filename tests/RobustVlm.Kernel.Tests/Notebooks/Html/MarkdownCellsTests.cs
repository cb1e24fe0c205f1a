using RobustVlm.Kernel.Notebooks.Html;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

public class MarkdownCellsTests
{
    private readonly MarkdownCells _markdown = new(".");

    [Fact]
    public void Heading_ids_are_unique_over_all_cells()
    {
        _markdown.Encode("# Same\n\n## Same");
        var second = _markdown.Encode("# Same\n\n## With `code` and $x^2$");

        Assert.Equal(["same", "same-1", "same-2", "with-code-and"], _markdown.Headings.Select(heading => heading.Id.TrimEnd('-')));
        Assert.Equal("With code and x^2", _markdown.Headings[3].Text);
        Assert.Contains("id=\"same-2\"", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Formulas_become_math_elements_that_hold_escaped_tex()
    {
        var html = _markdown.Encode("Budget $\\epsilon < 8/255$ costs \\$5.\n\n$$\n\\max_{x} a_1 < b\n$$\n");

        Assert.Contains("<span class=\"math\">\\epsilon &lt; 8/255</span>", html, StringComparison.Ordinal);
        Assert.Contains("<div class=\"math display\">\\max_{x} a_1 &lt; b</div>", html, StringComparison.Ordinal);
        Assert.True(_markdown.HasMath);
    }

    [Fact]
    public void Text_about_money_is_no_formula()
    {
        var html = _markdown.Encode("It costs $5 or $10.");

        Assert.DoesNotContain("class=\"math\"", html, StringComparison.Ordinal);
        Assert.False(_markdown.HasMath);
    }

    [Fact]
    public void Tables_and_csharp_blocks_are_rendered()
    {
        var html = _markdown.Encode("| a | b |\n|---|--:|\n| 1 | 2 |\n\n```csharp\nvar x = 1;\n```\n");

        Assert.Contains("<table>", html, StringComparison.Ordinal);
        Assert.Contains("text-align: right", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k-keyword\">var</span>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_come_from_attachments_and_files_as_data()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllBytes(scratch.File("my scan.png"), [1, 2, 3]);
        var markdown = new MarkdownCells(scratch.Folder);

        var html = markdown.Encode(
            "![a](attachment:p.png) ![b](my%20scan.png)",
            Sample.Json("""{"p.png": {"image/png": "QUJD"}}"""));

        Assert.Contains("src=\"data:image/png;base64,QUJD\"", html, StringComparison.Ordinal);
        Assert.Contains("src=\"data:image/png;base64,AQID\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_on_the_web_become_links()
    {
        var html = _markdown.Encode("![badge](https://example.org/b.svg) <img src='//example.org/x.png'> [home](https://example.org)");

        Assert.Contains("<a href=\"https://example.org/b.svg\">badge</a>", html, StringComparison.Ordinal);
        Assert.Contains("<img data-offline-src='//example.org/x.png'>", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://example.org\">home</a>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_to_notebooks_lead_to_their_pages()
    {
        var html = _markdown.Encode("[next](02-next.ipynb) [far](https://example.org/a.ipynb)");

        Assert.Contains("href=\"02-next.html\"", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org/a.ipynb\"", html, StringComparison.Ordinal);
    }
}
