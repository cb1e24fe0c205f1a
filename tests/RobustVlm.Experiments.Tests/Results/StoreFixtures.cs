using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Tests.Results;

/// <summary>Options with everything that has to survive JSON.</summary>
public sealed record SampleOptions
{
    public int Steps { get; init; } = 10;

    public double Epsilon { get; init; } = 8 / 255.0;

    public double? Clip { get; init; } = double.PositiveInfinity;

    public IReadOnlyList<string> Prompts { get; init; } = ["a chest X-ray with \"effusion\" – left"];

    public SampleNested Nested { get; init; } = new(0.1);
}

public readonly record struct SampleNested(double Value);

internal static class StoreFixtures
{
    public const string Experiment = "06-melo";

    public static RunEnvironment Environment { get; } = new(
        "3f2c1d0", Scale.Demo, 7, "cpu (2 cores)", "1.13.1", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), TimeSpan.FromSeconds(61.25))
    {
        DotNet = "10.0.1",
    };

    public static RunRecord<SampleOptions> Record { get; } = new()
    {
        Experiment = Experiment,
        Options = new SampleOptions(),
        MethodVersion = 1,
        Checkpoints = new Dictionary<string, string> { ["mini-clip.safetensors"] = "0123abcd" },
        Environment = Environment,
        Measurements =
        [
            new Measurement("MeLo", "clean", 0.8125, 0.75, 0.86, 200, 0.83),
            new Measurement("MeLo", "PGD-10", double.NaN),
            new Measurement("MeLo", "loss", double.NegativeInfinity, IsRate: false),
        ],
        Warnings = ["more steps do not hurt"],
    };
}
