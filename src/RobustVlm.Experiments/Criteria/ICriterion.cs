using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>One claim of a paper, with the rule, fixed before any run, by which stored runs decide about it.</summary>
public interface ICriterion
{
    /// <summary>Short name, unique in its experiment, e.g. <c>S1</c>.</summary>
    string Id { get; }

    /// <summary>Experiment whose runs decide, e.g. <c>06-melo</c>.</summary>
    string Experiment { get; }

    /// <summary>The paper, e.g. <c>MeLo (arXiv 2311.08236)</c>.</summary>
    string Paper { get; }

    /// <summary>The claim in one sentence.</summary>
    string Statement { get; }

    /// <summary>Where the paper says so: section, table, figure, or whose expectation it is.</summary>
    string Source { get; }

    /// <summary>The paper's number.</summary>
    PaperNumber Reported { get; }

    /// <summary>The rule in words: what is measured, over which seeds, and what has to hold.</summary>
    string Rule { get; }

    /// <summary>Decides from the stored runs of one scale.</summary>
    /// <param name="store">The runs.</param>
    /// <param name="scale">The scale; runs of others are left out.</param>
    Verdict Evaluate(ResultStore store, Scale scale);
}
