using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Sweeps;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Every run of notebook 07: the main methods at both budgets on all seeds first, then ablation and TRADES, stronger attacks, learning rates, prompts.</summary>
internal sealed class PmgAftSweep : ISweep
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    internal const string Id = "07-pmg-aft";

    // Raised whenever sets, training or scores change what comes out of equal settings.
    internal const int Version = 1;

    private readonly PmgAftFit _fit = new();

    public string Experiment => Id;

    public IReadOnlyList<ulong> Seeds => PmgAftPlan.Seeds;

    public IEnumerable<ISweepRun> RunsOf(Lab lab)
    {
        var plan = PmgAftPlan.For(lab.Scale);
        return Stages(plan, lab).SelectMany((stage, i) => stage.Select(entry => Run(entry.Lab, entry.Options, i)));
    }

    // In the order of what is missed most when the sweep has to stop.
    private static IEnumerable<IEnumerable<(Lab Lab, PmgAftRunOptions Options)>> Stages(PmgAftPlan plan, Lab lab)
    {
        var choosing = lab.WithSeed(PmgAftPlan.ChoosingSeed);
        var (small, large) = (PmgAftPlan.Epsilons[0], PmgAftPlan.Epsilons[1]);
        var extra = lab.Seed == PmgAftPlan.ExtraSeed;
        IEnumerable<(Lab, PmgAftRunOptions)> Fits(IEnumerable<PmgAftArm> arms, double epsilon) => arms.Select(arm => (lab, plan.Fit(arm, epsilon)));
        yield return Fits([PmgAftArm.Original, PmgAftArm.FineTuneClean], 0).Concat(Fits(PmgAftPlan.Main, small));
        yield return Fits(PmgAftPlan.Main, large);
        yield return Fits([.. PmgAftPlan.Ablation, PmgAftArm.PmgAftRepository], small);
        yield return Fits(PmgAftPlan.Ablation, large);
        yield return extra ? PmgAftPlan.Attacked.Select(entry => (lab, plan.Attacks(entry.Arm, entry.Epsilon))) : [];
        yield return Fits([PmgAftArm.Trades], small);
        yield return PmgAftPlan.Epsilons.SelectMany(epsilon => PmgAftPlan.LearningRates.SelectMany(
            rate => PmgAftPlan.Tuned.Select(arm => (choosing, plan.LearningRate(arm, epsilon, rate)))));
        yield return extra ? Fits([PmgAftArm.PadPrompt, PmgAftArm.TokenPrompt], small) : [];
    }

    private SweepRun<PmgAftRunOptions> Run(Lab lab, PmgAftRunOptions options, int stage) => new()
    {
        Lab = lab,
        Experiment = Id,
        Label = PmgAftPlan.Label(options),
        Options = options,
        MethodVersion = Version,
        Checkpoints = new Dictionary<string, string> { [ShippedCheckpoints.MiniClipName] = ShippedCheckpoints.HashOf(lab, ShippedCheckpoints.MiniClipName) },
        Stage = stage,
        Cost = Cost(options),
        Work = progress => _fit.Run(lab, options, progress),
    };

    // Seconds of one core, roughly.
    private static double Cost(PmgAftRunOptions options)
    {
        var training = options.Arm switch
        {
            PmgAftArm.Original => 0,
            PmgAftArm.FineTuneClean => 45,
            PmgAftArm.TeCoA or PmgAftArm.FineTuneAdversarial or PmgAftArm.PadPrompt => 85,
            PmgAftArm.TokenPrompt => 250,
            PmgAftArm.Fare or PmgAftArm.General => 100,
            _ => 130,
        };
        return training + (options.Kind == PmgAftRunKind.Attacks ? 300 : options.Epsilon > 0 ? 30 : 60);
    }
}
