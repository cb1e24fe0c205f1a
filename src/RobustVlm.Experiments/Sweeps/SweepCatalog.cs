using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.PmgAftStudy;
using RobustVlm.Experiments.PrivacyStudy;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>Every sweep; an experiment adds its own.</summary>
internal static class SweepCatalog
{
    internal static IReadOnlyList<ISweep> All { get; } = [new MeLoSweep(), new PmgAftSweep(), new PrivacySweep()];
}
