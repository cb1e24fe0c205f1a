using System.CommandLine;
using RobustVlm.Experiments.Sweeps;

namespace RobustVlm.Experiments.Commands;

/// <summary>Makes every run behind an experiment's stored results.</summary>
internal static class SweepCommand
{
    internal static Command Create(IReadOnlyList<ISweep> sweeps, Func<Scale, Lab> open)
    {
        var known = sweeps.Count > 0 ? string.Join(", ", sweeps.Select(sweep => sweep.Experiment)) : "none yet";
        var name = new Argument<string>("name") { Description = $"One of: {known}." };
        var scale = new Option<string>("--scale") { Description = "smoke, demo or paper.", DefaultValueFactory = _ => "demo" };
        var only = new Option<string?>("--only") { Description = "Only runs with this in their name." };
        var seeds = new Option<string?>("--seeds") { Description = "Other seeds than the experiment's own, e.g. 1,2,5-7." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Lists the runs and what is stored, and makes none." };
        var command = new Command("sweep", "Makes every run behind an experiment's stored results; stopped or killed, it goes on where it was.") { name, scale, only, seeds, dryRun };
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetValue(name)!;
            var sweep = sweeps.FirstOrDefault(sweep => sweep.Experiment == wanted)
                ?? throw new ArgumentException($"There is no sweep '{wanted}'; there are: {known}.");
            var request = new SweepRequest(parsed.GetValue(only), parsed.GetValue(seeds) is { } text ? SweepRequest.ParseSeeds(text) : null);
            var lab = open(Scales.Parse(parsed.GetValue(scale)!));
            Console.WriteLine($"RobustVlm {lab.Commit} · {lab.Scale} scale · {lab.DeviceName}");
            var runner = new SweepRunner(lab, sweep, request, Console.Out);
            if (parsed.GetValue(dryRun))
            {
                runner.List();
                return 0;
            }

            try
            {
                return runner.Run() ? 0 : 1;
            }
            catch (OperationCanceledException)
            {
                return 130;   // the runner has said what is stored and how to go on
            }
        });
        return command;
    }
}
