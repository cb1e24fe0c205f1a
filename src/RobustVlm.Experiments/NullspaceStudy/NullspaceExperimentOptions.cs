namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>Settings of <see cref="NullspaceExperiment"/>: what its notebook does beside reading the sweep's runs.</summary>
public sealed record NullspaceExperimentOptions
{
    /// <summary>Pictures of each class on the contact sheet.</summary>
    public int ShownPictures { get; init; } = 8;

    /// <summary>Pictures on which changes are measured in front of the reader.</summary>
    public int LivePictures { get; init; } = 301;

    /// <summary>Rounds of the fine-tuning in front of the reader.</summary>
    public int LiveRounds { get; init; } = 3;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static NullspaceExperimentOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { ShownPictures = 2, LivePictures = 7, LiveRounds = 2 },
        Scale.Demo or Scale.Paper => new(),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
