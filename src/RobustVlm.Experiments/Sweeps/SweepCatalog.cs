using RobustVlm.Experiments.AdaptorStudy;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.PmgAftStudy;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>Every sweep; an experiment adds its own.</summary>
internal static class SweepCatalog
{
    internal static IReadOnlyList<ISweep> All { get; } = [new AdaptorSweep(), new MeLoSweep(), new PmgAftSweep()];
}
