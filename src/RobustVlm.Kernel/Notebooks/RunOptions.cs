using System.Globalization;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>What one headless run is asked to do; made from the command line by <see cref="Parse"/>.</summary>
internal sealed record RunOptions
{
    public const string Usage = """
        Runs a notebook without an editor and keeps its outputs.

        usage: RobustVlm.Kernel run NOTEBOOK.ipynb [options]

          -o, --output FILE      executed notebook (default: the notebook itself)
          --html FILE            also write one self-contained page that needs no network
          -p, --parameter N V    set parameter N to V, as a cell after the one tagged 'parameters'; may be repeated
          --timeout SECONDS      limit for the whole run (default: none)
          --cell-timeout SECONDS limit for each cell (default: none)
          --allow-errors         go on after a cell that fails
          --kernel PATH          another kernel: an executable or a .dll (default: this program)
          --plotly FILE          plotly.min.js to draw the page's charts with (default: their pictures)
          --katex DIR            KaTeX's dist folder to typeset the page's formulas with (default: their TeX)
          --quiet                print errors only
          -h, --help             this text

        The notebook is saved after every cell. Ctrl-C interrupts the running cell, a second Ctrl-C stops the run.
        exit codes: 0 all cells ran, 1 a cell failed or was interrupted, 2 wrong usage or an unusable file,
                    3 a time limit was passed, 4 the kernel died or did not start
        """;

    public required string NotebookPath { get; init; }

    public required string OutputPath { get; init; }

    public string? HtmlPath { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>Limit for the whole run; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Limit for each cell; null for none.</summary>
    public TimeSpan? CellTimeout { get; init; }

    public bool AllowErrors { get; init; }

    /// <summary>Executable or .dll of the kernel; null for this program.</summary>
    public string? KernelPath { get; init; }

    public string? PlotlyPath { get; init; }

    public string? KatexDirectory { get; init; }

    public bool Quiet { get; init; }

    /// <summary>Reads the arguments after "run". Throws <see cref="NotebookException"/> when they cannot be meant.</summary>
    public static RunOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions { NotebookPath = string.Empty, OutputPath = string.Empty };
        var parameters = new List<KeyValuePair<string, string>>();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out var argument))
        {
            switch (argument)
            {
                case "-o" or "--output":
                    options = options with { OutputPath = Next(rest, argument) };
                    break;
                case "--html":
                    options = options with { HtmlPath = Next(rest, argument) };
                    break;
                case "-p" or "--parameter":
                    var name = Next(rest, argument);
                    ParameterCell.CheckName(name);
                    parameters.Add(KeyValuePair.Create(name, Next(rest, $"{argument} {name}")));
                    break;
                case "--timeout":
                    options = options with { Timeout = Seconds(Next(rest, argument), argument) };
                    break;
                case "--cell-timeout":
                    options = options with { CellTimeout = Seconds(Next(rest, argument), argument) };
                    break;
                case "--allow-errors":
                    options = options with { AllowErrors = true };
                    break;
                case "--kernel":
                    options = options with { KernelPath = ExistingFile(Next(rest, argument), argument) };
                    break;
                case "--plotly":
                    options = options with { PlotlyPath = ExistingFile(Next(rest, argument), argument) };
                    break;
                case "--katex":
                    options = options with { KatexDirectory = KatexFolder(Next(rest, argument)) };
                    break;
                case "--quiet":
                    options = options with { Quiet = true };
                    break;
                case ['-', _, ..]:
                    throw new NotebookException($"The option '{argument}' is not known; 'run --help' lists the options.");
                default:
                    options = options.NotebookPath.Length == 0
                        ? options with { NotebookPath = argument }
                        : throw new NotebookException($"One notebook at a time: '{options.NotebookPath}' and '{argument}' were given.");
                    break;
            }
        }

        return Check(options with { Parameters = parameters });
    }

    private static RunOptions Check(RunOptions options)
    {
        if (options.NotebookPath.Length == 0)
        {
            throw new NotebookException("No notebook was given; name an .ipynb file after 'run'.");
        }

        foreach (var path in new[] { options.OutputPath, options.HtmlPath })
        {
            var folder = string.IsNullOrEmpty(path) ? null : Path.GetDirectoryName(Path.GetFullPath(path));
            if (Directory.Exists(path) || (folder is not null && !Directory.Exists(folder)))
            {
                throw new NotebookException($"'{path}' cannot be written: it must be a file in a folder that exists.");
            }
        }

        return options.OutputPath.Length == 0 ? options with { OutputPath = options.NotebookPath } : options;
    }

    private static string Next(Queue<string> rest, string option)
    {
        return rest.TryDequeue(out var value) ? value : throw new NotebookException($"A value is missing after '{option}'.");
    }

    private static TimeSpan Seconds(string value, string option)
    {
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e8
            ? TimeSpan.FromSeconds(seconds)
            : throw new NotebookException($"'{value}' after {option} is not a number of seconds above 0.");
    }

    private static string ExistingFile(string path, string option)
    {
        return File.Exists(path) ? path : throw new NotebookException($"There is no file '{path}', which {option} names.");
    }

    private static string KatexFolder(string path)
    {
        return File.Exists(Path.Combine(path, "katex.min.js")) && File.Exists(Path.Combine(path, "katex.min.css"))
            ? path
            : throw new NotebookException($"'{path}' after --katex lacks katex.min.js or katex.min.css; give the dist folder of the npm package katex.");
    }
}
