using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>A claim that stored runs decide: reproduced when enough of its comparisons hold, over seeds that are fixed here.</summary>
/// <typeparam name="TOptions">The experiment's options record.</typeparam>
internal sealed record Criterion<TOptions> : ICriterion
{
    public required string Id { get; init; }

    public required string Experiment { get; init; }

    public required string Paper { get; init; }

    public required string Statement { get; init; }

    public required string Source { get; init; }

    public PaperNumber Reported { get; init; } = PaperNumber.None;

    /// <summary>How each comparison is decided.</summary>
    internal required StatisticalTest Test { get; init; }

    /// <summary>The seeds, fixed before the first run; fewer are never enough, others do not count.</summary>
    internal required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>What is compared, e.g. one entry per task.</summary>
    internal required IReadOnlyList<ArmComparison<TOptions>> Comparisons { get; init; }

    /// <summary>How many comparisons have to hold; null is all of them.</summary>
    internal int? Required { get; init; }

    /// <summary>Names of the options in which the arms of a comparison may differ; all others have to be equal.</summary>
    internal IReadOnlyList<string> Varied { get; init; } = [];

    /// <summary>Version of the method whose runs count; null takes what is stored, and refuses a mixture.</summary>
    internal int? MethodVersion { get; init; }

    /// <summary>Whether every seed starts from weights of its own; within a seed the arms then have to share them.</summary>
    internal bool CheckpointsPerSeed { get; init; }

    /// <summary>How the numbers are printed.</summary>
    internal EstimateFormat Format { get; init; } = new();

    public string Rule
    {
        get
        {
            var howMany = Comparisons.Count == 1 ? ""
                : Required is { } required && required < Comparisons.Count ? $"for at least {required} of {Comparisons.Count} ({Names}) "
                : $"for each of {Comparisons.Count} ({Names}) ";
            return $"{howMany}{Test}; seeds {string.Join(", ", Seeds)}";
        }
    }

    private string Names => string.Join(", ", Comparisons.Select(comparison => comparison.Name));

    public Verdict Evaluate(ResultStore store, Scale scale)
    {
        ArgumentNullException.ThrowIfNull(store);
        Check();
        return new CriterionEvaluation<TOptions>(this, store.ReadAll<TOptions>(Experiment), scale).Judge();
    }

    private void Check()
    {
        var fault = Comparisons.Count == 0 ? "it compares nothing; give at least one comparison"
            : Comparisons.FirstOrDefault(comparison => !Test.Accepts(comparison.Arms.Count)) is { } odd
                ? $"'{odd.Name}' has {odd.Arms.Count} arms; a value needs one, a difference or ratio two, a trend three or more"
            : Seeds.Distinct().Count() != Seeds.Count ? "a seed is listed twice"
            : Seeds.Count < Test.MinimumSeeds ? $"it fixes {Seeds.Count} seeds, and its test needs at least {Test.MinimumSeeds}"
            : Required is { } required && (required < 1 || required > Comparisons.Count) ? $"it requires {required} of {Comparisons.Count} comparisons"
            : null;
        if (fault is not null)
        {
            throw new ArgumentException($"The criterion {Experiment} {Id} cannot be decided: {fault}.");
        }
    }
}
