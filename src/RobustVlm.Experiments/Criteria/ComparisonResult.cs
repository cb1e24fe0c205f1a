using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>What the runs say about one comparison of a criterion.</summary>
/// <param name="Name">What was compared, e.g. the task.</param>
/// <param name="Estimate">Mean over seeds with its 95 % bootstrap interval.</param>
/// <param name="P">Exact two-sided sign-flip p against zero, where zero means no effect.</param>
/// <param name="Holds">Whether the rule holds.</param>
public sealed record ComparisonResult(string Name, Interval Estimate, double? P, bool Holds);
