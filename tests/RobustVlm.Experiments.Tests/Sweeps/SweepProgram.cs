using System.Globalization;
using RobustVlm.Experiments.Commands;

namespace RobustVlm.Experiments.Tests.Sweeps;

/// <summary>The experiments' program with the dice as its only sweep, to be started and killed: folder, milliseconds per run, arguments.</summary>
internal static class SweepProgram
{
    private static Task<int> Main(string[] args)
    {
        var pause = TimeSpan.FromMilliseconds(int.Parse(args[1], CultureInfo.InvariantCulture));
        return CommandLine.RunAsync(args[2..], [new DiceSweep(pause)], [], scale => Lab.At(args[0], scale, 7));
    }
}
