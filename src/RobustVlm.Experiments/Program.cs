using System.CommandLine;
using RobustVlm.Engine;
using RobustVlm.Experiments.Commands;

var root = new RootCommand("RobustVlm: pictures of the worlds, and the shipped checkpoints.") { WorldsCommand.Create(), TrainCommand.Create() };
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
    Console.Error.WriteLine("Stopped. A training that had begun goes on from there when it is started again.");
    return 130;
}
catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException or FormatException or InvalidOperationException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
