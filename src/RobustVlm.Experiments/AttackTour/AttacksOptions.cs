namespace RobustVlm.Experiments.AttackTour;

/// <summary>Settings of <see cref="AttacksExperiment"/>.</summary>
public sealed record AttacksOptions
{
    /// <summary>The world whose pictures are classified and attacked.</summary>
    public string World { get; init; } = "chest";

    /// <summary>Pictures that every attack gets.</summary>
    public int Images { get; init; } = 64;

    /// <summary>Budget of the comparison in grey levels out of 255 (L-infinity).</summary>
    public double Levels { get; init; } = 1;

    /// <summary>Budget of the comparison as Euclidean length; about as much as the L-infinity one allows when a sixth of the pixels use it.</summary>
    public double Length { get; init; } = 0.15;

    /// <summary>Budgets of the curves and of the explorer in grey levels out of 255 (L-infinity), rising.</summary>
    public IReadOnlyList<double> Budgets { get; init; } = [0.5, 1, 2, 4, 8];

    /// <summary>How many of them the report and the comparison of number formats use.</summary>
    public int ReportedImages { get; init; } = 32;

    /// <summary>How much work the attacks do.</summary>
    public AttackEffort Effort { get; init; } = AttackEffort.Mini;

    /// <summary>Pictures with several captions for the attacks on pairs of image and text.</summary>
    public int Pairs { get; init; } = 100;

    /// <summary>Severities of the corruptions.</summary>
    public IReadOnlyList<int> Severities { get; init; } = [1, 3, 5];

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static AttacksOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { Images = 8, ReportedImages = 8, Budgets = [1, 4], Effort = AttackEffort.Trial, Pairs = 8, Severities = [3] },
        Scale.Demo => new(),
        Scale.Paper => new() { Images = 1_000, ReportedImages = 1_000, Effort = AttackEffort.Published, Pairs = 1_000, Severities = [1, 2, 3, 4, 5] },
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
