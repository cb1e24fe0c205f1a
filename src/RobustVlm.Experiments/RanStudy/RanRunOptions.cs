using RobustVlm.Methods.Ran;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>What a run measures.</summary>
public enum RanRunKind
{
    /// <summary>Poisoned images and captions of a seed, and whether they are what they should be.</summary>
    Crafting,

    /// <summary>A model trained on a mixture of clean and poisoned pairs, with every head behind it, scored.</summary>
    Fit,

    /// <summary>Attacks on pairs against a model that was trained on clean pairs, and stronger attacks on its linear probe.</summary>
    Attacks,
}

/// <summary>How captions are falsified.</summary>
public enum RanTexts
{
    /// <summary>By rules, so that every caption contradicts its image.</summary>
    Rules,

    /// <summary>By BERT-Attack, one word each.</summary>
    BertAttack,
}

/// <summary>Sizes of pictures, models, sets and trainings; the same for all runs of a scale.</summary>
public sealed record RanSizes
{
    /// <summary>Height and width of pictures in pixels.</summary>
    public int ImageSize { get; init; } = 48;

    /// <summary>Height and width of a patch.</summary>
    public int PatchSize { get; init; } = 8;

    /// <summary>Width of both transformers.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Blocks of the images' transformer.</summary>
    public int Depth { get; init; } = 3;

    /// <summary>Blocks of the texts' transformer.</summary>
    public int TextDepth { get; init; } = 2;

    /// <summary>Length of an embedding, which is what heads read.</summary>
    public int EmbeddingSize { get; init; } = 64;

    /// <summary>Pairs to pre-train on.</summary>
    public int Pairs { get; init; } = 4096;

    /// <summary>Captions of each image.</summary>
    public int Captions { get; init; } = 5;

    /// <summary>Weight updates of the pre-training.</summary>
    public int Steps { get; init; } = 900;

    /// <summary>Pairs per update.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Largest learning rate of the pre-training.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps of the attack that poisons images.</summary>
    public int CraftingSteps { get; init; } = 20;

    /// <summary>Pictures that heads learn from.</summary>
    public int Train { get; init; } = 600;

    /// <summary>Pictures with a question each that answers are learned from.</summary>
    public int Questions { get; init; } = 1000;

    /// <summary>Pictures of each test set.</summary>
    public int Test { get; init; } = 1000;

    /// <summary>Rounds through the pictures that heads learn from.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Changed copies of each picture.</summary>
    public int CachedViews { get; init; } = 8;

    /// <summary>Test pictures that are attacked.</summary>
    public int Attacked { get; init; } = 256;

    /// <summary>Steps of the PGD that scores.</summary>
    public int AttackSteps { get; init; } = 20;

    /// <summary>Images in the retrieval that is attacked.</summary>
    public int Retrieved { get; init; } = 100;
}

/// <summary>Settings of one stored run of the experiment.</summary>
public sealed record RanRunOptions
{
    /// <summary>What it measures.</summary>
    public RanRunKind Kind { get; init; }

    /// <summary>Share of the pairs that are poisoned.</summary>
    public double Ratio { get; init; }

    /// <summary>What of a poisoned pair is poisoned.</summary>
    public NoisePairing Pairing { get; init; }

    /// <summary>How captions are falsified.</summary>
    public RanTexts Texts { get; init; }

    /// <summary>All sizes.</summary>
    public RanSizes Sizes { get; init; } = new();
}
