using RobustVlm.Data;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>The published recipe, for transformers of published width: Adam, cosine to one millionth, 20 epochs, low-rank updates of rank 4, bfloat16, mirrored at random.</summary>
internal static class MeLoPreset
{
    // Learning rates of the mini transformer do not suit wide ones, and the other way round.
    private const int NarrowWidth = 256;

    /// <summary>The three methods that are compared wherever there is no sweep.</summary>
    internal static IReadOnlyList<MeLoArm> Arms { get; } = [MeLoPlan.Full, MeLoPlan.Probe, MeLoPlan.MeLo()];

    /// <summary>Learning rates to choose from, three, rising. For published widths the middle ones are those of the authors' scripts.</summary>
    internal static IReadOnlyList<double> Rates(MeLoArm arm, int width) => width <= NarrowWidth ? MeLoPlan.LearningRatesOf(arm.Mode) : arm.Mode switch
    {
        MeLoMode.FullFineTuning => [1e-5, 3e-5, 1e-4],
        MeLoMode.LinearProbe => [3e-4, 1e-3, 3e-3],
        MeLoMode.LowRank => [3e-4, 1e-3, 3e-3],
        _ => throw new ArgumentOutOfRangeException(nameof(arm), arm, "Choose full fine-tuning, the linear probe or low-rank updates."),
    };

    internal static MeLoOptions Published(MeLoArm arm, double learningRate, bool mirrored) => new()
    {
        Mode = arm.Mode,
        LowRank = arm.Rank > 0 ? new LowRankOptions { Rank = arm.Rank, Alpha = arm.Rank } : new LowRankOptions(),
        Epochs = 20,
        BatchSize = 32,
        LearningRate = learningRate,
        Augmentation = mirrored ? new AugmentationOptions { LeastCrop = 1, Rotation = 0, Mirror = true, Brightness = 0, Contrast = 0, Noise = 0 } : null,
    };
}
