using RobustVlm.Experiments.Criteria;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>The paper's claim as a whole: cleaner than TeCoA and not less robust, and better on the mean of both.</summary>
/// <param name="Outcome">Reproduced only if all parts hold at both budgets.</param>
/// <param name="Sentence">The decision, with every part's intervals where it is not reproduced.</param>
public sealed record PmgAftVerdict(Outcome Outcome, string Sentence)
{
    private static readonly string[] s_parts = ["E4a", "E4b", "E4c", "E4d"];

    /// <summary>The sentence, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => Sentence;

    internal static PmgAftVerdict Of(Lab lab) => Of([.. Ledger.Of(lab, PmgAftSweep.Id).Verdicts.Where(verdict => s_parts.Contains(verdict.Criterion.Id))]);

    internal static PmgAftVerdict Of(IReadOnlyList<Verdict> parts)
    {
        var open = parts.FirstOrDefault(part => part.Outcome is Outcome.NotTestable or Outcome.RunsMissing);
        if (open is not null)
        {
            return new(open.Outcome, $"E4, PMG-AFT beats TeCoA: {open.Words}: {open.Reason}.");
        }

        var failed = parts.Where(part => part.Outcome != Outcome.Reproduced).Select(part => part.Criterion.Id).ToArray();
        string Numbers(string id) => string.Join("; ", parts.Single(part => part.Criterion.Id == id) is var part ? part.Results.Select(result => $"{BudgetOf(result.Name)} {part.Format.Print(result.Estimate)}") : []);
        var numbers = $"PMG-AFT minus TeCoA, clean: {Numbers("E4b")}. Robust: {Numbers("E4c")}. Mean of both: {Numbers("E4d")}.";
        return failed.Length == 0
            ? new(Outcome.Reproduced, $"E4, PMG-AFT beats TeCoA: reproduced; clean accuracy is higher, robust accuracy not lower and their mean higher at both budgets. {numbers}")
            : new(Outcome.NotReproduced, $"E4, PMG-AFT beats TeCoA: not reproduced; it needs higher clean accuracy, robust accuracy that is not lower and a higher mean of both, and {string.Join(", ", failed)} {(failed.Length == 1 ? "does" : "do")} not hold at both budgets. {numbers}");
    }

    // Comparisons are called "PMG-AFT and TeCoA, 2/255".
    private static string BudgetOf(string comparison) => comparison[(comparison.LastIndexOf(' ') + 1)..];
}
