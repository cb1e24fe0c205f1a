using System.Net;
using System.Text.RegularExpressions;
using RobustVlm.Kernel.Notebooks.Html;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

public partial class CSharpColoursTests
{
    [Theory]
    [InlineData("")]
    [InlineData("var x = 1;")]
    [InlineData("\n\n  x\n\n")]
    [InlineData("#r \"../a.dll\"\nusing A;\n\nvar run = await lab.RunAsync<int>(x => x with { Rank = 8 }); // note <b>\nrun.Table")]
    [InlineData("#!time\n1 + 1\n#!markdown\n# A **title** & more")]
    [InlineData("$\"{a:0.0} < {b}\" + @\"c\"\"d\" + 'e' + \"\"\"\n  raw {x}\n  \"\"\";")]
    [InlineData("if (a < b && c > d) { /* open")]
    [InlineData("\"never closed\nclass { ) ] } §§ ?? €")]
    [InlineData("#if X\nno\n#endif\nyes")]
    public void Loses_no_letter_of_the_source(string source)
    {
        var text = WebUtility.HtmlDecode(Tag().Replace(CSharpColours.Encode(source), string.Empty));

        Assert.Equal(source, text);
    }

    [Fact]
    public void Colours_keywords_types_methods_strings_numbers_and_comments()
    {
        var html = CSharpColours.Encode("#r \"a.dll\"\nvar melo = new MeLo(8, \"x\").Run(); // done");

        Assert.Contains("<span class=\"k-directive\">#r &quot;a.dll&quot;\n</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k-keyword\">var</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k-type\">MeLo</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k-number\">8</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k-string\">&quot;x&quot;</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k-method\">Run</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k-comment\">// done</span>", html, StringComparison.Ordinal);
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
