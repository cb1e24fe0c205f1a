namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Settings of <see cref="AdaptorExperiment"/>: what its notebook does beside reading the sweep's runs.</summary>
public sealed record AdaptorExperimentOptions
{
    /// <summary>What is trained in front of the reader, from cached embeddings.</summary>
    public IReadOnlyList<AdaptorArm> LiveArms { get; init; } = [AdaptorArm.Adaptor, AdaptorArm.ShuffledPairs, AdaptorArm.NoAdaptor];

    /// <summary>How often the validation loss is measured during a live training.</summary>
    public int LivePoints { get; init; } = 15;

    /// <summary>Pictures with reports that are shown.</summary>
    public int ShownPairs { get; init; } = 5;

    /// <summary>Pictures with overlaid masks.</summary>
    public int ShownMasks { get; init; } = 6;

    /// <summary>Pairs whose embedding is timed.</summary>
    public int TimedPairs { get; init; } = 512;

    /// <summary>Steps of the published recipe at its full size on made embeddings.</summary>
    public int DrySteps { get; init; } = 3;

    /// <summary>Pairs per batch there; published are 1024.</summary>
    public int DryBatch { get; init; } = 256;

    /// <summary>Settings for encoders and folders of one's own.</summary>
    public AdaptorOwnOptions Own { get; init; } = new();

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static AdaptorExperimentOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { LivePoints = 2, ShownPairs = 2, ShownMasks = 3, TimedPairs = 16, DrySteps = 2, DryBatch = 8, Own = AdaptorOwnOptions.For(scale) },
        Scale.Demo => new() { Own = AdaptorOwnOptions.For(scale) },
        Scale.Paper => new() { DrySteps = 20, DryBatch = 1024, Own = AdaptorOwnOptions.For(scale) },
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
