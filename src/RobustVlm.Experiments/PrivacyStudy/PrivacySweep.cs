using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Sweeps;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>Every run of notebook 08: the trainings with checkpoints of all seeds first, then larger sets of members, then defences.</summary>
internal sealed class PrivacySweep : ISweep
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    internal const string Id = "08-privacy";

    // Raised whenever pictures, training or attacks change what comes out of equal settings.
    internal const int Version = 1;

    public string Experiment => Id;

    public IReadOnlyList<ulong> Seeds => PrivacyPlan.Seeds;

    public IEnumerable<ISweepRun> RunsOf(Lab lab)
    {
        var plan = PrivacyPlan.For(lab.Scale);
        yield return Run(lab, plan.Training(), 0);
        foreach (var members in plan.SetSizes.Skip(1))
        {
            yield return Run(lab, plan.SetSize(members), 1);
        }

        foreach (var defence in Enum.GetValues<PrivacyDefence>().Where(defence => defence != PrivacyDefence.None))
        {
            yield return Run(lab, plan.Defended(defence), 2);
        }
    }

    private static SweepRun<PrivacyRunOptions> Run(Lab lab, PrivacyRunOptions options, int stage) => new()
    {
        Lab = lab,
        Experiment = Id,
        Label = PrivacyPlan.Label(options),
        Options = options,
        MethodVersion = Version,
        Checkpoints = new Dictionary<string, string> { [ShippedCheckpoints.AutoencoderName] = ShippedCheckpoints.HashOf(lab, ShippedCheckpoints.AutoencoderName) },
        Stage = stage,
        Cost = Cost(options),
        Work = progress => PrivacyFit.Run(lab, options, progress),
    };

    // Seconds of one core, roughly.
    private static double Cost(PrivacyRunOptions options)
    {
        var training = options.Steps * 0.04;
        return options.Kind == PrivacyRunKind.Training ? training + 190 : ((options.Defence == PrivacyDefence.LowRank ? 2 : 1) * training) + 15;
    }
}
