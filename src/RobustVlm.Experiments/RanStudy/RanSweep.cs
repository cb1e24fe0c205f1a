using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.Ran;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Every run of notebook 03: poisoned pairs of all seeds first, then a model of every ratio and seed with all heads, attacks on pairs, other pairings.</summary>
internal sealed class RanSweep : ISweep
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    internal const string Id = "03-ran";

    // Raised whenever pictures, training or scores change what comes out of equal settings.
    internal const int Version = 1;

    private readonly RanFit _fit = new();

    public string Experiment => Id;

    public IReadOnlyList<ulong> Seeds => RanPlan.Seeds;

    public IEnumerable<ISweepRun> RunsOf(Lab lab) =>
        OptionsOf(RanPlan.For(lab.Scale), lab.Seed).SelectMany((stage, i) => stage.Select(options => Run(lab, options, i)));

    /// <summary>The runs of a seed by stages, in the order of what is missed most when the sweep has to stop.</summary>
    internal static IReadOnlyList<IReadOnlyList<RanRunOptions>> OptionsOf(RanPlan plan, ulong seed) =>
    [
        [plan.Crafting()],
        [.. RanPlan.Ratios.Select(ratio => plan.Fit(ratio))],
        [plan.Attacks()],
        !RanPlan.FewSeeds.Contains(seed) ? [] :
        [
            .. new[] { NoisePairing.ImageOnly, NoisePairing.TextOnly }.SelectMany(pairing => RanPlan.OtherRatios.Select(ratio => plan.Fit(ratio, pairing))),
            plan.Fit(RanPlan.Heavy[0], texts: RanTexts.BertAttack),
        ],
    ];

    private SweepRun<RanRunOptions> Run(Lab lab, RanRunOptions options, int stage) => new()
    {
        Lab = lab,
        Experiment = Id,
        Label = RanPlan.Label(options),
        Options = options,
        MethodVersion = Version,
        Checkpoints = options.Kind == RanRunKind.Attacks || options.Texts == RanTexts.BertAttack
            ? new Dictionary<string, string> { [RanUpstream.LanguageModelName] = ShippedCheckpoints.HashOf(lab, RanUpstream.LanguageModelName) }
            : [],
        Stage = stage,
        Cost = Cost(options),
        Work = progress => _fit.Run(lab, options, progress),
    };

    // Seconds of one core, roughly.
    private static double Cost(RanRunOptions options) => options switch
    {
        { Kind: RanRunKind.Crafting } => 85,
        { Kind: RanRunKind.Attacks } => 30,
        { Texts: RanTexts.BertAttack } => 125,
        { Pairing: NoisePairing.Both } => 135,
        _ => 85,
    };
}
