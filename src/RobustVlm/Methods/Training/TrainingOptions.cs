namespace RobustVlm.Methods.Training;

/// <summary>Which rule turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101).</summary>
    AdamW,

    /// <summary>Adam with weight decay in the gradient (Kingma and Ba 2015, arXiv:1412.6980).</summary>
    Adam,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>How the learning rate goes on after the warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Half a cosine down to <see cref="TrainingOptions.FinalShare"/> (Loshchilov and Hutter 2017, arXiv:1608.03983).</summary>
    Cosine,

    /// <summary>A straight line down to <see cref="TrainingOptions.FinalShare"/>.</summary>
    Linear,

    /// <summary>It stays.</summary>
    Constant,
}

/// <summary>Settings that every training shares. Two trainings with equal settings, seed, data and device give equal weights.</summary>
public sealed record TrainingOptions
{
    /// <summary>Number of weight updates, at least one.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Batches whose gradients are averaged for one update, at least one.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>The rule for updates.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Largest learning rate, above zero.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps in which the learning rate rises linearly to <see cref="LearningRate"/>.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>How it goes on.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Share of <see cref="LearningRate"/> at which the schedule ends, in [0, 1].</summary>
    public double FinalShare { get; init; }

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether gains, biases and other vectors decay too, not only matrices.</summary>
    public bool DecayVectors { get; init; }

    /// <summary>Memory of Adam's mean of gradients.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Memory of Adam's mean of squared gradients.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Memory of SGD's mean of gradients.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Gradients longer than this are shortened to it; null leaves them.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>Whether encoders run in bfloat16 where that is fast (<see cref="TrainingStep.UsePrecision"/>); weights, losses and updates stay float32.</summary>
    public bool MixedPrecision { get; init; } = true;

    /// <summary>Memory of the running mean of the weights, in (0, 1); null keeps none. It starts shorter, as (1 + n) / (10 + n) after n updates.</summary>
    public double? AverageDecay { get; init; }

    /// <summary>Updates between two saved states, when a state file is given.</summary>
    public int SaveEvery { get; init; } = 200;

    /// <summary>The learning rate of an update.</summary>
    /// <param name="step">0 to <see cref="Steps"/> - 1.</param>
    /// <returns>Above zero, unless <see cref="FinalShare"/> is zero and the step lies at the very end.</returns>
    public double LearningRateAt(int step)
    {
        var warmUp = Math.Min(WarmUpSteps, Steps - 1);
        if (step < warmUp)
        {
            return LearningRate * (step + 1) / warmUp;
        }

        var done = (step - warmUp) / (double)(Steps - warmUp);
        var share = Schedule switch
        {
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * done)),
            LearningRateSchedule.Linear => 1 - done,
            _ => 1,
        };
        return LearningRate * (FinalShare + (1 - FinalShare) * share);
    }

    internal void Check()
    {
        Least(Steps, 1, nameof(Steps));
        Least(Accumulation, 1, nameof(Accumulation));
        Least(WarmUpSteps, 0, nameof(WarmUpSteps));
        Least(SaveEvery, 1, nameof(SaveEvery));
        Range(LearningRate is > 0 and < double.PositiveInfinity, LearningRate, nameof(LearningRate), "above zero");
        Range(FinalShare is >= 0 and <= 1, FinalShare, nameof(FinalShare), "from 0 to 1");
        Range(WeightDecay is >= 0 and < double.PositiveInfinity, WeightDecay, nameof(WeightDecay), "at least zero");
        Range(GradientNorm is null or > 0, GradientNorm, nameof(GradientNorm), "above zero, or null");
        Range(AverageDecay is null or (> 0 and < 1), AverageDecay, nameof(AverageDecay), "between 0 and 1, or null");
        Range(Enum.IsDefined(Optimizer), Optimizer, nameof(Optimizer), "a known rule");
        Range(Enum.IsDefined(Schedule), Schedule, nameof(Schedule), "a known schedule");
    }

    private static void Least(int value, int least, string name) => Range(value >= least, value, name, $"at least {least}");

    private static void Range(bool holds, object? value, string name, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {allowed}.");
        }
    }
}
