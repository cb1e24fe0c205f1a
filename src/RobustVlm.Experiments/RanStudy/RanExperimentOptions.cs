namespace RobustVlm.Experiments.RanStudy;

/// <summary>Settings of <see cref="RanExperiment"/>: what its notebook does beside reading the sweep's runs.</summary>
public sealed record RanExperimentOptions
{
    /// <summary>Sizes of what is trained in front of the reader: half the sweep's pairs and half its updates.</summary>
    public RanSizes Live { get; init; } = new() { Pairs = 2048, Steps = 450, Test = 500, Attacked = 128, AttackSteps = 10 };

    /// <summary>Poisoned pairs that are crafted to look at, at least as many as are shown.</summary>
    public int LookedAt { get; init; } = 64;

    /// <summary>Poisoned pairs that are shown.</summary>
    public int Shown { get; init; } = 4;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static RanExperimentOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { Live = RanPlan.For(Scale.Smoke).Sizes, LookedAt = 4, Shown = 2 },
        Scale.Demo or Scale.Paper => new(),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
