using System.Diagnostics;
using System.Text.RegularExpressions;
using RobustVlm.Kernel.Notebooks.Html;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

/// <summary>The page in a real browser. plotly.js and KaTeX are found by PLOTLY_JS and KATEX_DIR or in data/cache.</summary>
public partial class BrowserTests
{
    private const string _browser = "/usr/bin/chromium";

    [SkippableFact]
    public void Draws_every_chart_offline()
    {
        using var scratch = new ScratchFolder();
        HtmlPage.Save(PageSample.Create(), scratch.File("page.html"), new HtmlPageOptions { PlotlyPath = BrowserFiles.Plotly() });

        var page = Dump(scratch);

        Assert.Equal(PageSample.FigureCount, Drawn().Count(page));
        Assert.DoesNotContain("data-title=\"Share chart", page, StringComparison.Ordinal);
        Assert.DoesNotContain("data-error=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<div class=\"figure-fallback\">", page, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_chart_that_cannot_be_drawn_keeps_its_picture()
    {
        using var scratch = new ScratchFolder();
        var broken = scratch.Write("plotly.js", "var Plotly = { newPlot: () => { throw new Error('no canvas'); } };");
        HtmlPage.Save(PageSample.Create(), scratch.File("page.html"), new HtmlPageOptions { PlotlyPath = broken });

        var page = Dump(scratch);

        Assert.Equal(PageSample.FigureCount, page.Split("<div class=\"figure-fallback\"><img ").Length - 1);
        Assert.Equal(PageSample.FigureCount, page.Split("data-error=\"Error: no canvas\"").Length - 1);
    }

    [SkippableFact]
    public void Typesets_formulas_offline()
    {
        using var scratch = new ScratchFolder();
        HtmlPage.Save(PageSample.Create(), scratch.File("page.html"), new HtmlPageOptions { KatexDirectory = BrowserFiles.Katex() });

        var page = Dump(scratch);

        Assert.Contains("class=\"katex-display\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"katex-error\"", page, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Sets_columns_of_numbers_flush_right()
    {
        using var scratch = new ScratchFolder();
        HtmlPage.Save(PageSample.Create(), scratch.File("page.html"), new HtmlPageOptions());

        var page = Dump(scratch);

        Assert.Contains("<td class=\"number\">81.2 %</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th class=\"number\">attacked</th>", page, StringComparison.Ordinal);
        Assert.Contains("<td>PGD-20</td>", page, StringComparison.Ordinal);
    }

    private static string Dump(ScratchFolder scratch)
    {
        Skip.IfNot(File.Exists(_browser), "Chromium is not installed.");
        using var process = Process.Start(new ProcessStartInfo(_browser, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=10000",
            $"--user-data-dir={scratch.File("profile")}", "--dump-dom", new Uri(scratch.File("page.html")).AbsoluteUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var page = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(page.Contains("</html>", StringComparison.Ordinal), errors.Result);
        return page;
    }

    // A drawn chart has several layers of class main-svg; the first stands right at the start of its container.
    [GeneratedRegex("""svg-container"[^>]*>\s*<svg class="main-svg""")]
    private static partial Regex Drawn();
}
