namespace RobustVlm.Experiments.Results;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>All steps finished.</summary>
    Ok,

    /// <summary>Interrupted; the measurements made until then are kept but never count as the run's result.</summary>
    Cancelled,
}

/// <summary>One run: what was run, on what, and every number it produced.</summary>
/// <typeparam name="TOptions">The experiment's options record; it must survive a round trip through JSON.</typeparam>
public sealed record RunRecord<TOptions>
{
    /// <summary>Experiment id; equals the notebook's file name, e.g. <c>06-melo</c>.</summary>
    public required string Experiment { get; init; }

    /// <summary>All settings, defaults included.</summary>
    public required TOptions Options { get; init; }

    /// <summary>Version of the method's behaviour; raised whenever the same options would give other numbers.</summary>
    public required int MethodVersion { get; init; }

    /// <summary>Every checkpoint the run started from: file name to hash of its content.</summary>
    public IReadOnlyDictionary<string, string> Checkpoints { get; init; } = new Dictionary<string, string>();

    /// <summary>Where and with what the numbers were made.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>The numbers.</summary>
    public required IReadOnlyList<Measurement> Measurements { get; init; }

    /// <summary>Doubts raised by the self-checks; empty when there are none.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How the run ended.</summary>
    public RunStatus Status { get; init; }

    /// <summary>The key under which the store keeps this run.</summary>
    public RunKey ToKey() =>
        RunKey.For(Experiment, Options, Environment.Scale, Environment.Seed, MethodVersion, Checkpoints);

    /// <summary>The measurements as a table: one row per <see cref="Measurement.Row"/>, with the environment and all warnings below it.</summary>
    /// <param name="caption">Text above the table.</param>
    public ResultTable ToTable(string? caption = null)
    {
        var notes = new List<string> { Environment.ToString() };
        if (Status == RunStatus.Cancelled)
        {
            notes.Add("Warning: this run was cancelled; the table is incomplete.");
        }

        notes.AddRange(Warnings.Select(warning => $"Warning: {warning}"));
        var table = ResultTable.FromMeasurements(Measurements).WithFootnotes([.. notes]);
        return caption is null ? table : table.WithCaption(caption);
    }
}
