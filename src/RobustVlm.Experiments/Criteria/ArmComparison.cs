namespace RobustVlm.Experiments.Criteria;

/// <summary>One side of a comparison: which runs, and which of their numbers.</summary>
/// <typeparam name="TOptions">The experiment's options record.</typeparam>
/// <param name="Name">The arm in words, e.g. <c>MeLo, rank 4</c>.</param>
/// <param name="Selects">Whether a run with these options belongs to the arm; it has to pick one run per seed.</param>
/// <param name="Row">Row of the measurement.</param>
/// <param name="Column">Column of the measurement.</param>
internal sealed record Arm<TOptions>(string Name, Func<TOptions, bool> Selects, string Row, string Column)
{
    /// <summary>Place on the axis of a slope or a rank correlation, e.g. the rank.</summary>
    internal double X { get; init; }

    /// <summary>Whether the arm by its nature starts from other weights than the rest, e.g. from none.</summary>
    internal bool OwnCheckpoints { get; init; }
}

/// <summary>Arms that are compared seed by seed, e.g. on one task.</summary>
/// <typeparam name="TOptions">The experiment's options record.</typeparam>
/// <param name="Name">What is compared, e.g. the task.</param>
/// <param name="Arms">One for a value, two for a difference or a ratio, three or more for a trend.</param>
internal sealed record ArmComparison<TOptions>(string Name, IReadOnlyList<Arm<TOptions>> Arms);
