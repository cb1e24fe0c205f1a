using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Every run of notebook 05: those that learning rates are chosen by; end-to-end training first, since its encoder is kept for decoders; then the arms, all encoders, decoders, and what is reported without a mark.</summary>
internal sealed class AdaptorSweep : ISweep
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    internal const string Id = "05-adaptor";

    // Raised whenever pictures, training or scores change what comes out of equal settings.
    internal const int Version = 1;

    private readonly AdaptorFit _fit = new();

    public string Experiment => Id;

    public IReadOnlyList<ulong> Seeds => AdaptorPlan.Seeds;

    public IEnumerable<ISweepRun> RunsOf(Lab lab)
    {
        var choosing = lab.WithSeed(AdaptorPlan.ChoosingSeed);
        var (plan, tried, isChosen) = Choose(choosing, SweepRunner.StoreOf(lab), lab.Scale);
        return tried.Select(options => Run(choosing, options, 0))
            .Concat(isChosen ? Stages(plan, lab.Seed).SelectMany((stage, i) => stage.Select(options => Run(lab, options, i))) : []);
    }

    /// <summary>The plan with the learning rates that the stored runs of the choosing seed give, by the rule that <see cref="AdaptorPlan"/> states.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="store">Where the runs are.</param>
    /// <param name="scale">Scale of the runs.</param>
    /// <returns>The plan, the runs that the choice rests on as far as they can be listed yet, and whether all of these are stored.</returns>
    internal static (AdaptorPlan Plan, IReadOnlyList<AdaptorRunOptions> Tried, bool IsChosen) Choose(Lab lab, ResultStore store, Scale scale)
    {
        var checkpoints = AdaptorEncoders.CheckpointsOf(lab);
        double[] Scores(IEnumerable<AdaptorRunOptions> tried, string column) => [.. tried.Select(options =>
            store.TryRead<AdaptorRunOptions>(RunKey.For(Id, options, scale, AdaptorPlan.ChoosingSeed, Version, checkpoints))?.Measurements.Single(number => number.Column == column).Value).OfType<double>()];
        var plan = AdaptorPlan.For(scale);
        AdaptorRunOptions[] rates = plan.LearningRates.Count > 1 ? [.. plan.TriedRates()] : [];
        var losses = Scores(rates, AdaptorPreTraining.LossColumn);
        if (losses.Length < rates.Length)
        {
            return (plan, rates, false);
        }

        plan = rates.Length > 0 ? plan with { LearningRate = rates[Array.IndexOf(losses, losses.Min())].LearningRate } : plan;
        AdaptorRunOptions[] decoders = plan.DecoderRates.Count > 1 ? [.. plan.TriedDecoderRates()] : [];
        var dice = Scores(decoders, AdaptorDownstream.ValidationColumn);
        return dice.Length < decoders.Length ? (plan, [.. rates, .. decoders], false)
            : (decoders.Length > 0 ? plan with { DecoderRate = decoders[Array.IndexOf(dice, dice.Max())].DownstreamLearningRate } : plan, [.. rates, .. decoders], true);
    }

    /// <summary>The settings of every run of a reported seed.</summary>
    internal static IEnumerable<AdaptorRunOptions> OptionsOf(AdaptorPlan plan, ulong seed) => Stages(plan, seed).SelectMany(stage => stage);

    // In the order of what is missed most when the sweep has to stop.
    private static IEnumerable<IEnumerable<AdaptorRunOptions>> Stages(AdaptorPlan plan, ulong seed)
    {
        yield return new[] { AdaptorArm.EndToEnd, AdaptorArm.Adaptor, AdaptorArm.ShuffledPairs, AdaptorArm.NoAdaptor, AdaptorArm.RandomAdaptor, AdaptorArm.RandomEncoder }.Select(arm => plan.Fit(arm)).Append(plan.Cost());
        yield return [plan.Grid()];
        yield return [
            plan.Segmentation(AdaptorArm.Adaptor, DiceTerm.Original), plan.Segmentation(AdaptorArm.Adaptor, DiceTerm.Modified), plan.Segmentation(AdaptorArm.EndToEnd, DiceTerm.Original)];
        yield return [
            plan.Fit(AdaptorArm.Adaptor, layers: 0), plan.Fit(AdaptorArm.Adaptor, layers: 1), plan.Fit(AdaptorArm.BatchAttention),
            plan.Fit(AdaptorArm.Adaptor, textWeight: 0.25), plan.Fit(AdaptorArm.Adaptor, textWeight: 0.5)];
        yield return AdaptorPlan.Segmented.Where(arm => arm is not (AdaptorArm.Adaptor or AdaptorArm.EndToEnd)).Select(arm => plan.Segmentation(arm, DiceTerm.Original));
        yield return seed == AdaptorPlan.ExtraSeed ? [plan.Tokens()] : [];
    }

    private SweepRun<AdaptorRunOptions> Run(Lab lab, AdaptorRunOptions options, int stage) => new()
    {
        Lab = lab,
        Experiment = Id,
        Label = AdaptorPlan.Label(options),
        Options = options,
        MethodVersion = Version,
        Checkpoints = AdaptorEncoders.CheckpointsOf(lab),
        Stage = stage,
        Cost = Cost(options),
        Work = progress => _fit.Run(lab, options, progress),
    };

    // Seconds of one core, roughly, with the pictures drawn.
    private static double Cost(AdaptorRunOptions options) => options.Kind switch
    {
        AdaptorRunKind.Grid => 270,
        AdaptorRunKind.Segmentation or AdaptorRunKind.DecoderRate => 40,
        AdaptorRunKind.Cost => 35,
        AdaptorRunKind.Tokens => 80,
        _ => options.Arm == AdaptorArm.EndToEnd ? 300 : options.Epochs > 0 ? 20 + (10 * options.Layers) : 10,
    };
}
