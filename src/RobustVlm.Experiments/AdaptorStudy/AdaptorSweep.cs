using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Every run of notebook 05: end-to-end training first, since its encoder is kept for decoders; then the arms, all encoders, decoders, and what is reported without a mark.</summary>
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
        var plan = AdaptorPlan.For(lab.Scale);
        return Stages(plan, lab.Seed == AdaptorPlan.ExtraSeed).SelectMany((stage, i) => stage.Select(options => Run(lab, options, i)));
    }

    /// <summary>The settings of every run of a seed.</summary>
    internal static IEnumerable<AdaptorRunOptions> OptionsOf(AdaptorPlan plan, ulong seed) => Stages(plan, seed == AdaptorPlan.ExtraSeed).SelectMany(stage => stage);

    // In the order of what is missed most when the sweep has to stop.
    private static IEnumerable<IEnumerable<AdaptorRunOptions>> Stages(AdaptorPlan plan, bool extra)
    {
        yield return new[] { AdaptorArm.EndToEnd, AdaptorArm.Adaptor, AdaptorArm.ShuffledPairs, AdaptorArm.NoAdaptor, AdaptorArm.RandomAdaptor, AdaptorArm.RandomEncoder }.Select(arm => plan.Fit(arm)).Append(plan.Cost());
        yield return [plan.Grid()];
        yield return [
            plan.Segmentation(AdaptorArm.Adaptor, DiceTerm.Original), plan.Segmentation(AdaptorArm.Adaptor, DiceTerm.Modified), plan.Segmentation(AdaptorArm.EndToEnd, DiceTerm.Original)];
        yield return [
            plan.Fit(AdaptorArm.Adaptor, layers: 0), plan.Fit(AdaptorArm.Adaptor, layers: 1), plan.Fit(AdaptorArm.BatchAttention),
            plan.Fit(AdaptorArm.Adaptor, textWeight: 0.25), plan.Fit(AdaptorArm.Adaptor, textWeight: 0.5)];
        yield return AdaptorPlan.Segmented.Where(arm => arm is not (AdaptorArm.Adaptor or AdaptorArm.EndToEnd)).Select(arm => plan.Segmentation(arm, DiceTerm.Original));
        yield return extra ? [plan.Tokens()] : [];
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
        AdaptorRunKind.Grid => 400,
        AdaptorRunKind.Segmentation => 75,
        AdaptorRunKind.Cost => 60,
        AdaptorRunKind.Tokens => 80,
        _ => options.Arm == AdaptorArm.EndToEnd ? 420 : options.Epochs > 0 ? 20 + (10 * options.Layers) : 10,
    };
}
