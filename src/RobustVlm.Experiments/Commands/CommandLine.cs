using System.CommandLine;
using RobustVlm.Engine;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Sweeps;

namespace RobustVlm.Experiments.Commands;

/// <summary>The program: its commands, Ctrl-C, and how failures are told.</summary>
internal static class CommandLine
{
    internal static async Task<int> RunAsync(string[] args, IReadOnlyList<ISweep> sweeps, IReadOnlyList<ICriterion> criteria, Func<Scale, Lab> open)
    {
        var root = new RootCommand("RobustVlm: experiments' runs, the ledger, pictures of the worlds, and the shipped checkpoints.")
        {
            SweepCommand.Create(sweeps, open),
            LedgerCommand.Create(criteria, open),
            WorldsCommand.Create(),
            TrainCommand.Create(),
        };

        // Ctrl-C stops between two steps, so that a training keeps what it has learned.
        var asked = false;
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The second time the process ends at once.
            pressed.Cancel = !asked;
            asked = true;
            Interruption.Request();
        };
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped. The same command goes on from there.");
            return 130;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }
}
