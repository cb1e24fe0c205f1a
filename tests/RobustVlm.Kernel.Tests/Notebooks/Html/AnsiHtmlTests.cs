using RobustVlm.Kernel.Notebooks.Html;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

public class AnsiHtmlTests
{
    [Theory]
    [InlineData("a < b & c", "a &lt; b &amp; c")]
    [InlineData("\u001b[31mred\u001b[0m plain", "<span class=\"ansi-red\">red</span> plain")]
    [InlineData("\u001b[1;34mx\u001b[22my\u001b[39mz", "<span class=\"ansi-bold ansi-blue\">x</span><span class=\"ansi-blue\">y</span>z")]
    [InlineData("\u001b[38;2;1;2;255mx", "<span style=\"color:#0102ff;\">x</span>")]
    [InlineData("\u001b[48;5;196mx", "<span style=\"background:#ff0000;\">x</span>")]
    [InlineData("\u001b[91;42mx\u001b[m", "<span class=\"ansi-red ansi-green-back\">x</span>")]
    [InlineData("a\u001b[2Kb\u001b]0;title\u0007c", "abc")]
    [InlineData("\u001b[38mx", "x")]
    public void Turns_codes_into_spans(string text, string html)
    {
        Assert.Equal(html, AnsiHtml.Encode(text));
    }
}
