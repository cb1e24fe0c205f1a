using System.CommandLine;
using RobustVlm.Engine;
using RobustVlm.Experiments.Commands;

var root = new RootCommand("RobustVlm: pictures of the worlds, and the shipped checkpoints.") { WorldsCommand.Create(), TrainCommand.Create() };
// Ctrl-C stops between two steps, so that a training keeps what it has learned.
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    Interruption.Request();
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped; the same command goes on from there.");
    return 130;
}
catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException or FormatException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
