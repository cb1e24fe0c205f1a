using RobustVlm.Experiments.MeLoStudy;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>Every sweep; an experiment adds its own.</summary>
internal static class SweepCatalog
{
    internal static IReadOnlyList<ISweep> All { get; } = [new MeLoSweep()];
}
