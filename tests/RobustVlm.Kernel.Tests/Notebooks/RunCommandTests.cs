using System.Diagnostics;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Notebooks;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks;

/// <summary>The runner against the real kernel in a process of its own.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose()
    {
        _scratch.Dispose();
        _output.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public async Task Runs_all_cells_in_order_and_keeps_their_outputs()
    {
        Save(
            Sample.Markdown("# Title"),
            Sample.Code("var x = 40;\nConsole.WriteLine(\"a\");\nConsole.WriteLine(\"b\");"),
            Sample.Code("  \n"),
            Sample.Code("x + 2"),
            Sample.Code("System.IO.Path.GetFileName(System.IO.Directory.GetCurrentDirectory())"));

        var code = await RunAsync("-o", Out, "--html", _scratch.File("page.html"));

        var cells = NotebookFile.Load(Out).Cells;
        Assert.True(code == 0, _errors.ToString());
        Assert.Equal([null, 1, null, 2, 3], cells.Select(cell => cell.ExecutionCount));
        Assert.Equal("a\nb\n", (string?)Assert.Single(cells[1].Outputs)["text"]);
        Assert.Equal("42", Plain(Assert.Single(cells[3].Outputs)));
        Assert.Contains(Path.GetFileName(_scratch.Folder), Plain(cells[4].Outputs[0]), StringComparison.Ordinal);
        Assert.Equal("C#", (string?)NotebookFile.Load(Out).Metadata["language_info"]!["name"]);
        Assert.Contains("[2/3] x + 2", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("<title>Title</title>", File.ReadAllText(_scratch.File("page.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_runs_write_the_same_file()
    {
        Save(Sample.Code("display(1.5); Console.Error.WriteLine(\"e\"); new { A = 1, B = \"x\" }"), Sample.Code("throw new InvalidOperationException(\"no\");"));

        await RunAsync("-o", Out, "--allow-errors");
        await RunAsync("-o", _scratch.File("again.ipynb"), "--allow-errors");

        Assert.Equal(File.ReadAllText(Out), File.ReadAllText(_scratch.File("again.ipynb")));
        Assert.DoesNotContain(_scratch.Folder, File.ReadAllText(Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_cell_ends_the_run_and_leaves_what_came_before()
    {
        var stale = Sample.Code("\"never\"");
        stale.ExecutionCount = 9;
        stale.Outputs.Add(Sample.Display(("text/plain", "stale")));
        Save(Sample.Code("\"kept\""), Sample.Code("Console.WriteLine(\"before\");\nint[] a = [1];\na[5]"), stale);

        var code = await RunAsync();

        var cells = NotebookFile.Load(In).Cells;
        Assert.Equal(1, code);
        Assert.Equal("kept", Plain(cells[0].Outputs[0]));
        Assert.Equal(["stream", "error"], Kinds(cells[1]));
        Assert.Contains("IndexOutOfRange", (string?)cells[1].Outputs[1]["ename"], StringComparison.Ordinal);
        Assert.Empty(cells[2].Outputs);
        Assert.Null(cells[2].ExecutionCount);
        Assert.Contains("Cell 2 failed", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("IndexOutOfRange", _errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', _errors.ToString());
    }

    [Fact]
    public async Task Tags_skip_cells_and_allow_errors()
    {
        var skipped = Sample.Code("System.Environment.Exit(9)", "skip-execution");
        skipped.Outputs.Add(Sample.Display(("text/plain", "from elsewhere")));
        Save(skipped, Sample.Code("throw new Exception(\"meant\");", "raises-exception"), Sample.Code("\"after\""));

        var code = await RunAsync("-o", Out);

        var cells = NotebookFile.Load(Out).Cells;
        Assert.True(code == 0, _errors.ToString());
        Assert.Equal("from elsewhere", Plain(cells[0].Outputs[0]));
        Assert.Equal(["error"], Kinds(cells[1]));
        Assert.Equal("after", Plain(cells[2].Outputs[0]));
        Assert.Contains("failed as allowed: 1", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dying_kernel_is_recorded_in_its_cell()
    {
        Save(Sample.Code("\"kept\""), Sample.Code("System.Environment.FailFast(\"out of luck\");"), Sample.Code("\"never\""));

        var code = await RunAsync("-o", Out);

        var cells = NotebookFile.Load(Out).Cells;
        Assert.Equal(4, code);
        Assert.Equal("kept", Plain(cells[0].Outputs[0]));
        Assert.Equal("KernelDied", (string?)cells[1].Outputs[^1]["ename"]);
        Assert.Contains("out of luck", cells[1].Outputs.Last().ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(cells[2].Outputs);
        Assert.Contains("KernelDied", _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cell-timeout", "15")]
    [InlineData("--timeout", "25")]
    public async Task A_time_limit_stops_the_run_and_keeps_the_outputs(string limit, string seconds)
    {
        Save(Sample.Code("Console.WriteLine(\"started\");\nSystem.Threading.Thread.Sleep(600_000);"), Sample.Code("\"never\""));

        var code = await RunAsync("-o", Out, limit, seconds);

        var cells = NotebookFile.Load(Out).Cells;
        Assert.Equal(3, code);
        Assert.Equal(["stream", "error"], Kinds(cells[0]));
        Assert.Equal("started\n", (string?)cells[0].Outputs[0]["text"]);
        Assert.Equal("Timeout", (string?)cells[0].Outputs[1]["ename"]);
        Assert.Contains($"{seconds} s ({limit})", (string?)cells[0].Outputs[1]["evalue"], StringComparison.Ordinal);
        Assert.Empty(cells[1].Outputs);
    }

    [Fact]
    public async Task An_update_lands_in_the_cell_that_first_showed_it()
    {
        Save(
            Sample.Code("var shown = display(\"old\");\ndisplay(\"other\");"),
            Sample.Code("shown.Update(\"new\");"));

        var code = await RunAsync("-o", Out);

        var cells = NotebookFile.Load(Out).Cells;
        Assert.True(code == 0, _errors.ToString());
        Assert.Equal(["new", "other"], cells[0].Outputs.Select(Plain));
        Assert.Empty(cells[1].Outputs);
    }

    [Fact]
    public async Task Parameters_take_effect_and_input_is_refused()
    {
        Save(Sample.Code("double epsilon = 8;", "parameters"), Sample.Code("epsilon / 8"), Sample.Code("Console.ReadLine()"));

        var code = await RunAsync("-o", Out, "-p", "epsilon", "4");

        var cells = NotebookFile.Load(Out).Cells;
        Assert.Equal(1, code);
        Assert.True(cells[1].HasTag("injected-parameters"));
        Assert.Equal("0.5", Plain(cells[2].Outputs[0]));
        Assert.Equal(["error"], Kinds(cells[3]));
    }

    [SkippableFact]
    public async Task A_kernel_that_does_not_start_changes_no_file()
    {
        Save(Sample.Code("1"));
        var before = File.ReadAllText(In);
        var script = _scratch.Write("kernel.sh", "#!/bin/sh\necho 'library X is missing' >&2\nexit 7\n");
        Skip.If(OperatingSystem.IsWindows());
        using (var chmod = Process.Start("chmod", ["+x", script]))
        {
            chmod.WaitForExit();
        }

        var code = await RunAsync("--kernel", script);

        Assert.Equal(4, code);
        Assert.Equal(before, File.ReadAllText(In));
        Assert.Contains("did not start", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("exit code 7", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("library X is missing", _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"cells\": [", "damaged or cut off")]
    [InlineData("{}", "no 'nbformat' number")]
    public async Task A_bad_notebook_is_one_sentence(string text, string expected)
    {
        _scratch.Write("in.ipynb", text);

        var code = await RunAsync();

        Assert.Equal(2, code);
        Assert.Contains(expected, _errors.ToString(), StringComparison.Ordinal);
        Assert.Single(_errors.ToString().Trim().Split('\n'));
    }

    [SkippableFact]
    public void Ctrl_C_interrupts_the_cell_and_saves()
    {
        Skip.If(OperatingSystem.IsWindows());
        Save(
            Sample.Code($"Console.WriteLine(\"started\");\nSystem.IO.File.WriteAllText(\"{_scratch.File("started")}\", \"\");\nawait Task.Delay(-1);"),
            Sample.Code("\"never\""));

        using var run = StartProgram("run", In, "-o", Out, "--cell-timeout", "100", "--quiet");
        SpinWait.SpinUntil(() => File.Exists(_scratch.File("started")) || run.HasExited);
        Signal(run, "INT");
        run.WaitForExit();

        var cells = NotebookFile.Load(Out).Cells;
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["stream", "error"], Kinds(cells[0]));
        Assert.NotEqual("Timeout", (string?)cells[0].Outputs[1]["ename"]);
        Assert.Empty(cells[1].Outputs);
    }

    [SkippableFact]
    public void A_second_Ctrl_C_stops_a_cell_that_does_not_listen()
    {
        Skip.If(OperatingSystem.IsWindows());
        Save(Sample.Code($"System.IO.File.WriteAllText(\"{_scratch.File("started")}\", \"\");\nwhile (true) {{ }}"));

        using var run = StartProgram("run", In, "-o", Out, "--cell-timeout", "100", "--quiet");
        SpinWait.SpinUntil(() => File.Exists(_scratch.File("started")) || run.HasExited);
        Signal(run, "INT");
        Thread.Sleep(500);
        Signal(run, "INT");
        run.WaitForExit();

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("KeyboardInterrupt", (string?)NotebookFile.Load(Out).Cells[0].Outputs[^1]["ename"]);
    }

    private string In => _scratch.File("in.ipynb");

    private string Out => _scratch.File("out.ipynb");

    private static IEnumerable<string?> Kinds(NotebookCell cell) => cell.Outputs.Select(output => (string?)output["output_type"]);

    private static string? Plain(JsonObject output) => (string?)output["data"]!["text/plain"];

    private static Process StartProgram(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "RobustVlm.Kernel.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true })!;
    }

    private static void Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private void Save(params NotebookCell[] cells) => Sample.Notebook(cells).Save(In);

    private Task<int> RunAsync(params string[] arguments)
    {
        return RunCommand.RunAsync([In, .. arguments], _output, _errors, isTerminal: false, colours: false);
    }
}
