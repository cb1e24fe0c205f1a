using RobustVlm.Experiments.Criteria;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>The claim that 1 % of the masks is worth more than 100 %, as a whole: with one and the same Dice term it has to hold on images that have a mask too, and be more than predicting nothing.</summary>
/// <param name="Outcome">Reproduced only if all parts hold with one term.</param>
/// <param name="Sentence">The decision with the numbers behind it.</param>
public sealed record AdaptorVerdict(Outcome Outcome, string Sentence)
{
    private const string Official = "S6a";
    private const string Positive = "S6b";
    private const string Blank = "S6c";

    private static readonly string[] s_parts = [Official, Positive, Blank];

    /// <summary>The sentence, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => Sentence;

    internal static AdaptorVerdict Of(Lab lab) => Of([.. Ledger.Of(lab, AdaptorSweep.Id).Verdicts.Where(verdict => s_parts.Contains(verdict.Criterion.Id))]);

    internal static AdaptorVerdict Of(IReadOnlyList<Verdict> parts)
    {
        const string claim = "Adaptor with 1 % of the masks beats end-to-end training with 100 %";
        if (parts.FirstOrDefault(part => part.Outcome is Outcome.NotTestable or Outcome.RunsMissing) is { } open)
        {
            return new(open.Outcome, $"{claim}: {open.Words}: {open.Reason}.");
        }

        Verdict Part(string id) => parts.Single(part => part.Criterion.Id == id);
        string[] Terms(params string[] ids) => [.. Part(Official).Results.Select(result => result.Name).Where(term => ids.All(id => Part(id).Results.Any(result => result.Name == term && result.Holds)))];
        string Numbers(string id) => string.Join("; ", Part(id).Results.Select(result => $"{result.Name} {Part(id).Format.Print(result.Estimate)}"));
        var numbers = $"Official Dice, minus end to end with 100 %: {Numbers(Official)}. On images with a mask: {Numbers(Positive)}. Minus predicting nothing: {Numbers(Blank)}.";
        var (outcome, words) = (Terms(Official), Terms(Official, Positive), Terms(Official, Positive, Blank)) switch
        {
            (_, _, [var term, ..]) => (Outcome.Reproduced, $"reproduced with the {term}; it holds on images with a mask, and is more than predicting nothing"),
            (_, [var term, ..], _) => (Outcome.NotReproduced, $"not reproduced; with the {term} it is ahead, but not above predicting nothing"),
            ([var term, ..], _, _) => (Outcome.NotReproduced, $"not reproduced; with the {term} the official Dice says so, but on images that have a mask it is not so: what beats 100 % is leaving masks empty"),
            _ => (Outcome.NotReproduced, "not reproduced; not even the official Dice is higher"),
        };
        return new(outcome, $"{claim}: {words}. {numbers}");
    }
}
