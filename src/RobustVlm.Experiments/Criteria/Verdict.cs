using System.Globalization;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>What stored runs say about a claim.</summary>
public enum Outcome
{
    /// <summary>The rule holds.</summary>
    Reproduced,

    /// <summary>All runs are there and the rule does not hold.</summary>
    NotReproduced,

    /// <summary>It cannot be decided, see <see cref="Verdict.Reason"/>.</summary>
    NotTestable,

    /// <summary>It can be decided once all of its runs are stored.</summary>
    RunsMissing,
}

/// <summary>A decision about one claim, with the numbers it rests on.</summary>
public sealed record Verdict
{
    /// <summary>The claim and its rule.</summary>
    public required ICriterion Criterion { get; init; }

    /// <summary>The decision.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>Why it cannot be decided; empty when it was.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Scale of the runs.</summary>
    public required Scale Scale { get; init; }

    /// <summary>One entry per comparison; empty when it was not decided.</summary>
    public IReadOnlyList<ComparisonResult> Results { get; init; } = [];

    /// <summary>The seeds of the runs that were used.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [];

    /// <summary>Commits of the code that made them.</summary>
    public IReadOnlyList<string> Commits { get; init; } = [];

    /// <summary>Doubts: those of the runs, and those about their mixture.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How the numbers are printed.</summary>
    public EstimateFormat Format { get; init; } = new();

    /// <summary>The decision in words.</summary>
    public string Words => Outcome switch
    {
        Outcome.Reproduced => "reproduced",
        Outcome.NotReproduced => "not reproduced",
        Outcome.RunsMissing => "runs missing",
        _ => "not testable here",
    };

    /// <summary>Our number with its interval; with several comparisons, how many hold and each of them.</summary>
    public string Ours => Results.Count switch
    {
        0 => "–",
        1 => Format.Print(Results[0].Estimate),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Results.Count(result => result.Holds)} of {Results.Count}: ")
            + string.Join("; ", Results.Select(result => $"{result.Name} {Format.Print(result.Estimate)}")),
    };

    /// <summary>The comparisons as a table.</summary>
    public ResultTable Table => ResultTable
        .From(Results.Select(result => new { Comparison = result.Name, Estimate = Format.Print(result.Estimate), Seeds = result.Estimate.N, SignFlip = result.P, Holds = result.Holds }))
        .Rename("SignFlip", "Sign-flip p")
        .WithCaption($"{Criterion.Id}: {Criterion.Statement}")
        .WithFootnotes([$"{Decision} ({Criterion.Rule}).", .. Warnings.Select(warning => $"Warning: {warning}")]);

    private string Decision => Reason.Length > 0 ? $"{Words}: {Reason}" : Words;

    /// <summary>The table, for a notebook; one line where nothing could be compared.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Results.Count > 0 ? Table.ToMimeBundle() : PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => Results.Count > 0 ? $"{Criterion.Id} {Decision}: {Ours}" : $"{Criterion.Id} {Decision}";

    internal static Verdict Open(ICriterion criterion, Scale scale, string reason, Outcome outcome = Outcome.NotTestable) =>
        new() { Criterion = criterion, Outcome = outcome, Scale = scale, Reason = reason };
}
