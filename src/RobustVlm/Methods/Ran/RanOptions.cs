using RobustVlm.Attacks;
using RobustVlm.Data;
using RobustVlm.Methods.LowRank;

namespace RobustVlm.Methods.Ran;

/// <summary>What is trained for a task behind an encoder that may have learned from poisoned pairs.</summary>
public enum RanMode
{
    /// <summary>A small network and a linear layer by the task's loss and <see cref="RanLoss"/>; the encoder is frozen.</summary>
    Ran,

    /// <summary>The same by the task's loss alone, with the same two views: the control that tells the regularisers from capacity and augmentation.</summary>
    CrossEntropy,

    /// <summary>A linear layer on features of unchanged images; the encoder is frozen.</summary>
    LinearProbe,

    /// <summary>Low-rank updates of the image encoder and a linear layer.</summary>
    LowRank,

    /// <summary>The image encoder and a linear layer.</summary>
    FullFineTuning,
}

/// <summary>What the second view of an image is.</summary>
public enum RanSecondView
{
    /// <summary>Another random change of the same image, as in NMTune.</summary>
    Augmentation,

    /// <summary>The first view, attacked in the encoder's features. Our reading of "defend adversarial attacks"; no source confirms it.</summary>
    Adversarial,
}

/// <summary>Settings of <see cref="RanTrainer"/> and <see cref="RanVqaTrainer"/>. The defaults are those of NMTune's published runs.</summary>
public sealed record RanOptions
{
    /// <summary>What is trained.</summary>
    public RanMode Mode { get; init; }

    /// <summary>The regularisers, for <see cref="RanMode.Ran"/>.</summary>
    public RanLossOptions Loss { get; init; } = new();

    /// <summary>The second view, for <see cref="RanMode.Ran"/> and <see cref="RanMode.CrossEntropy"/>.</summary>
    public RanSecondView SecondView { get; init; }

    /// <summary>The small network.</summary>
    public RanHeadOptions Head { get; init; } = new();

    /// <summary>Rounds through the images, at least one.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Images per batch, at least one.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Largest learning rate of AdamW, falling to zero along a cosine; null takes 0.01 for a linear probe on images and 0.001 for all else.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Weight decay of all that is trained, vectors included.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Random changes of images, for all modes but the linear probe.</summary>
    public AugmentationOptions Augmentation { get; init; } = new() { LeastCrop = 0.9, Rotation = 0, Brightness = 0, Contrast = 0, Noise = 0 };

    /// <summary>How many random changes of each image are encoded once and drawn from, at least two; for frozen encoders.</summary>
    public int CachedViews { get; init; } = 8;

    /// <summary>The attack that makes <see cref="RanSecondView.Adversarial"/> views.</summary>
    public FeaturePgdOptions SecondViewAttack { get; init; } = new() { Epsilon = PixelBudget.Of255(1), StepSize = PixelBudget.Of255(0.25), Steps = 5, Start = StartPoint.Uniform };

    /// <summary>The updates of <see cref="RanMode.LowRank"/>; those of NMTune's code by default.</summary>
    public LowRankOptions LowRank { get; init; } = new() { Rank = 8, Alpha = 8, Targets = LowRankTargets.Fc1 | LowRankTargets.Fc2 };

    /// <summary>Width of the co-attention, for questions.</summary>
    public int AttentionWidth { get; init; } = 64;

    /// <summary>Whether a trained encoder, and the attack on second views, run in bfloat16 where that is fast; features of a frozen encoder are always float32.</summary>
    public bool MixedPrecision { get; init; } = true;

    /// <summary>The learning rate that is used.</summary>
    internal double UsedLearningRate => LearningRate ?? (Mode == RanMode.LinearProbe ? 0.01 : 0.001);

    /// <summary>Whether the encoder stays as it is.</summary>
    internal bool IsFrozen => Mode is RanMode.Ran or RanMode.CrossEntropy or RanMode.LinearProbe;

    /// <summary>Whether two views of each image go through the head together.</summary>
    internal bool HasTwoViews => Mode is RanMode.Ran or RanMode.CrossEntropy;

    internal void Check()
    {
        Loss.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CachedViews, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(AttentionWidth, 1);
        if (!Enum.IsDefined(Mode) || !Enum.IsDefined(SecondView))
        {
            throw new ArgumentException("Choose one of the five modes and one of the two second views.");
        }
    }
}
