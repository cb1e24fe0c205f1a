using RobustVlm.Methods.Training;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Settings of <see cref="ClipTrainer"/>.</summary>
public sealed record ClipTrainerOptions
{
    /// <summary>Number of weight updates, at least one.</summary>
    public int Steps { get; init; } = 900;

    /// <summary>Image-text pairs per update; at least two, since the others of the batch are the wrong answers.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Largest learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight decay of AdamW.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Whether gains, biases and the logit scale decay too, not only the matrices.</summary>
    public bool DecayVectors { get; init; } = true;

    /// <summary>Memory of AdamW's mean of gradients.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Memory of AdamW's mean of squared gradients.</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>Steps in which the learning rate rises linearly; afterwards it falls to zero along a cosine.</summary>
    public int WarmUpSteps { get; init; } = 100;

    /// <summary>Gradients longer than this are shortened to it.</summary>
    public double GradientNorm { get; init; } = 1;

    /// <summary>Whether encoders run in bfloat16 where that is fast; weights and loss stay float32.</summary>
    public bool MixedPrecision { get; init; } = true;

    /// <summary>Memory of the running mean of the weights, which then replaces the last weights; null keeps none.</summary>
    public double? AverageDecay { get; init; }

    /// <summary>Whether equal texts of a batch all count as right; otherwise only an image's own text does.</summary>
    public bool MultiPositive { get; init; } = true;

    internal TrainingOptions Training => new()
    {
        Steps = Steps,
        LearningRate = LearningRate,
        WarmUpSteps = WarmUpSteps,
        WeightDecay = WeightDecay,
        DecayVectors = DecayVectors,
        Beta1 = Beta1,
        Beta2 = Beta2,
        GradientNorm = GradientNorm,
        MixedPrecision = MixedPrecision,
        AverageDecay = AverageDecay,
    };
}

/// <summary>Trains a <see cref="Clip"/> on image-text pairs by <see cref="ContrastiveLoss"/>.</summary>
public sealed class ClipTrainer
{
    private readonly ClipTrainerOptions _options;
    private readonly TrainingLoop _loop;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, or fewer than two pairs per step.</exception>
    public ClipTrainer(ClipTrainerOptions? options = null)
    {
        _options = options ?? new ClipTrainerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 2, nameof(options));
        _loop = new TrainingLoop(_options.Training);
    }

    /// <summary>Trains the model in place on pairs in memory and leaves it in evaluation mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="tokens">Long tensor [N, T]: the text of each image; or [N, R, T]: R texts of each, one drawn at random whenever it is used.</param>
    /// <param name="random">Source of the order of the pairs; the same state gives the same training.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>Loss of every step.</returns>
    /// <exception cref="ArgumentException">Images and texts do not fit each other.</exception>
    /// <exception cref="InvalidOperationException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the model keeps what it has learned.</exception>
    public IReadOnlyList<double> Train(
        Clip model, Tensor images, Tensor tokens, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(random);
        if (images.dim() != 4 || tokens.dim() is not (2 or 3) || images.shape[0] != tokens.shape[0] || images.shape[0] < 2)
        {
            throw new ArgumentException(
                "Give images [N, C, H, W] and tokens [N, T] or [N, R, T] with the same N, at least two.", nameof(images));
        }

        using var order = new BatchOrder(images.shape[0], _options.BatchSize, random);
        return Train(model, Batch, random, progress, stateFile);

        (Tensor Images, Tensor Tokens) Batch(TrainingStep step)
        {
            var chosen = order.Indices(step.Batch).to(images.device);
            return (images.index_select(0, chosen), DrawTexts(tokens, chosen, step.Random));
        }
    }

    /// <summary>Trains the model in place on pairs that are made as they are needed, and leaves it in evaluation mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Gives a step's pairs: float tensor [B, C, H, W], pixels in [0, 1], and long tensor [B, T]. It may depend on the step's number and random source alone.</param>
    /// <param name="random">Source of all randomness; the same state gives the same training.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>Loss of every step.</returns>
    /// <exception cref="InvalidOperationException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the model keeps what it has learned.</exception>
    public IReadOnlyList<double> Train(
        Clip model, Func<TrainingStep, (Tensor Images, Tensor Tokens)> batch, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        using var result = _loop.Run(model, Loss, random, progress, stateFile);
        result.Average?.CopyTo(model);
        return result.Losses;

        Tensor Loss(TrainingStep step)
        {
            var (images, tokens) = batch(step);
            Tensor logits;
            using (step.UsePrecision(images.device_type))
            {
                logits = model.call(images, tokens);
            }

            return _options.MultiPositive ? ContrastiveLoss.MultiPositive(logits, tokens) : ContrastiveLoss.Paired(logits);
        }
    }

    private static Tensor DrawTexts(Tensor tokens, Tensor batch, Generator random)
    {
        var texts = tokens.index_select(0, batch);
        if (texts.dim() == 2)
        {
            return texts;
        }

        var drawn = randint(0, texts.shape[1], [texts.shape[0]], dtype: ScalarType.Int64, generator: random).to(texts.device);
        return texts.gather(1, drawn.view(-1, 1, 1).expand(-1, 1, texts.shape[2])).squeeze(1);
    }
}
