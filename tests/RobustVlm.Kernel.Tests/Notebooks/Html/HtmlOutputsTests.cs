using RobustVlm.Kernel.Notebooks.Html;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

public class HtmlOutputsTests
{
    private static readonly (string Type, string Value)[] _everything =
    [
        ("text/plain", "PLAIN"), ("text/markdown", "**MARK**"), ("image/svg+xml", "<svg/>"), ("image/png", "UE5H"), ("text/html", "<b>HTML</b>"),
        ("application/vnd.plotly.v1+json", """{"data": [], "layout": {"title": "PLOT"}}"""),
    ];

    [Theory]
    [InlineData(6, "plotly-figure")]
    [InlineData(5, "<b>HTML</b>")]
    [InlineData(4, "data:image/png;base64,UE5H")]
    [InlineData(3, "data:image/svg+xml;base64,PHN2Zy8+")]
    [InlineData(2, "<strong>MARK</strong>")]
    [InlineData(1, "<pre>PLAIN</pre>")]
    public void Shows_the_richest_form(int forms, string expected)
    {
        var html = Outputs().Encode(Sample.Display(_everything[..forms]));

        Assert.Contains(expected, html, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_plotly_a_chart_is_its_picture()
    {
        var chart = Sample.Display(_everything[0], _everything[3], _everything[5]);

        var html = Outputs(canDrawPlotly: false).Encode(chart);

        Assert.Contains("data:image/png;base64,UE5H", html, StringComparison.Ordinal);
        Assert.Contains("alt=\"PLAIN\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("plotly-figure", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_plotly_and_picture_a_chart_is_its_next_form()
    {
        var html = Outputs(canDrawPlotly: false).Encode(Sample.Display(_everything[0], _everything[5]));

        Assert.Contains("<pre>PLAIN</pre>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_a_chart_cannot_end_its_script()
    {
        var html = Outputs().Encode(Sample.Display(("application/vnd.plotly.v1+json", """{"data": [], "layout": {"title": "</script><script>alert(1)</script><!--"}}""")));

        Assert.Equal(1, html.Split("</script>").Length - 1);
        Assert.DoesNotContain("<!--", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", "<script>alert(1)</script>")]
    [InlineData("application/json", "\"<script>alert(1)</script>\"")]
    [InlineData("text/latex", "$<script>$")]
    public void Plain_forms_are_escaped(string type, string value)
    {
        var html = Outputs().Encode(Sample.Display((type, value)));

        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_cannot_break_out_of_its_attribute()
    {
        var html = Outputs().Encode(Sample.Display(("image/png", "A\" onerror=\"alert(1)"), ("text/plain", "\"><script>")));

        Assert.DoesNotContain("onerror=\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_have_the_size_that_their_metadata_gives()
    {
        var output = Sample.Display(("image/png", "UE5H"));
        output["metadata"] = Sample.Json("""{"image/png": {"width": 640, "height": 480.5}}""");

        Assert.Contains(" width=\"640\" height=\"480.5\"", Outputs().Encode(output), StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_and_errors_keep_their_colours()
    {
        var stream = Outputs().Encode(Sample.Json("""{"output_type": "stream", "name": "stderr", "text": "50%\r\u001b[32m99%\u001b[0m <b>"}"""));
        var error = Outputs().Encode(Sample.Json("""{"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\u001b[31mE\u001b[0m: v", "  <at>"]}"""));

        Assert.Contains("class=\"output stream stderr\"", stream, StringComparison.Ordinal);
        Assert.Contains("<span class=\"ansi-green\">99%</span> &lt;b&gt;", stream, StringComparison.Ordinal);
        Assert.Contains("<span class=\"ansi-red\">E</span>: v\n  &lt;at&gt;", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_loads_nothing_from_the_web()
    {
        var html = Outputs().Encode(Sample.Display(("text/html", "<script src=\"https://cdn.example/x.js\"></script><link rel=stylesheet href=http://cdn.example/x.css><a href=\"https://example.org\">go</a>")));

        Assert.Contains("<script data-offline-src=", html, StringComparison.Ordinal);
        Assert.Contains("<link rel=stylesheet data-offline-href=", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://example.org\">", html, StringComparison.Ordinal);
    }

    private static HtmlOutputs Outputs(bool canDrawPlotly = true) => new(new MarkdownCells("."), canDrawPlotly);
}
