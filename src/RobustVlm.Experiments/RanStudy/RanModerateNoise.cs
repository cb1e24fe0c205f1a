using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>What the runs say of "moderate noise helps", and why that may be.</summary>
/// <param name="Sentence">The decision.</param>
/// <param name="Table">The numbers it rests on, and those that speak of its cause.</param>
public sealed record RanModerateNoise(string Sentence, ResultTable Table)
{
    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => Sentence;

    internal static RanModerateNoise Of(Verdict verdict, ResultTable table) => new(
        verdict.Outcome switch
        {
            Outcome.Reproduced => "Moderate noise helps: reproduced on at least one of the three sets, in every seed.",
            Outcome.NotReproduced => "Moderate noise helps: not reproduced at this scale.\nOn none of the three sets is a linear probe better behind a tenth of the pairs poisoned in every seed.\n"
                + "Why we think so: a pair is poisoned here on purpose, its image moved to another finding and its captions made false,\nwhile NMTune, where slight noise was seen to help, exchanged "
                + "captions at random and learned from millions of pairs.\nNMTune explains the help by features that spread over more directions (a higher SVE);\nthe table shows whether they do so here. "
                + "And among a few thousand pairs each false one weighs more.",
            _ => $"Moderate noise helps: {verdict.Words}: {verdict.Reason}.",
        },
        table);
}
