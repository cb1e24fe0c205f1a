using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>A claim that cannot be decided with what this project has, and why.</summary>
/// <param name="Id">Short name, unique in its experiment.</param>
/// <param name="Experiment">Experiment that treats the paper.</param>
/// <param name="Paper">The paper.</param>
/// <param name="Statement">The claim in one sentence.</param>
/// <param name="Source">Where the paper says so.</param>
/// <param name="Reported">The paper's number.</param>
/// <param name="Reason">What is missing, as half a sentence, e.g. <c>the hospital's images are not public</c>.</param>
internal sealed record UntestableClaim(
    string Id, string Experiment, string Paper, string Statement, string Source, PaperNumber Reported, string Reason) : ICriterion
{
    public string Rule => "none: " + Reason;

    public Verdict Evaluate(ResultStore store, Scale scale) => Verdict.Open(this, scale, Reason);
}
