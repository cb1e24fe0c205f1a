namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Settings of <see cref="PmgAftExperiment"/>: what its notebook does beside reading the sweep's runs.</summary>
public sealed record PmgAftExperimentOptions
{
    /// <summary>Methods that are trained in front of the reader.</summary>
    public IReadOnlyList<PmgAftArm> LiveArms { get; init; } = [PmgAftArm.TeCoA, PmgAftArm.PmgAft, PmgAftArm.Fare];

    /// <summary>Budget of the live training and its scores, in grey levels of 255.</summary>
    public double LiveEpsilon { get; init; } = 4;

    /// <summary>How often accuracy is measured during a live training.</summary>
    public int LivePoints { get; init; } = 10;

    /// <summary>Pictures of each set on the contact sheet.</summary>
    public int ShownPictures { get; init; } = 10;

    /// <summary>Weight updates of a loss of one's own.</summary>
    public int OwnSteps { get; init; } = 60;

    /// <summary>Pictures per batch there.</summary>
    public int OwnBatchSize { get; init; } = 32;

    /// <summary>Pictures of each set to score a loss of one's own on.</summary>
    public int OwnPictures { get; init; } = 20;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static PmgAftExperimentOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { LiveArms = [PmgAftArm.TeCoA, PmgAftArm.PmgAft], LivePoints = 2, ShownPictures = 3, OwnSteps = 2, OwnBatchSize = 8, OwnPictures = 2 },
        Scale.Demo or Scale.Paper => new(),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
