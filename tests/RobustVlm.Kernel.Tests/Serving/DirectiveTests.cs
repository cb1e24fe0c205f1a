using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class DirectiveTests(TestKernel kernel) : IClassFixture<TestKernel>
{
    [Fact]
    public async Task Renders_markdown_and_html_between_code()
    {
        var cell = await kernel.RunAsync("""
            #!markdown
            # Title
            #!csharp
            var here = 1;
            #!html
            <b>bold</b>
            """);

        var shown = cell.Of("display_data").Select(content => content["data"]!["text/html"]!.ToString()).ToList();
        Assert.Contains("<h1", shown[0], StringComparison.Ordinal);
        Assert.Equal("<b>bold</b>", shown[1]);
    }

    [Fact]
    public async Task Keeps_line_numbers_right_behind_directives()
    {
        var cell = await kernel.RunAsync("#!time\n#!csharp\n\nthrow new Exception(\"x\");");

        Assert.Contains("line 4", cell.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_the_time_a_cell_takes()
    {
        var cell = await kernel.RunAsync("#!time\n41 + 1");

        var shown = cell.Of("display_data").Select(content => content["data"]!["text/plain"]!.ToString()).ToList();
        Assert.Equal("42", shown[0]);
        Assert.Matches(@"^Wall time: [\d.]+ms$", shown[1]);
    }

    [Fact]
    public async Task Lists_variables_once_each_with_their_latest_value()
    {
        await kernel.RunAsync("var listed = 1;");
        await kernel.RunAsync("var listed = \"new\"; var numbers = new List<int> { 1, 2 };");
        var who = await kernel.RunAsync("#!who");
        var whos = await kernel.RunAsync("#!whos");

        var names = who.Of("display_data").Single()["data"]!["text/plain"]!.ToString().Split('\n');
        var table = whos.Of("display_data").Single()["data"]!["text/plain"]!.ToString();
        Assert.Single(names, "listed");
        Assert.Matches(@"listed\s+String\s+new", table);
        Assert.Matches(@"numbers\s+List<Int32>", table);
    }

    [Theory]
    [InlineData("#!about", "Roslyn")]
    [InlineData("#!lsmagic", "#!import")]
    public async Task Explains_itself(string code, string expected)
    {
        var cell = await kernel.RunAsync(code);

        Assert.Contains(expected, cell.Of("display_data").Single()["data"]!["text/plain"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!fsharp\nlet x = 1", "C# only")]
    [InlineData("#!share --from fsharp x", "C# only")]
    [InlineData("#!nonsense", "#!lsmagic")]
    [InlineData("#!import missing.ipynb", "missing.ipynb cannot be imported")]
    [InlineData("#r \"nuget: Newtonsoft.Json, 13.0.1\"", "NuGet packages cannot be loaded from a cell yet")]
    public async Task Refuses_politely_what_it_cannot_do(string code, string expected)
    {
        var cell = await kernel.RunAsync(code);

        Assert.Equal("error", cell.Status);
        Assert.Contains(expected, cell.Error["evalue"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains(":line 1", cell.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Imports_a_notebook()
    {
        await File.WriteAllTextAsync(Path.Combine(kernel.Folder, "helpers.ipynb"), """
            {"cells": [
              {"cell_type": "markdown", "metadata": {}, "source": ["# Helpers"]},
              {"cell_type": "code", "metadata": {}, "source": ["int Triple(int x) =>\n", "    3 * x;"]}
            ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
            """);

        var import = await kernel.RunAsync("#!import helpers.ipynb");
        var use = await kernel.RunAsync("Triple(5)");

        Assert.Contains("Helpers</h1>", import.Of("display_data").Single()["data"]!["text/html"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("15", use.Result);
    }

    [Fact]
    public async Task Names_the_file_and_cell_of_an_error_in_an_imported_notebook()
    {
        await File.WriteAllTextAsync(Path.Combine(kernel.Folder, "bad.ipynb"), """
            {"cells": [{"cell_type": "code", "metadata": {}, "source": "\nthrow new Exception(\"inside\");"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
            """);

        var cell = await kernel.RunAsync("#!import bad.ipynb");

        Assert.Contains("bad.ipynb[1]:line 2", cell.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_at_imports_that_go_in_a_circle()
    {
        await File.WriteAllTextAsync(Path.Combine(kernel.Folder, "circle.csx"), "#!import circle.csx");

        var cell = await kernel.RunAsync("#!import circle.csx");

        Assert.Contains("circle", cell.Error["evalue"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loads_a_script_beside_the_notebook()
    {
        await File.WriteAllTextAsync(Path.Combine(kernel.Folder, "loaded.csx"), "int Loaded() => 99;");

        var cell = await kernel.RunAsync("#load \"loaded.csx\"\nLoaded()");

        Assert.Equal("99", cell.Result);
    }
}
