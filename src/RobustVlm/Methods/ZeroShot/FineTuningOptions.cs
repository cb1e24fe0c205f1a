using RobustVlm.Attacks;
using RobustVlm.Methods.Training;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>The attack inside a training step. The defaults are PGD with two steps at 1/255 (Mao et al. 2023, arXiv:2212.07016).</summary>
public sealed record TrainingAttackOptions
{
    /// <summary>Radius of the L-infinity ball, in pixels of the pictures' own size.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(1);

    /// <summary>Length of a step; null takes the whole budget.</summary>
    public PixelBudget? StepSize { get; init; }

    /// <summary>Number of gradient steps from the random start, at least one; the last point is taken.</summary>
    public int Steps { get; init; } = 2;

    /// <summary>Memory of the signs of earlier gradients, whose sum's sign is followed (FARE). Below 1 that is the newest sign, except where the newest gradient is exactly zero.</summary>
    public double Momentum { get; init; }
}

/// <summary>Settings of <see cref="ZeroShotFineTuning"/> that all methods share. The defaults are those of PMG-AFT's paper mode.</summary>
public sealed record FineTuningOptions
{
    /// <summary>The loop's settings; SGD with momentum 0.9, warm-up and cosine.</summary>
    public TrainingOptions Training { get; init; } = new()
    {
        Steps = 7810,
        Optimizer = OptimizerKind.Sgd,
        LearningRate = 1e-5,
        WarmUpSteps = 1000,
    };

    /// <summary>Share of the steps that warm up, in [0, 1), in place of a fixed number; null keeps <see cref="TrainingOptions.WarmUpSteps"/>.</summary>
    public double? WarmUpShare { get; init; }

    /// <summary>Pictures per batch, at least two.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The attack inside a step; a method that learns from clean pictures leaves it out.</summary>
    public TrainingAttackOptions Attack { get; init; } = new();

    /// <summary>How many of the encoder's weight tensors, counted from the last, are trained; null trains all.</summary>
    public int? LastTensors { get; init; }

    /// <summary>Whether to record, in every step, how long the gradient of each term is with respect to the cosines of the student.</summary>
    public bool GradientNorms { get; init; }

    internal TrainingOptions EffectiveTraining => WarmUpShare is { } share ? Training with { WarmUpSteps = (int)Math.Round(share * Training.Steps) } : Training;

    /// <summary>The same settings with as many steps as some rounds through the pictures take.</summary>
    /// <param name="pictures">Number of pictures.</param>
    /// <param name="epochs">Number of rounds, at least one.</param>
    public FineTuningOptions ForEpochs(long pictures, int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pictures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        return this with { Training = Training with { Steps = (int)Math.Max(1, pictures / BatchSize) * epochs } };
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 2, nameof(BatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(Attack.Steps, 1, nameof(Attack));
        if (WarmUpShare is < 0 or >= 1 or double.NaN)
        {
            throw new ArgumentOutOfRangeException(nameof(WarmUpShare), WarmUpShare, "Choose WarmUpShare from 0 up to, but not including, 1.");
        }

        if (LastTensors is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(LastTensors), LastTensors, "Train at least one tensor, or set LastTensors to null for all.");
        }

        if (Attack.Epsilon.Norm != PixelNorm.LInfinity)
        {
            throw new ArgumentException($"The attack inside training needs an L-infinity budget, not {Attack.Epsilon}; write PixelBudget.Of255(1).", nameof(Attack));
        }

        if (Attack.Epsilon.Value > 0)
        {
            Attack.Epsilon.RequireSameNorm(Attack.StepSize, nameof(Attack));
        }

        if (Attack.Momentum is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Attack), Attack.Momentum, "Choose a Momentum from 0 up to, but not including, 1.");
        }
    }
}
