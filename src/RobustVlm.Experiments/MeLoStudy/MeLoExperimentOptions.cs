namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Settings of <see cref="MeLoExperiment"/>: what its notebook does beside reading the sweep's runs.</summary>
public sealed record MeLoExperimentOptions
{
    /// <summary>Names of the tasks that are trained in front of the reader, with all of the three main methods.</summary>
    public IReadOnlyList<string> LiveTasks { get; init; } = ["tuberculosis", "mammograms"];

    /// <summary>Pictures of each class on the contact sheet.</summary>
    public int ShownPictures { get; init; } = 8;

    /// <summary>Rounds through one's own images.</summary>
    public int OwnEpochs { get; init; } = 15;

    /// <summary>Own images per batch.</summary>
    public int OwnBatchSize { get; init; } = 16;

    /// <summary>How many learning rates are tried on one's own images, per method.</summary>
    public int OwnLearningRates { get; init; } = 3;

    /// <summary>How often one's own images are trained on, each time from another seed.</summary>
    public int OwnSeeds { get; init; } = 1;

    /// <summary>Names of the transformers that are timed; <see cref="MeLoExperiment.Sizes"/> lists all.</summary>
    public IReadOnlyList<string> TimedSizes { get; init; } = ["mini", "ViT-Ti/16"];

    /// <summary>Timed training steps per transformer and method.</summary>
    public int TimedSteps { get; init; } = 5;

    /// <summary>Pictures per timed step.</summary>
    public int TimedBatch { get; init; } = 4;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static MeLoExperimentOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { LiveTasks = ["tuberculosis"], ShownPictures = 3, OwnEpochs = 1, OwnLearningRates = 1, TimedSizes = ["mini"], TimedSteps = 1 },
        Scale.Demo => new(),
        Scale.Paper => new()
        {
            OwnEpochs = 20,
            OwnBatchSize = 32,
            OwnSeeds = 3,
            TimedSizes = ["ViT-B/16", "ViT-L/16", "ViT-H/14", "ViT-g/14", "ViT-G/14"],
            TimedSteps = 20,
            TimedBatch = 16,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
