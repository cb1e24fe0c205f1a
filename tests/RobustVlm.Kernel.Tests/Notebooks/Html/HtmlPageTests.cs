using System.Text.RegularExpressions;
using RobustVlm.Kernel.Notebooks;
using RobustVlm.Kernel.Notebooks.Html;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

public partial class HtmlPageTests
{
    [Fact]
    public void Loads_nothing_from_a_network()
    {
        using var scratch = new ScratchFolder();
        var plotly = scratch.Write("plotly.js", "var Plotly = {}; // https://plotly.example");
        var notebook = PageSample.Create();
        notebook.Cells[2].Outputs.Add(Sample.Display(("text/html", "<img src=\"https://example.org/x.png\"><script src='http://example.org/x.js'></script>")));

        var page = HtmlPage.Render(notebook, new HtmlPageOptions { PlotlyPath = plotly });

        Assert.DoesNotMatch(RemoteLoad(), page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_its_title_from_the_first_heading_or_the_file()
    {
        var named = HtmlPage.Render(Sample.Notebook(Sample.Markdown("text\n\n# A <b> & `c`")), new HtmlPageOptions());
        var nameless = HtmlPage.Render(Sample.Notebook(Sample.Code("1")), new HtmlPageOptions { FallbackTitle = "01-first" });

        Assert.Contains("<title>A  &amp; c</title>", named, StringComparison.Ordinal);
        Assert.Contains("<title>01-first</title>", nameless, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(7, true)]
    public void Has_contents_from_seven_headings_on(int headings, bool expected)
    {
        var text = string.Join("\n\n", Enumerable.Range(1, headings).Select(number => $"## Part {number}"));

        var page = HtmlPage.Render(Sample.Notebook(Sample.Markdown(text)), new HtmlPageOptions());

        Assert.Equal(expected, page.Contains("<nav>", StringComparison.Ordinal));
        Assert.Equal(expected, page.Contains("<a href=\"#part-6\">Part 6</a>", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_link_of_the_contents_has_its_target()
    {
        var page = HtmlPage.Render(PageSample.Create(), new HtmlPageOptions());

        var targets = InnerLink().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(8, targets.Count);
        Assert.All(targets, target => Assert.Contains($" id=\"{target}\"", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Embeds_plotly_only_for_charts_and_so_that_it_cannot_end_its_element()
    {
        using var scratch = new ScratchFolder();
        var options = new HtmlPageOptions { PlotlyPath = scratch.Write("plotly.js", "var s = '</script><!-- MARK';") };

        var with = HtmlPage.Render(PageSample.Create(), options);
        var without = HtmlPage.Render(Sample.Notebook(Sample.Markdown("# t")), options);

        Assert.Contains("<script>var s = '<\\/script><\\!-- MARK';</script>", with, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK", without, StringComparison.Ordinal);
    }

    [Fact]
    public void Embeds_katex_with_its_fonts_only_for_formulas()
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch.File("fonts"));
        File.WriteAllBytes(scratch.File("fonts/A.woff2"), [1, 2, 3]);
        scratch.Write("katex.min.js", "var katex = 'KATEX';");
        scratch.Write("katex.min.css", "@font-face{font-family:A;src:url(fonts/A.woff2) format(\"woff2\"),url(fonts/A.woff) format(\"woff\")}.katex{a:b}");
        var options = new HtmlPageOptions { KatexDirectory = scratch.Folder };

        var with = HtmlPage.Render(PageSample.Create(), options);
        var without = HtmlPage.Render(Sample.Notebook(Sample.Markdown("no formula")), options);

        Assert.Contains("src:url(data:font/woff2;base64,AQID) format(\"woff2\")}.katex{a:b}", with, StringComparison.Ordinal);
        Assert.Contains("KATEX", with, StringComparison.Ordinal);
        Assert.DoesNotContain("KATEX", without, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_file_that_vanished_is_one_sentence()
    {
        using var scratch = new ScratchFolder();

        var error = Assert.Throws<NotebookException>(() => HtmlPage.Save(
            PageSample.Create(), scratch.File("a.html"), new HtmlPageOptions { PlotlyPath = scratch.File("gone.js") }));

        Assert.Contains("cannot be made", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch.File("a.html")));
    }

    [GeneratedRegex("""(<(?!a\b)[a-z]+\b[^>]*\s(src|href|srcset|data)\s*=\s*["']?\s*(https?:)?//)|url\(\s*["']?(https?:)?//""", RegexOptions.IgnoreCase)]
    private static partial Regex RemoteLoad();

    [GeneratedRegex("<a href=\"#([^\"]+)\"")]
    private static partial Regex InnerLink();
}
