namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>Settings of <see cref="PrivacyExperiment"/>: what its notebook does beside reading the sweep's runs.</summary>
public sealed record PrivacyExperimentOptions
{
    /// <summary>Members of the shipped model that are attacked, and as many others; at most 100.</summary>
    public int Candidates { get; init; } = 100;

    /// <summary>Series of images per candidate that are averaged.</summary>
    public int Repeats { get; init; } = 4;

    /// <summary>Images that are generated for GAN-Leaks.</summary>
    public int Samples { get; init; } = 400;

    /// <summary>Pictures in a row of the contact sheet.</summary>
    public int ShownPictures { get; init; } = 10;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static PrivacyExperimentOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { Candidates = 20, Repeats = 1, Samples = 20, ShownPictures = 4 },
        Scale.Demo or Scale.Paper => new(),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
