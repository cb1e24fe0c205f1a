using System.Globalization;
using System.Text;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>Every claim of every paper, and what stored runs say about it: one table.</summary>
/// <remarks>A claim is decided at Paper scale where its experiment has such runs, else at Demo scale.</remarks>
public sealed class Ledger
{
    /// <summary>Where the command writes it, from the repository's root.</summary>
    internal const string File = "data/results/LEDGER.md";

    private const string Empty = "No claim is registered yet.";

    private Ledger(IReadOnlyList<Verdict> verdicts) => Verdicts = verdicts;

    /// <summary>The decisions, one per claim.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; }

    /// <summary>The ledger of all runs that this machine has, published or not.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="experiment">Only the claims of this experiment, e.g. <c>06-melo</c>; null takes all.</param>
    public static Ledger Of(Lab lab, string? experiment = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        return Of(lab.Store, [.. CriteriaCatalog.All.Where(criterion => experiment is null || criterion.Experiment == experiment)]);
    }

    /// <summary>The table: one row per claim.</summary>
    public ResultTable Table => ResultTable
        .From(Verdicts.Select(verdict => new
        {
            Claim = $"{verdict.Criterion.Experiment} {verdict.Criterion.Id}: {verdict.Criterion.Statement}",
            Paper = verdict.Criterion.Reported.ToString(),
            verdict.Ours,
            n = verdict.Seeds.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{verdict.Seeds.Count} seed{(verdict.Seeds.Count == 1 ? "" : "s")}") : "–",
            Scale = verdict.Seeds.Count > 0 ? verdict.Scale.ToString() : "–",
            Verdict = verdict.Words,
        }))
        .Rename("Paper", "Paper's number");

    /// <summary>The file's text; equal runs give equal text.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("# Ledger\n\nOne row per claim, decided from the runs in this folder by rules that were fixed before they were made. "
            + "Written by `./notebooks/ledger`; not edited by hand.\n\n");
        if (Verdicts.Count == 0)
        {
            return text.Append(Empty).Append('\n').ToString();
        }

        text.Append(Table.ToMarkdown()).Append('\n');
        foreach (var verdict in Verdicts)
        {
            var criterion = verdict.Criterion;
            text.Append(CultureInfo.InvariantCulture, $"- **{criterion.Experiment} {criterion.Id}**, {criterion.Paper}, {criterion.Source}. Rule: {criterion.Rule}.");
            if (verdict.Reason.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" {char.ToUpperInvariant(verdict.Reason[0])}{verdict.Reason[1..]}.");
            }

            foreach (var result in verdict.Results.Where(result => result.P is not null))
            {
                text.Append(CultureInfo.InvariantCulture, $" {result.Name}: {(result.Holds ? "holds" : "does not hold")}, sign-flip p = {result.P:0.####}.");
            }

            if (verdict.Commits.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" Code: {string.Join(", ", verdict.Commits)}.");
            }

            foreach (var warning in verdict.Warnings)
            {
                text.Append(CultureInfo.InvariantCulture, $" Warning: {warning}.");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Verdicts.Count > 0 ? Shown.ToMimeBundle() : PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => Verdicts.Count > 0 ? Shown.ToString() : Empty;

    internal static Ledger Of(ResultStore store, IReadOnlyList<ICriterion> criteria)
    {
        var twin = criteria.GroupBy(criterion => (criterion.Experiment, criterion.Id)).FirstOrDefault(group => group.Count() > 1);
        if (twin is not null)
        {
            throw new ArgumentException($"Two claims are called {twin.Key.Experiment} {twin.Key.Id}; rename one.");
        }

        return new Ledger([.. criteria.Select(criterion =>
            criterion.Evaluate(store, Scale.Paper) is { Seeds.Count: > 0 } large ? large : criterion.Evaluate(store, Scale.Demo))]);
    }

    private ResultTable Shown => Table.WithCaption("Ledger: what the papers claim, and what our runs say").WithFootnotes(
        [.. Verdicts.Where(verdict => verdict.Reason.Length > 0).Select(verdict => $"{verdict.Criterion.Experiment} {verdict.Criterion.Id}: {verdict.Reason}."),
        .. Verdicts.SelectMany(verdict => verdict.Warnings.Select(warning => $"Warning, {verdict.Criterion.Experiment} {verdict.Criterion.Id}: {warning}."))]);
}
