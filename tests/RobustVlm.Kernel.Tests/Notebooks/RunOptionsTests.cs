using RobustVlm.Kernel.Notebooks;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks;

public class RunOptionsTests
{
    [Fact]
    public void Reads_every_option()
    {
        using var scratch = new ScratchFolder();
        var kernel = scratch.Write("kernel", string.Empty);
        var plotly = scratch.Write("plotly.js", string.Empty);
        scratch.Write("katex.min.js", string.Empty);
        scratch.Write("katex.min.css", string.Empty);

        var options = RunOptions.Parse([
            "a.ipynb", "-o", "b.ipynb", "--html", "c.html", "-p", "sigma", "-1", "--parameter", "name", "x y",
            "--timeout", "60", "--cell-timeout", "0.5", "--allow-errors", "--kernel", kernel, "--plotly", plotly, "--katex", scratch.Folder, "--quiet"]);

        Assert.Equal(("a.ipynb", "b.ipynb", "c.html"), (options.NotebookPath, options.OutputPath, options.HtmlPath));
        Assert.Equal([KeyValuePair.Create("sigma", "-1"), KeyValuePair.Create("name", "x y")], options.Parameters);
        Assert.Equal((TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(0.5)), (options.Timeout, options.CellTimeout));
        Assert.Equal((kernel, plotly, scratch.Folder), (options.KernelPath, options.PlotlyPath, options.KatexDirectory));
        Assert.True(options is { AllowErrors: true, Quiet: true });
    }

    [Fact]
    public void Writes_into_the_notebook_itself_when_no_output_is_named()
    {
        Assert.Equal("a.ipynb", RunOptions.Parse(["a.ipynb"]).OutputPath);
    }

    [Theory]
    [InlineData("No notebook")]
    [InlineData("One notebook at a time", "a.ipynb", "b.ipynb")]
    [InlineData("not known", "a.ipynb", "--what")]
    [InlineData("missing after '-o'", "a.ipynb", "-o")]
    [InlineData("missing after '-p n'", "a.ipynb", "-p", "n")]
    [InlineData("cannot be the name", "a.ipynb", "-p", "1n", "2")]
    [InlineData("not a number", "a.ipynb", "--timeout", "soon")]
    [InlineData("not a number", "a.ipynb", "--timeout", "0")]
    [InlineData("not a number", "a.ipynb", "--cell-timeout", "NaN")]
    [InlineData("no file", "a.ipynb", "--plotly", "missing.js")]
    [InlineData("no file", "a.ipynb", "--kernel", "missing.dll")]
    [InlineData("lacks katex", "a.ipynb", "--katex", "missing")]
    [InlineData("cannot be written", "a.ipynb", "-o", "missing-folder/b.ipynb")]
    [InlineData("cannot be written", "a.ipynb", "--html", ".")]
    public void Refuses_what_cannot_be_meant(string part, params string[] arguments)
    {
        var error = Assert.Throws<NotebookException>(() => RunOptions.Parse(arguments));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
