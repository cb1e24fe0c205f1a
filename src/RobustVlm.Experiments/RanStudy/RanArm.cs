using RobustVlm.Methods.LowRank;
using RobustVlm.Methods.Ran;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>A head, or what stands in its place.</summary>
/// <param name="Name">Name in tables and plots, and row of its measurements.</param>
/// <param name="Mode">What is trained.</param>
/// <param name="View">The second view.</param>
public sealed record RanArm(string Name, RanMode Mode, RanSecondView View = RanSecondView.Augmentation)
{
    /// <summary>The regularisers.</summary>
    internal RanLossOptions Loss { get; init; } = new();

    /// <summary>Largest learning rate; null takes that of NMTune's runs.</summary>
    internal double? LearningRate { get; init; }

    /// <summary>A linear layer.</summary>
    public static RanArm Probe { get; } = new("linear probe", RanMode.LinearProbe);

    /// <summary>The small network without the regularisers.</summary>
    public static RanArm Mlp { get; } = new("MLP (CE)", RanMode.CrossEntropy);

    /// <summary>RAN in NMTune's form.</summary>
    public static RanArm Ran { get; } = new("RAN", RanMode.Ran);

    /// <summary>RAN whose second view is attacked.</summary>
    public static RanArm Attacked { get; } = new("RAN, attacked view", RanMode.Ran, RanSecondView.Adversarial);

    /// <summary>Low-rank updates. At NMTune's rate of 0.001 they were not at their end after all rounds on the choosing seed; three times it and ten times it gave the same.</summary>
    public static RanArm LowRank { get; } = new("LoRA", RanMode.LowRank) { LearningRate = 3e-3 };

    /// <summary>The whole encoder.</summary>
    public static RanArm Full { get; } = new("full fine-tuning", RanMode.FullFineTuning);

    /// <summary>What is compared, attacked too.</summary>
    public static IReadOnlyList<RanArm> Main { get; } = [Probe, Mlp, Ran, Attacked, LowRank, Full];

    /// <summary>What the criteria compare: these answer questions too, and stand behind the models of other pairings.</summary>
    public static IReadOnlyList<RanArm> Compared { get; } = [Probe, Mlp, Ran];

    /// <summary>RAN with one term left out, and with the weights of NMTune's paper; scored on pictures without attack.</summary>
    public static IReadOnlyList<RanArm> Ablation { get; } =
    [
        new("RAN without consistency", RanMode.Ran) { Loss = new() { ConsistencyWeight = 0 } },
        new("RAN without covariance", RanMode.Ran) { Loss = new() { CovarianceWeight = 0 } },
        new("RAN without spectrum", RanMode.Ran) { Loss = new() { SpectrumWeight = 0 } },
        new("RAN, weights of NMTune's paper", RanMode.Ran) { Loss = RanLossOptions.Paper },
    ];

    internal static string NameOf(RanMode mode) => Main.First(arm => arm.Mode == mode).Name;

    internal RanOptions Options(RanSizes sizes) => new()
    {
        Mode = Mode,
        SecondView = View,
        Loss = Loss,
        Epochs = sizes.Epochs,
        LearningRate = LearningRate,
        CachedViews = sizes.CachedViews,
        LowRank = new LowRankOptions { Rank = 8, Alpha = 8, Targets = LowRankTargets.Fc1 | LowRankTargets.Fc2 },
    };
}
