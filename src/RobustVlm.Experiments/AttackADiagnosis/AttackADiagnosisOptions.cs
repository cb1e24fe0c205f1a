namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>What the mini CLIP is trained on and for how long; together with the seed it decides the trained weights.</summary>
public sealed record MiniClipTraining
{
    /// <summary>Height and width of the radiographs in pixels; a multiple of eight.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>Radiographs to learn from.</summary>
    public int Images { get; init; } = 6_144;

    /// <summary>Reports written for each radiograph; one is drawn whenever it is used.</summary>
    public int ReportsPerImage { get; init; } = 4;

    /// <summary>Training steps.</summary>
    public int Steps { get; init; } = 750;

    /// <summary>Pairs of radiograph and report in one step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Width of the image encoder.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Blocks of the image encoder.</summary>
    public int Depth { get; init; } = 4;
}

/// <summary>Settings of <see cref="AttackADiagnosisExperiment"/>.</summary>
public sealed record AttackADiagnosisOptions
{
    /// <summary>The model's training.</summary>
    public MiniClipTraining Training { get; init; } = new();

    /// <summary>Held-out radiographs for the clean diagnosis.</summary>
    public int TestImages { get; init; } = 1_024;

    /// <summary>How many of them are attacked.</summary>
    public int AttackedImages { get; init; } = 256;

    /// <summary>Perturbation budgets in grey levels out of 255 (L-infinity), rising.</summary>
    public IReadOnlyList<double> Budgets { get; init; } = [0.5, 1, 2, 4, 8];

    /// <summary>Gradient steps of PGD.</summary>
    public int PgdSteps { get; init; } = 20;

    /// <summary>Images of the check against stronger attacks.</summary>
    public int CheckedImages { get; init; } = 64;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static AttackADiagnosisOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new()
        {
            Training = new() { Images = 256, Steps = 20, BatchSize = 32, Width = 64, Depth = 2 },
            TestImages = 64,
            AttackedImages = 32,
            CheckedImages = 16,
            PgdSteps = 5,
        },
        Scale.Demo => new(),
        Scale.Paper => new()
        {
            Training = new() { ImageSize = 128, Images = 100_000, Steps = 20_000, BatchSize = 256, Width = 384, Depth = 8 },
            TestImages = 10_000,
            AttackedImages = 2_000,
            CheckedImages = 512,
            PgdSteps = 50,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
