using System.Diagnostics;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

/// <summary>The kernel under other people's clients, where these are installed.</summary>
public sealed class JupyterTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly string _folder = Directory.CreateTempSubdirectory("kernel-jupyter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Passes_the_test_suite_for_kernels()
    {
        await RequireAsync("jupyter_kernel_test");
        await InstallAsync();
        var script = Path.Combine(_folder, "suite.py");
        await File.WriteAllTextAsync(script, """"
            import unittest
            import jupyter_kernel_test

            class CSharp(jupyter_kernel_test.KernelTests):
                kernel_name = ".net-csharp"
                language_name = "C#"
                file_extension = ".cs"
                code_hello_world = 'Console.WriteLine("hello, world");'
                code_stderr = 'Console.Error.WriteLine("oops");'
                complete_code_samples = ["1+1", "var x = 1;", "int F() { return 1; }", "#!time\n1"]
                incomplete_code_samples = ["if (true) {", "int F() {", "var x = ", '"""\nabc']
                invalid_code_samples = ["var 1x = ;", "}"]
                code_generate_error = 'throw new Exception("x");'
                code_execute_result = [
                    {"code": "6*7", "result": "42"}, {"code": "6*70", "result": "420"}, {"code": "6*7.5", "result": "45"}]
                code_display_data = [
                    {"code": '"abc".Display();', "mime": "text/plain"}, {"code": 'HTML("<b>x</b>").Display();', "mime": "text/html"}]
                code_history_pattern = "6?7"
                supported_history_operations = ("tail", "range", "search")

            unittest.main(verbosity=2)
            """");

        var (code, output) = await RunPythonAsync(script);

        Assert.True(code == 0, output);
        Assert.Contains("test_history", output, StringComparison.Ordinal);
        Assert.DoesNotContain("FAIL", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Runs_a_notebook_under_nbclient()
    {
        await RequireAsync("nbclient");
        await InstallAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "small.ipynb"), """
            {"cells": [
              {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [],
               "source": "record Row(string Name, double Value);\nvar rows = new List<Row> { new(\"a\", 0.5) };\nConsole.WriteLine(rows.Count);"},
              {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [],
               "source": "var shown = display(\"0 %\");\nawait Task.Delay(10);\nshown.Update(\"100 %\");\nrows"},
              {"cell_type": "code", "id": "c", "metadata": {"tags": ["raises-exception"]}, "execution_count": null, "outputs": [],
               "source": "throw new InvalidOperationException(\"on purpose\");"},
              {"cell_type": "code", "id": "d", "metadata": {}, "execution_count": null, "outputs": [], "source": "rows.Count + 1"}],
             "metadata": {"kernelspec": {"name": ".net-csharp", "display_name": ".NET (C#)", "language": "C#"}}, "nbformat": 4, "nbformat_minor": 5}
            """);
        var script = Path.Combine(_folder, "execute.py");
        await File.WriteAllTextAsync(script, """
            import nbformat
            from nbclient import NotebookClient
            notebook = nbformat.read("small.ipynb", 4)
            NotebookClient(notebook, timeout=60).execute()
            nbformat.validate(notebook)
            nbformat.write(notebook, "out.ipynb")
            """);

        var (code, output) = await RunPythonAsync(script);

        Assert.True(code == 0, output);
        var cells = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "out.ipynb")))!["cells"]!.AsArray();
        var outputs = cells.Select(cell => cell!["outputs"]!.AsArray()).ToList();
        Assert.Equal("stdout", outputs[0].Single()!["name"]!.ToString());
        Assert.Contains("100 %", outputs[1][0]!["data"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("<table", outputs[1][1]!["data"]!["text/html"]!.ToJsonString().Replace("\\u003C", "<", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("on purpose", outputs[2].Single()!["evalue"]!.ToString());
        Assert.Contains("2", outputs[3].Single()!["data"]!["text/plain"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3, 4], cells.Select(cell => cell!["execution_count"]!.GetValue<int>()));
    }

    private async Task RequireAsync(string module)
    {
        Skip.IfNot(File.Exists(Python), $"{Python} is missing");
        var (code, _) = await RunPythonAsync("-c", $"import {module}");
        Skip.If(code != 0, $"Python has no {module}");
    }

    private async Task InstallAsync()
    {
        var (code, output) = await RunAsync("dotnet", typeof(KernelClient).Assembly.Location, "install");
        Assert.True(code == 0, output);
    }

    private Task<(int Code, string Output)> RunPythonAsync(params string[] arguments) => RunAsync(Python, arguments);

    private async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, folder) in new[] { ("JUPYTER_DATA_DIR", "data"), ("JUPYTER_CONFIG_DIR", "config"), ("JUPYTER_RUNTIME_DIR", "runtime"), ("IPYTHONDIR", "ipython") })
        {
            start.Environment[name] = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
