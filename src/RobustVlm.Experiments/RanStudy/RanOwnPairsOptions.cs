using RobustVlm.Methods.Ran;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Settings of <see cref="RanOwnPairs"/>. The defaults are PubMedCLIP's for fine-tuning, as far as they were read in its code; whether RAN used them is not known.</summary>
public sealed record RanOwnPairsOptions
{
    /// <summary>Shares of poisoned pairs.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [0, 0.05, 0.1, 0.2, 0.3, 0.5];

    /// <summary>What of a poisoned pair is poisoned.</summary>
    public NoisePairing Pairing { get; init; }

    /// <summary>Largest number of pairs to train on, drawn at random; pictures are kept in memory, 0.6 MB each at 224 pixels.</summary>
    public int MostPairs { get; init; } = 20_000;

    /// <summary>Largest number of test pictures.</summary>
    public int MostTest { get; init; } = 2000;

    /// <summary>Rounds through the pairs.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Largest number of weight updates; null makes all rounds.</summary>
    public int? MostSteps { get; init; }

    /// <summary>Pairs per update.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Largest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-5;

    /// <summary>Steps of the attack that poisons images.</summary>
    public int CraftingSteps { get; init; } = 100;

    /// <summary>Rounds through the pictures that heads learn from.</summary>
    public int HeadEpochs { get; init; } = 30;

    /// <summary>Refuses settings that cannot be run.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range; the message names it.</exception>
    internal void Check()
    {
        if (Ratios.Count == 0 || Ratios.Any(ratio => ratio is not (>= 0 and <= 1)))
        {
            throw new ArgumentOutOfRangeException(nameof(Ratios), string.Join(", ", Ratios), "Give at least one share of poisoned pairs, each from 0 to 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MostPairs, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostTest, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(CraftingSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HeadEpochs, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LearningRate);
    }

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static RanOwnPairsOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { Ratios = [0, 0.5], MostPairs = 16, MostTest = 8, MostSteps = 2, BatchSize = 4, CraftingSteps = 2, HeadEpochs = 1 },
        Scale.Demo => new() { Ratios = [0, 0.3], MostPairs = 1000, MostTest = 300, Epochs = 5, LearningRate = 1e-4, CraftingSteps = 20 },
        Scale.Paper => new(),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
