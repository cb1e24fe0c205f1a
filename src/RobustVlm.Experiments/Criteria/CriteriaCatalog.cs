using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.PrivacyStudy;

namespace RobustVlm.Experiments.Criteria;

/// <summary>Every claim of the ledger, in the order of its rows; an experiment adds its own.</summary>
internal static class CriteriaCatalog
{
    internal static IReadOnlyList<ICriterion> All { get; } = [.. MeLoCriteria.All, .. PmgAftCriteria.All, .. PrivacyCriteria.All];
}
