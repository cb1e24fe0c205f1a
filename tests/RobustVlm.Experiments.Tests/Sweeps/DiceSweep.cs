using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;

namespace RobustVlm.Experiments.Tests.Sweeps;

internal sealed record DiceOptions
{
    public int Sides { get; init; } = 6;

    public int Throws { get; init; } = 1_000;
}

/// <summary>Means of thrown dice: six sides and twenty by seed, then the smaller die once more, named by what the store has.</summary>
internal sealed class DiceSweep(TimeSpan pause) : ISweep
{
    public const string Id = "99-dice";

    public string Experiment => Id;

    public IReadOnlyList<ulong> Seeds { get; } = [1, 2, 3];

    /// <summary>Sides of dice whose throw fails.</summary>
    public IReadOnlyList<int> Broken { get; init; } = [];

    /// <summary>Whether a third run waits for the first two to be stored.</summary>
    public bool HasSecondStage { get; init; }

    /// <summary>Sides of a die that is thrown once all others are.</summary>
    public int? Last { get; init; }

    public IEnumerable<ISweepRun> RunsOf(Lab lab)
    {
        SweepRun<DiceOptions>[] first = [Run(lab, 6), Run(lab, 20)];
        return HasSecondStage && first.All(run => run.IsIn(lab.Store)) ? [.. first, Run(lab, 8)] : first;
    }

    private SweepRun<DiceOptions> Run(Lab lab, int sides) => new()
    {
        Lab = lab,
        Experiment = Id,
        Label = string.Create(CultureInfo.InvariantCulture, $"{sides} sides"),
        Options = new DiceOptions { Sides = sides },
        MethodVersion = 1,
        Stage = sides == Last ? 1 : 0,
        Work = progress => Throw(lab, sides, progress),
    };

    private SweepOutcome Throw(Lab lab, int sides, Action<double, string> progress)
    {
        if (Broken.Contains(sides))
        {
            throw new ArgumentException($"A die with {sides} sides does not roll.");
        }

        // One file per start: tests count how often a run was begun, by whichever process.
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(lab.Root, "begun")).FullName, $"{sides}-{lab.Seed}-{Guid.NewGuid():N}"), "");
        for (var step = 0; step < 10; step++)
        {
            Thread.Sleep(pause / 10);
            Interruption.ThrowIfRequested();
            progress(step / 10.0, "throwing");
        }

        var random = new Random((int)lab.Seed);
        var mean = Enumerable.Range(0, 1_000).Average(_ => random.Next(sides) + 1);
        return new SweepOutcome([new Measurement("die", "mean", mean, IsRate: false)]);
    }
}
