using RobustVlm.Data;
using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Settings of <see cref="ClassifierTrainer"/>.</summary>
public sealed record ClassifierTrainerOptions
{
    /// <summary>The loop's settings.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Images per batch, at least one.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Share of the target that is spread over all classes, in [0, 1); for one label per image only.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Random changes of the images; null leaves them.</summary>
    public AugmentationOptions? Augmentation { get; init; }
}

/// <summary>Trains an image classifier: cross entropy for one label per image, binary cross entropy for several.</summary>
public sealed class ClassifierTrainer
{
    private readonly ClassifierTrainerOptions _options;
    private readonly TrainingLoop _loop;
    private readonly Augmentation? _augmentation;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ClassifierTrainer(ClassifierTrainerOptions? options = null)
    {
        _options = options ?? new ClassifierTrainerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        if (_options.LabelSmoothing is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.LabelSmoothing, "Choose LabelSmoothing from 0 up to, but not including, 1.");
        }

        _loop = new TrainingLoop(_options.Training);
        _augmentation = _options.Augmentation is { } changes ? new Augmentation(changes) : null;
    }

    /// <summary>Trains the model in place on images in memory and leaves it in evaluation mode.</summary>
    /// <param name="model">From float tensor [N, C, H, W] to logits [N, K].</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K); or float tensor [N, K], 1 for each label that holds.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>The curves; the running mean of the weights, when asked for, is already in the model.</returns>
    /// <exception cref="ArgumentException">Images and labels do not fit each other.</exception>
    public TrainingResult Train(
        nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        if (images.dim() != 4 || labels.dim() is not (1 or 2) || images.shape[0] != labels.shape[0])
        {
            throw new ArgumentException("Give images [N, C, H, W] and labels [N] or [N, K] with the same N.", nameof(images));
        }

        using var order = new BatchOrder(images.shape[0], _options.BatchSize, random);
        return Train(model, Batch, random, progress, stateFile);

        (Tensor Images, Tensor Labels) Batch(TrainingStep step)
        {
            var chosen = order.Indices(step.Batch).to(images.device);
            return (images.index_select(0, chosen), labels.index_select(0, chosen));
        }
    }

    /// <summary>Trains the model in place on images that are made as they are needed, and leaves it in evaluation mode.</summary>
    /// <param name="model">From float tensor [N, C, H, W] to logits [N, K].</param>
    /// <param name="batch">Gives a step's images, float tensor [B, C, H, W], and labels, long tensor [B] or float tensor [B, K]. It may depend on the step's number and random source alone.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>The curves; the running mean of the weights, when asked for, is already in the model.</returns>
    public TrainingResult Train(
        nn.Module<Tensor, Tensor> model, Func<TrainingStep, (Tensor Images, Tensor Labels)> batch, Generator random,
        Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        var result = _loop.Run(model, Loss, random, progress, stateFile);
        result.Average?.CopyTo(model);
        return result;

        Tensor Loss(TrainingStep step)
        {
            var (images, labels) = batch(step);
            var changed = _augmentation?.Apply(images, step.Random) ?? images;
            Tensor logits;
            using (step.UsePrecision(images.device_type))
            {
                logits = model.call(changed);
            }

            logits = logits.to(ScalarType.Float32);
            if (labels.dim() == 2)
            {
                return nn.functional.binary_cross_entropy_with_logits(logits, labels);
            }

            step.Record("accuracy", logits.detach().argmax(1).eq(labels).to(ScalarType.Float32).mean());
            return nn.functional.cross_entropy(logits, labels, label_smoothing: _options.LabelSmoothing);
        }
    }
}
