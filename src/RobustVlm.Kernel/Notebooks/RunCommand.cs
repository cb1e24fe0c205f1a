using System.Runtime.InteropServices;
using RobustVlm.Kernel.Notebooks.Html;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>The verb "run": a notebook without an editor.</summary>
internal static class RunCommand
{
    /// <summary>Runs a notebook as the arguments say and returns the exit code; see <see cref="RunOptions.Usage"/>.</summary>
    public static Task<int> RunAsync(string[] args)
    {
        var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return RunAsync(args, Console.Out, Console.Error, isTerminal, colours: !Console.IsErrorRedirected);
    }

    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, bool isTerminal, bool colours)
    {
        if (args.Any(argument => argument is "-h" or "--help"))
        {
            output.WriteLine(RunOptions.Usage);
            return (int)RunExitCode.Ok;
        }

        try
        {
            return (int)await RunAsync(RunOptions.Parse(args), output, errors, isTerminal, colours);
        }
        catch (NotebookException error)
        {
            errors.WriteLine(error.Message);
            return (int)RunExitCode.Usage;
        }
    }

    private static async Task<RunExitCode> RunAsync(RunOptions options, TextWriter output, TextWriter errors, bool isTerminal, bool colours)
    {
        var notebook = NotebookFile.Load(options.NotebookPath);
        foreach (var name in ParameterCell.Inject(notebook, options.Parameters))
        {
            errors.WriteLine($"The notebook declares no parameter '{name}'; it is set all the same.");
        }

        var progress = new RunProgress(output, isTerminal, options.Quiet);
        progress.Say($"Running {options.NotebookPath}");
        using var runner = new NotebookRunner(notebook, options, progress, errors, colours);
        RunExitCode result;
        using (OnSignal(PosixSignal.SIGINT, runner.Interrupt))
        using (OnSignal(PosixSignal.SIGTERM, runner.Stop))
        {
            result = await runner.RunAsync();
        }

        if (runner.AllowedErrors > 0)
        {
            progress.Say($"Cells that failed as allowed: {runner.AllowedErrors}");
        }

        if (notebook.Cells.Exists(cell => cell.ExecutionCount is not null) || result == RunExitCode.Ok)
        {
            progress.Say($"Notebook: {options.OutputPath}");
            SavePage(notebook, options, progress);
        }

        return result;
    }

    private static void SavePage(NotebookFile notebook, RunOptions options, RunProgress progress)
    {
        if (options.HtmlPath is null)
        {
            return;
        }

        HtmlPage.Save(notebook, options.HtmlPath, new HtmlPageOptions
        {
            Folder = Path.GetDirectoryName(Path.GetFullPath(options.NotebookPath))!,
            FallbackTitle = Path.GetFileNameWithoutExtension(options.NotebookPath),
            PlotlyPath = options.PlotlyPath,
            KatexDirectory = options.KatexDirectory,
        });
        progress.Say($"Page:     {options.HtmlPath}");
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, Action action)
    {
        return PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            action();
        });
    }
}
