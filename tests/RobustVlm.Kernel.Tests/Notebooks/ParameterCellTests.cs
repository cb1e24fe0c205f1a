using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using RobustVlm.Kernel.Notebooks;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks;

public class ParameterCellTests
{
    [Theory]
    [InlineData("7", "7")]
    [InlineData("-7", "-7")]
    [InlineData("5000000000", "5000000000L")]
    [InlineData("0.5", "0.5")]
    [InlineData("1e-3", "0.001")]
    [InlineData("1e30", "1E+30")]
    [InlineData("NaN", "double.NaN")]
    [InlineData("-Infinity", "double.NegativeInfinity")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("smoke", "\"smoke\"")]
    [InlineData("8/255", "\"8/255\"")]
    [InlineData("True", "\"True\"")]
    [InlineData("", "\"\"")]
    [InlineData("a \"b\" \\ \n", "\"a \\\"b\\\" \\\\ \\n\"")]
    [InlineData("[1, 2]", "new[] { 1, 2 }")]
    [InlineData("[1, \"a\"]", "new object[] { 1, \"a\" }")]
    [InlineData("[]", "new object[0]")]
    [InlineData("{\"a\": 1}", "new Dictionary<string, object> { [\"a\"] = 1 }")]
    public void Writes_a_value_as_a_literal(string value, string literal)
    {
        Assert.Equal(literal, ParameterCell.Literal(value));
    }

    [Theory]
    [InlineData("double x = 8;", "4", 4.0)]
    [InlineData("var x = 8.0;", "4", 4.0)]
    [InlineData("var x = -8.0;", "-4", -4.0)]
    [InlineData("float x = 8;", "0.5", 0.5f)]
    [InlineData("long x = 8;", "4", 4L)]
    [InlineData("string x = \"a\";", "7", "7")]
    [InlineData("string x = \"a\";", "\"7\"", "7")]
    [InlineData("var x = \"a\";", "7", "7")]
    [InlineData("int x = 1, y = 2;", "3", 3)]
    [InlineData("var x = Math.Sqrt(2);", "true", true)]
    public async Task Keeps_the_type_that_the_notebook_declares(string declaration, string value, object expected)
    {
        var notebook = Sample.Notebook(Sample.Code(declaration, "parameters"));

        ParameterCell.Inject(notebook, [KeyValuePair.Create("x", value)]);

        Assert.Equal(expected, await RunAsync(notebook, "x"));
    }

    [Theory]
    [InlineData("double[] x = [1];", "[1, 2]", "x.Length + x[1]", 4.0)]
    [InlineData("double[] x = [1];", "[]", "x.Length", 0)]
    [InlineData("List<int> x = [];", "[3]", "x[0]", 3)]
    [InlineData("int x = 0;", "[3]", null, null)]
    [InlineData("object x = 1;", "null", "x is null", true)]
    [InlineData("var x = Math.Sqrt(2);", "null", "x is null", true)]
    [InlineData("", "{\"a\": [1, 2]}", "((int[])x[\"a\"])[1]", 2)]
    public async Task Sets_lists_and_null(string declaration, string value, string? expression, object? expected)
    {
        var notebook = Sample.Notebook(Sample.Code(declaration, "parameters"));

        ParameterCell.Inject(notebook, [KeyValuePair.Create("x", value)]);

        if (expression is null)
        {
            await Assert.ThrowsAsync<CompilationErrorException>(() => RunAsync(notebook, "x"));
        }
        else
        {
            Assert.Equal(expected, await RunAsync(notebook, expression));
        }
    }

    [Fact]
    public void Stands_after_the_defaults_and_replaces_an_earlier_injection()
    {
        var notebook = Sample.Notebook(Sample.Markdown("# t"), Sample.Code("int n = 1;", "parameters"), Sample.Code("n"));

        ParameterCell.Inject(notebook, [KeyValuePair.Create("n", "2")]);
        ParameterCell.Inject(notebook, [KeyValuePair.Create("n", "2"), KeyValuePair.Create("n", "3")]);

        Assert.Equal(["# t", "int n = 1;", "int n = 3;", "n"], notebook.Cells.Select(cell => cell.Source));
        Assert.True(notebook.Cells[2].HasTag("injected-parameters"));
    }

    [Fact]
    public void Stands_before_the_first_code_when_there_are_no_defaults()
    {
        var notebook = Sample.Notebook(Sample.Markdown("# t"), Sample.Code("n"));

        var unknown = ParameterCell.Inject(notebook, [KeyValuePair.Create("n", "2")]);

        Assert.Equal(["# t", "var n = 2;", "n"], notebook.Cells.Select(cell => cell.Source));
        Assert.Empty(unknown);
    }

    [Fact]
    public void Reports_names_that_the_notebook_does_not_declare()
    {
        var notebook = Sample.Notebook(Sample.Code("int seed = 1;", "parameters"));

        var unknown = ParameterCell.Inject(notebook, [KeyValuePair.Create("seed", "2"), KeyValuePair.Create("sede", "3")]);

        Assert.Equal(["sede"], unknown);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("1a")]
    [InlineData("")]
    [InlineData("int")]
    [InlineData("x; System.Environment.Exit(0); var y")]
    public void Refuses_a_name_that_is_no_variable(string name)
    {
        Assert.Throws<NotebookException>(() => ParameterCell.CheckName(name));
    }

    private static Task<object> RunAsync(NotebookFile notebook, string expression)
    {
        var options = ScriptOptions.Default.WithImports("System", "System.Collections.Generic");
        // As in a kernel, each cell is a submission of its own.
        var script = notebook.Cells.Aggregate(CSharpScript.Create(string.Empty, options), (chain, cell) => chain.ContinueWith(cell.Source).WithOptions(options));
        return script.ContinueWith(expression).WithOptions(options).RunAsync().ContinueWith(task => task.GetAwaiter().GetResult().ReturnValue, TaskScheduler.Default);
    }
}
