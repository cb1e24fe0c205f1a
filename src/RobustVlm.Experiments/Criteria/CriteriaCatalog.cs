using RobustVlm.Experiments.AdaptorStudy;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.NullspaceStudy;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.PrivacyStudy;
using RobustVlm.Experiments.RanStudy;

namespace RobustVlm.Experiments.Criteria;

/// <summary>Every claim of the ledger, in the order of its rows; an experiment adds its own.</summary>
internal static class CriteriaCatalog
{
    internal static IReadOnlyList<ICriterion> All { get; } = [
        .. RanCriteria.All,
        .. NullspaceCriteria.All,
        .. AdaptorCriteria.All,
        .. MeLoCriteria.All,
        .. PmgAftCriteria.All,
        .. PrivacyCriteria.All];
}
