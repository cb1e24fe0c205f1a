using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>What a run gave.</summary>
/// <param name="Measurements">The numbers.</param>
/// <param name="Warnings">Doubts raised by self-checks.</param>
/// <param name="Precision">Number format of the heavy arithmetic.</param>
internal sealed record SweepOutcome(IReadOnlyList<Measurement> Measurements, IReadOnlyList<string>? Warnings = null, string Precision = "float32");

/// <summary>One run of a sweep: settings, and the work.</summary>
/// <typeparam name="TOptions">The experiment's options record.</typeparam>
internal sealed record SweepRun<TOptions> : ISweepRun
{
    /// <summary>The lab with the run's seed.</summary>
    internal required Lab Lab { get; init; }

    /// <summary>Experiment id.</summary>
    internal required string Experiment { get; init; }

    public required string Label { get; init; }

    /// <summary>The settings.</summary>
    internal required TOptions Options { get; init; }

    /// <summary>Version of the method's behaviour.</summary>
    internal required int MethodVersion { get; init; }

    /// <summary>Every checkpoint the run starts from: file name to hash of its content.</summary>
    internal IReadOnlyDictionary<string, string> Checkpoints { get; init; } = new Dictionary<string, string>();

    /// <summary>The work; it calls its progress at every step, and lets an interruption through.</summary>
    internal required Func<Action<double, string>, SweepOutcome> Work { get; init; }

    public int Stage { get; init; }

    public double Cost { get; init; } = 1;

    public ulong Seed => Lab.Seed;

    public RunKey Key => RunKey.For(Experiment, Options, Lab.Scale, Lab.Seed, MethodVersion, Checkpoints);

    public bool IsIn(ResultStore store) => store.TryRead<TOptions>(Key) is not null;

    public void Execute(Action<double, string> progress, bool publish)
    {
        var started = TimeProvider.System.GetUtcNow();
        var outcome = Work(progress);
        Lab.Store.Write(
            new RunRecord<TOptions>
            {
                Experiment = Experiment,
                Options = Options,
                MethodVersion = MethodVersion,
                Checkpoints = Checkpoints,
                Environment = Lab.Describe(started, outcome.Precision),
                Measurements = outcome.Measurements,
                Warnings = outcome.Warnings ?? [],
            },
            publish);
    }
}
