using System.Diagnostics;
using System.Text.Json;
using RobustVlm.Data.Worlds;
using Xunit;

namespace RobustVlm.Tests.Benchmarks;

/// <summary>The program behind tests/bench, without its C++ and Python sides.</summary>
public sealed class BenchTests : IDisposable
{
    private readonly string _json = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");

    public void Dispose() => File.Delete(_json);

    [Fact]
    public void The_list_names_every_figure_with_its_goal()
    {
        var (code, output, _) = Run("--list");

        Assert.Equal(0, code);
        Assert.Contains("add ", output, StringComparison.Ordinal);
        Assert.Contains("(at most C++ + 100 ns)", output, StringComparison.Ordinal);
        Assert.Contains("vit-train-bf16", output, StringComparison.Ordinal);
        Assert.Contains("(at least 1000 /s)", output, StringComparison.Ordinal);
        Assert.All(WorldCatalog.All, world => Assert.Contains($"world-{world.Name} ", output, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_figures_measured_once_give_a_table_and_all_fields_of_the_json()
    {
        var (code, output, _) = Run("bytes-a", "--repeats", "1", "--sides", "ours", "--json", _json);

        Assert.Equal(0, code);
        Assert.Contains("at most 64 B", output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(File.ReadAllText(_json));
        var root = document.RootElement;
        Assert.Equal(["machine", "repeats", "sides", "figures"], root.EnumerateObject().Select(p => p.Name));
        Assert.NotEmpty(root.GetProperty("machine").GetProperty("libTorch").GetString()!);   // the field is always written
        Assert.True(root.GetProperty("machine").GetProperty("threads").GetInt32() >= 1);
        var figures = root.GetProperty("figures").EnumerateArray().ToArray();
        Assert.Equal(["bytes-add", "bytes-adam-step"], figures.Select(f => f.GetProperty("name").GetString()));
        var figure = figures[0];
        Assert.Equal(
            ["name", "about", "unit", "ours", "cpp", "python", "tuned", "ratio", "goal", "met", "samples", "errors"],
            figure.EnumerateObject().Select(p => p.Name));
        Assert.True(figure.GetProperty("ours").GetDouble() > 0);
        Assert.Equal(1, figure.GetProperty("samples").GetProperty("ours").GetArrayLength());
        Assert.Equal(0, figure.GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("unknown option '--fast'", "--fast")]
    [InlineData("no figure's name contains 'teleport'", "teleport")]
    [InlineData("--repeats takes a number from 1 to 1000, not 'many'", "--repeats", "many")]
    [InlineData("there is no side 'fortran'", "--sides", "ours,fortran")]
    [InlineData("--json needs a file behind it", "--json")]
    public void A_wrong_option_gets_one_sentence(string sentence, params string[] arguments)
    {
        var (code, _, errors) = Run(arguments);

        Assert.Equal(2, code);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        // tests/RobustVlm.Tests/bin/Release/net10.0 -> tests/RobustVlm.Benchmarks/bin/Release/net10.0
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var tests = here.Parent!.Parent!.Parent!.Parent!;   // as deep as the comment says
        var program = Path.Combine(tests.FullName, "RobustVlm.Benchmarks", "bin", here.Parent.Name, here.Name, "RobustVlm.Benchmarks.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;   // dotnet runs this test
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }
}
