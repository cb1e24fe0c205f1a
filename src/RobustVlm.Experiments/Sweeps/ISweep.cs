namespace RobustVlm.Experiments.Sweeps;

/// <summary>Every run behind an experiment's stored results.</summary>
internal interface ISweep
{
    /// <summary>Experiment id, also the notebook's file name, e.g. <c>06-melo</c>.</summary>
    string Experiment { get; }

    /// <summary>The seeds, fixed in advance.</summary>
    IReadOnlyList<ulong> Seeds { get; }

    /// <summary>The runs of one seed.</summary>
    /// <remarks>
    /// Asked again when all of them are stored, until nothing is left: a run whose options rest on an earlier one (e.g. on a
    /// learning rate that was chosen first) is listed as soon as the store has that.
    /// </remarks>
    /// <param name="lab">The lab, with the seed.</param>
    IEnumerable<ISweepRun> RunsOf(Lab lab);
}
