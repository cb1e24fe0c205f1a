using RobustVlm.Experiments.AdaptorStudy;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.NullspaceStudy;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.PrivacyStudy;
using RobustVlm.Experiments.RanStudy;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>Every sweep; an experiment adds its own.</summary>
internal static class SweepCatalog
{
    internal static IReadOnlyList<ISweep> All { get; } = [new RanSweep(), new NullspaceSweep(), new AdaptorSweep(), new MeLoSweep(), new PmgAftSweep(), new PrivacySweep()];
}
