using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>One run of a sweep.</summary>
internal interface ISweepRun
{
    /// <summary>The run in words, without its seed, e.g. <c>blood cells, MeLo rank 4</c>.</summary>
    string Label { get; }

    /// <summary>The seed.</summary>
    ulong Seed { get; }

    /// <summary>Runs of an earlier stage are made first, for all seeds; within a stage, seed by seed.</summary>
    int Stage { get; }

    /// <summary>How long it takes, compared with the sweep's other runs.</summary>
    double Cost { get; }

    /// <summary>The key under which it is stored.</summary>
    RunKey Key { get; }

    /// <summary>Whether a store has it.</summary>
    bool IsIn(ResultStore store);

    /// <summary>Runs and stores it.</summary>
    /// <param name="progress">Takes the share that is done, in [0, 1], and a short remark.</param>
    /// <param name="publish">Whether it goes to the tracked results.</param>
    void Execute(Action<double, string> progress, bool publish);
}
