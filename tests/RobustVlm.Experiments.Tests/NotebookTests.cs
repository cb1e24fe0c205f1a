using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace RobustVlm.Experiments.Tests;

/// <summary>Every notebook from start to end at Smoke scale, as its readers run it.</summary>
public sealed class NotebookTests : IDisposable
{
    private const string First = "01-attack-a-diagnosis";
    private const string Plotly = "application/vnd.plotly.v1+json";
    private static readonly string Root = Lab.Open(Scale.Smoke).Root;
    private static readonly string Kernel = Path.Combine(Root, "src", "RobustVlm.Kernel", "bin", "Release", "net10.0", "RobustVlm.Kernel.dll");

    private readonly string _out = Directory.CreateTempSubdirectory("robustvlm-notebooks-").FullName;

    public static TheoryData<string> Notebooks => [.. Directory.GetFiles(Path.Combine(Root, "notebooks"), "*.ipynb").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    public void Dispose() => Directory.Delete(_out, recursive: true);

    [Theory, MemberData(nameof(Notebooks))]
    public void Runs_without_an_error_and_shows_every_chart_twice(string name)
    {
        var (code, text) = Run(name);

        Assert.True(code == 0, text);
        var outputs = Outputs(name);
        Assert.DoesNotContain(outputs, output => (string?)output["output_type"] == "error");
        var bundles = outputs.Select(output => output["data"]?.AsObject()).OfType<JsonObject>().ToArray();
        var charts = bundles.Where(bundle => bundle.ContainsKey(Plotly)).ToArray();
        Assert.NotEmpty(charts);
        Assert.All(charts, chart => Assert.True(chart.ContainsKey("image/png")));
        Assert.All(bundles, bundle => Assert.True(bundle.ContainsKey("text/plain")));
        Assert.DoesNotContain(Root, File.ReadAllText(Path.Combine(_out, name + ".ipynb")), StringComparison.Ordinal);
    }

    /// <summary>Notebooks that look at a reader's own images, but for the first, whose own images are read through nbclient.</summary>
    public static TheoryData<string> WithOwnImages =>
        [.. Directory.GetFiles(Path.Combine(Root, "notebooks"), "*.ipynb").Where(path => File.ReadAllText(path).Contains("ROBUSTVLM_IMAGES", StringComparison.Ordinal)).Select(path => Path.GetFileNameWithoutExtension(path)).Except([First])];

    [Fact]
    public void Stored_notebooks_stay_below_three_megabytes() =>
        Assert.All(Directory.GetFiles(Path.Combine(Root, "notebooks"), "*.ipynb"), path => Assert.InRange(new FileInfo(path).Length, 1, 3_000_000));

    [SkippableTheory, MemberData(nameof(WithOwnImages))]
    public void Own_images_work_on_real_radiographs_through_the_runner(string name)
    {
        var images = RealRadiographs();

        var (code, text) = Run(name, ("ROBUSTVLM_IMAGES", images));

        Assert.True(code == 0, text);
        Assert.Contains(Outputs(name), output => output.ToJsonString().Contains("Your folder: 331 images", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void The_first_notebook_works_through_nbclient_on_real_radiographs()
    {
        const string python = "/usr/bin/python3";
        Skip.IfNot(File.Exists(python) && Start(python, ["-c", "import nbclient, nbformat"], Root).Code == 0, "Debian's python3-nbclient is not installed.");
        var images = RealRadiographs();
        var prefix = Path.Combine(_out, "share");
        Assert.Equal(0, Start("dotnet", [Kernel, "install", "--prefix", prefix], Root).Code);
        const string script = """
            import sys, nbformat, nbclient
            nb = nbformat.read(sys.argv[1], 4)
            nbclient.NotebookClient(nb, timeout=600, kernel_name='.net-csharp', resources={'metadata': {'path': sys.argv[2]}}).execute()
            nbformat.validate(nb)
            nbformat.write(nb, sys.argv[3])
            """;

        var notebook = Path.Combine(Root, "notebooks", First + ".ipynb");
        var (code, text) = Start(
            python, ["-c", script, notebook, Path.Combine(Root, "notebooks"), Path.Combine(_out, First + ".ipynb")], Root,
            ("ROBUSTVLM_IMAGES", images), ("ROBUSTVLM_SCALE", "smoke"), ("JUPYTER_PATH", Path.Combine(prefix, "share", "jupyter")));

        Assert.True(code == 0, text);
        Assert.Contains(Outputs(First), output => output.ToJsonString().Contains("Your folder: 331 images", StringComparison.Ordinal));
    }

    private static string RealRadiographs()
    {
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        Skip.If(root is null || !Directory.Exists(Path.Combine(root, "cxr-nih")), "ROBUSTVLM_REALDATA names no folder with cxr-nih.");
        return Path.Combine(root!, "cxr-nih");   // not null: skipped above
    }

    private (int Code, string Text) Run(string name, params (string Name, string Value)[] environment) => Start(
        "dotnet", [Kernel, "run", Path.Combine(Root, "notebooks", name + ".ipynb"), "-o", Path.Combine(_out, name + ".ipynb"), "--html", Path.Combine(_out, name + ".html")],
        Root, [("ROBUSTVLM_SCALE", "smoke"), .. environment]);

    private JsonObject[] Outputs(string name)
    {
        var notebook = JsonNode.Parse(File.ReadAllText(Path.Combine(_out, name + ".ipynb")))!.AsObject();   // a notebook is never the JSON value null
        return [.. notebook["cells"]!.AsArray().SelectMany(cell => cell!["outputs"]?.AsArray() ?? []).Select(output => output!.AsObject())];
    }

    private static (int Code, string Text) Start(string program, IReadOnlyList<string> arguments, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result + errors.Result);
    }
}
