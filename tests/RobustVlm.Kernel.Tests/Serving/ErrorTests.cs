using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class ErrorTests(TestKernel kernel) : IClassFixture<TestKernel>
{
    [Fact]
    public async Task Shows_cell_line_and_source_of_an_exception()
    {
        var cell = await kernel.RunAsync("""
            int Fail(int depth) =>
                throw new InvalidOperationException("boom");

            var before = 1;
            Fail(3);
            """);

        var name = $"In[{cell.Reply["execution_count"]}]";
        Assert.Equal("error", cell.Status);
        Assert.Equal("InvalidOperationException", cell.Error["ename"]!.ToString());
        Assert.Equal("boom", cell.Error["evalue"]!.ToString());
        Assert.Contains($"{name}:line 2", cell.Traceback, StringComparison.Ordinal);
        Assert.Contains($"{name}:line 5", cell.Traceback, StringComparison.Ordinal);
        Assert.Contains("throw new InvalidOperationException(\"boom\");", cell.Traceback, StringComparison.Ordinal);
        Assert.Contains("Fail(Int32)", cell.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.CodeAnalysis", cell.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("Submission#", cell.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain(kernel.Folder, cell.Traceback, StringComparison.Ordinal);
        Assert.Empty(cell.Of("stream"));
    }

    [Fact]
    public async Task Keeps_what_was_declared_before_the_exception()
    {
        await kernel.RunAsync("var kept = 41; throw new Exception(\"late\");");
        var cell = await kernel.RunAsync("kept + 1");

        Assert.Equal("42", cell.Result);
    }

    [Fact]
    public async Task Shows_each_compiler_error_with_its_source_line_and_a_caret()
    {
        var cell = await kernel.RunAsync("""
            var fine = 1;
                int wrong = "text";
            missing();
            """);

        var name = $"In[{cell.Reply["execution_count"]}]";
        Assert.Equal("CompilationError", cell.Error["ename"]!.ToString());
        Assert.StartsWith($"{name}(2,17): error CS0029", cell.Error["evalue"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("        int wrong = \"text\";\n                    ^", cell.Traceback, StringComparison.Ordinal);
        Assert.Contains($"{name}(3,1): error CS0103", cell.Traceback, StringComparison.Ordinal);
        Assert.Empty(cell.Of("stream"));
    }

    [Theory]
    [InlineData("await Task.Run(() => Task.WhenAll(Task.Run(() => throw new FormatException(\"real\"))));")]
    [InlineData("Task.Run(() => throw new FormatException(\"real\")).Wait();")]
    [InlineData("static class Holder { public static int Value = int.Parse(\"no\"); } Console.Write(Holder.Value);")]
    [InlineData("typeof(Convert).GetMethod(\"FromBase64String\").Invoke(null, new object[] { \"!\" });")]
    public async Task Names_the_real_cause_of_a_wrapped_exception(string code)
    {
        var cell = await kernel.RunAsync(code);

        Assert.Equal("FormatException", cell.Error["ename"]!.ToString());
        Assert.Contains($"In[{cell.Reply["execution_count"]}]:line 1", cell.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_inner_exceptions()
    {
        var cell = await kernel.RunAsync("throw new Exception(\"outer\", new ArgumentException(\"inner\"));");

        Assert.Equal("outer", cell.Error["evalue"]!.ToString());
        Assert.Contains("caused by: ", cell.Traceback, StringComparison.Ordinal);
        Assert.Contains("inner", cell.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_an_exception_as_a_short_value()
    {
        var cell = await kernel.RunAsync("new InvalidOperationException(\"only shown\")");

        var data = cell.Of("execute_result").Single()["data"]!;
        Assert.Contains("InvalidOperationException: only shown", data["text/plain"]!.ToString(), StringComparison.Ordinal);
        Assert.True(data.ToJsonString().Length < 2000);
    }

    [Fact]
    public async Task Shows_a_warning_once()
    {
        var first = await kernel.RunAsync("int Warned() { int unused; return 1; }");
        var second = await kernel.RunAsync("Warned()");

        Assert.Matches(@"^In\[\d+\]\(1,\d+\): warning CS0168: [^\n]+\n$", first.Stream("stderr"));
        Assert.Equal("", second.Stream("stderr"));
    }

    [Fact]
    public async Task Says_when_a_task_nobody_awaits_fails()
    {
        await kernel.RunAsync("void Start() { Task.Run(() => throw new FormatException(\"unseen\")); } Start();");
        var cell = await kernel.RunAsync("await Task.Delay(100); GC.Collect(); GC.WaitForPendingFinalizers(); await Task.Delay(100);");

        Assert.Contains("FormatException: unseen", cell.Stream("stderr"), StringComparison.Ordinal);
    }
}
