using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.Nullspaces;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>Every run of notebook 04: seed by seed the arms and the analysis, then the epsilons.</summary>
internal sealed class NullspaceSweep : ISweep
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    internal const string Id = "04-nullspace";

    // Raised whenever pictures, training or scores change what comes out of equal settings.
    internal const int Version = 1;

    private readonly NullspaceFit _fit = new();

    public string Experiment => Id;

    public IReadOnlyList<ulong> Seeds => NullspacePlan.Seeds;

    public IEnumerable<ISweepRun> RunsOf(Lab lab)
    {
        // All runs of a seed are of one stage: they share a trained model, which a process keeps only until the next seed.
        var plan = NullspacePlan.For(lab.Scale);
        return plan.Runs()
            .Select(options => new SweepRun<NullspaceRunOptions>
            {
                Lab = lab,
                Experiment = Id,
                Label = NullspacePlan.Label(options),
                Options = options,
                MethodVersion = Version,
                Cost = Cost(options),
                Work = progress => _fit.Run(lab, options, progress),
            });
    }

    // Seconds of one core, summed from parts that were timed on the choosing seed; the shared training of a seed is divided among its runs.
    private static double Cost(NullspaceRunOptions options)
    {
        const double shared = 3, rounds = 19, scores = 43, fewScores = 16;
        return shared + options.Kind switch
        {
            NullspaceRunKind.Analysis => 75,
            NullspaceRunKind.Epsilon => rounds + fewScores + (options.Arm == NullspaceArm.RandomNoise ? 1 : options.Epsilon < NullspacePlan.Epsilon ? 85 : 30),
            _ => options.Arm switch
            {
                NullspaceArm.None => scores,
                NullspaceArm.Control => rounds + scores,
                NullspaceArm.RandomNoise => rounds + scores + 1,
                NullspaceArm.Madry or NullspaceArm.Trades => 100,
                NullspaceArm.NullspaceWithoutStop => rounds + scores + 88,
                _ => rounds + scores + 48,
            },
        };
    }
}
