using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>Settings of <see cref="AdaptorTrainer"/>. The defaults are the released code's.</summary>
public sealed record AdaptorTrainerOptions
{
    /// <summary>Rounds through the pairs, at least one.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Pairs per batch, at least two: the others are the wrong answers.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Largest learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 2e-5;

    /// <summary>Weight decay of AdamW, of all weights.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Share of the steps in which the learning rate rises, in [0, 1); afterwards it falls to zero along a line.</summary>
    public double WarmUpShare { get; init; } = 0.02;

    /// <summary>Weight of texts that pick their image, see <see cref="AdaptorLoss"/>.</summary>
    public double TextWeight { get; init; } = 0.75;

    /// <summary>Whether the layers run in bfloat16 where that is fast.</summary>
    public bool MixedPrecision { get; init; }

    /// <summary>Number of weight updates, when it is to be another than the epochs give; null takes these.</summary>
    public int? Steps { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 2);
        if (WarmUpShare is not (>= 0 and < 1) || TextWeight is not (>= 0 and <= 1))
        {
            throw new ArgumentException("Choose WarmUpShare from 0 up to, but not including, 1, and TextWeight from 0 to 1.");
        }
    }

    internal TrainingLoop Loop(BatchOrder order)
    {
        var steps = Steps ?? (int)(order.BatchesPerRound * Epochs);
        return new TrainingLoop(new TrainingOptions
        {
            Steps = steps,
            LearningRate = LearningRate,
            WarmUpSteps = (int)(WarmUpShare * steps),
            Schedule = LearningRateSchedule.Linear,
            WeightDecay = WeightDecay,
            DecayVectors = true,
            MixedPrecision = MixedPrecision,
        });
    }
}

/// <summary>Pre-trains an <see cref="Adaptor"/> on embeddings that were computed once; no encoder runs.</summary>
public sealed class AdaptorTrainer
{
    private readonly AdaptorTrainerOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public AdaptorTrainer(AdaptorTrainerOptions? options = null)
    {
        _options = options ?? new AdaptorTrainerOptions();
        _options.Check();
    }

    /// <summary>Trains the model in place and leaves it in evaluation mode.</summary>
    /// <param name="adaptor">The model.</param>
    /// <param name="images">Float tensor [N, D] of image embeddings, or [N, T, D] of tokens.</param>
    /// <param name="texts">Float tensor [N, D] of the embeddings of the images' texts, or [N, S, D] of tokens.</param>
    /// <param name="random">Source of order and dropout; the same state gives the same training.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>The curves.</returns>
    /// <exception cref="ArgumentException">Images and texts do not fit each other.</exception>
    public TrainingResult Train(
        Adaptor adaptor, Tensor images, Tensor texts, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(adaptor);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(random);
        if (images.shape[0] != texts.shape[0] || images.shape[0] < 2)
        {
            throw new ArgumentException($"Give embeddings of the same number of images and texts, at least two, not {images.shape[0]} and {texts.shape[0]}.", nameof(texts));
        }

        var place = adaptor.parameters().First().device;
        using var order = new BatchOrder(images.shape[0], _options.BatchSize, random);
        var loop = _options.Loop(order);
        try
        {
            return loop.Run(adaptor, Loss, random, progress, stateFile);
        }
        finally
        {
            adaptor.DropoutRandom = null;
        }

        Tensor Loss(TrainingStep step)
        {
            var chosen = order.Indices(step.Batch).to(images.device);
            adaptor.DropoutRandom = step.Random;
            Tensor v, t;
            using (step.UsePrecision(place.type))
            {
                (v, t) = adaptor.call(images.index_select(0, chosen).to(place), texts.index_select(0, chosen).to(place));
            }

            return AdaptorLoss.Compute(adaptor.Similarities(v.to(ScalarType.Float32), t.to(ScalarType.Float32)), _options.TextWeight);
        }
    }
}
