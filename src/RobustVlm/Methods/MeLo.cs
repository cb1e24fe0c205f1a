using RobustVlm.Data;
using RobustVlm.Methods.LowRank;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>What of a model is trained for a task.</summary>
public enum MeLoMode
{
    /// <summary>Low-rank updates and a head; the backbone is frozen.</summary>
    LowRank,

    /// <summary>Everything.</summary>
    FullFineTuning,

    /// <summary>A head alone; the backbone is frozen.</summary>
    LinearProbe,

    /// <summary>A head of half as many square layers with rectifiers as the backbone has blocks, and a last layer: what the published code calls an adapter. The backbone is frozen.</summary>
    DeepHead,

    /// <summary>Everything, from random weights.</summary>
    FromScratch,
}

/// <summary>Settings of <see cref="MeLo"/>. The defaults are the published code's, whose learning rate suits low-rank updates; full fine-tuning wants one 30 to 60 times smaller.</summary>
public sealed record MeLoOptions
{
    /// <summary>What is trained.</summary>
    public MeLoMode Mode { get; init; }

    /// <summary>Settings of the updates in <see cref="MeLoMode.LowRank"/>.</summary>
    public LowRankOptions LowRank { get; init; } = new();

    /// <summary>Rounds through the images, at least one. The classifier is scored after each.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Images per batch, at least one.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Learning rate at the start; it falls along half a cosine, step by step, to one millionth.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The rule for updates.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>Weight decay of matrices.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Share of the target that is spread over all classes, in [0, 1); for one label per image only.</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>Random changes of the images; null leaves them.</summary>
    public AugmentationOptions? Augmentation { get; init; }

    /// <summary>Whether the model runs in bfloat16 in training where that is fast.</summary>
    public bool MixedPrecision { get; init; } = true;
}

/// <summary>
/// Adapts a vision transformer to a task by low-rank updates of its queries and values (MeLo: Zhu et al. 2023, arXiv:2311.08236), or by what that is compared with:
/// all modes share data order, loop, loss and selection.
/// </summary>
/// <remarks>A head on a frozen backbone learns from features that are computed once, in float32, unless the images are changed at random.</remarks>
public sealed class MeLo
{
    private const double LastLearningRate = 1e-6;

    private readonly MeLoOptions _options;

    /// <summary>Makes a method.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public MeLo(MeLoOptions? options = null)
    {
        _options = options ?? new MeLoOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Epochs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        if (!Enum.IsDefined(_options.Mode))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.Mode, "Choose one of the five modes.");
        }

        _options.LowRank.Check();
        _ = Trainer(1);
    }

    /// <summary>Trains a classifier on a copy of the backbone, which itself stays as it is, and gives the state of the epoch with the best score.</summary>
    /// <param name="backbone">The pre-trained transformer; a last layer it may have is not used.</param>
    /// <param name="task">Name of the task.</param>
    /// <param name="classes">Number of classes, or of labels, K.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], to learn from.</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K); or float tensor [N, K], 1 for each label that holds.</param>
    /// <param name="validationImages">Float tensor [M, C, H, W], pixels in [0, 1], to choose the epoch by; they are never changed at random.</param>
    /// <param name="validationLabels">Long tensor [M] or float tensor [M, K], like the labels.</param>
    /// <param name="score">What is best when largest, of logits [M, K] and validation labels; the paper takes the macro AUROC.</param>
    /// <param name="random">Source of all randomness; equal seeds give all modes the same order of images.</param>
    /// <param name="progress">Told about each step.</param>
    /// <returns>The classifier in evaluation mode, on the backbone's device, and how it came about.</returns>
    /// <exception cref="ArgumentException">Images and labels do not fit each other or the backbone.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the backbone is as it was.</exception>
    public MeLoResult Train(
        VisionTransformer backbone, string task, int classes, Tensor images, Tensor labels, Tensor validationImages, Tensor validationLabels,
        Func<Tensor, Tensor, double> score, Generator random, Action<TrainingProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentException.ThrowIfNullOrEmpty(task);
        ArgumentNullException.ThrowIfNull(validationImages);
        ArgumentNullException.ThrowIfNull(validationLabels);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(random);
        CheckLabels(classes, images, labels);
        CheckLabels(classes, validationImages, validationLabels);

        // Drawn apart, so that all modes see the same images in the same order, whatever they draw for their weights.
        using var initial = new Generator(TrainingSeeds.Draw(random));
        using var order = new Generator(TrainingSeeds.Draw(random));
        using var dropout = new Generator(TrainingSeeds.Draw(random));
        var model = Create(backbone, task, classes, initial);
        try
        {
            if (model is LowRankClassifier { Adapter: var adapter })
            {
                adapter.DropoutRandom = dropout;
            }

            using var best = new BestWeights(model);
            using var features = model is HeadedModel { IsFrozen: true } frozen && _options.Augmentation is null ? new FrozenFeatures(frozen, images, validationImages) : null;
            var (trained, inputs, validationInputs) = features is null ? (model, images, validationImages) : (features.Head, features.Train, features.Validation);
            using var batches = new BatchOrder(images.shape[0], _options.BatchSize, order);
            using var curves = Trainer((int)(batches.BatchesPerRound * _options.Epochs)).Train(trained, Batch, order, AfterStep);
            best.Restore();
            model.eval();
            return new MeLoResult(model, _options.Mode, best.Count, curves.Losses, best.Scores);

            (Tensor Inputs, Tensor Labels) Batch(TrainingStep step)
            {
                var chosen = batches.Indices(step.Batch).to(inputs.device);
                return (inputs.index_select(0, chosen), labels.index_select(0, chosen));
            }

            void AfterStep(TrainingProgress step)
            {
                progress?.Invoke(step);
                if (step.Step % batches.BatchesPerRound == 0)
                {
                    best.Add(Score(trained, validationInputs, validationLabels, score));
                }
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }
        finally
        {
            if (model is LowRankClassifier { Adapter: var adapter })
            {
                adapter.DropoutRandom = null;
            }
        }
    }

    /// <summary>What a classifier answers, in evaluation mode, without gradients, batch by batch.</summary>
    /// <param name="model">From float tensor [N, C, H, W] to logits [N, K]; it goes back to the mode it was in.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    public static Tensor Logits(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        return Batched.Answers(model, images);
    }

    /// <summary>What a frozen backbone says about all images, and the head that learns from it.</summary>
    private sealed class FrozenFeatures(HeadedModel model, Tensor images, Tensor validationImages) : IDisposable
    {
        internal nn.Module<Tensor, Tensor> Head { get; } = model.Head;

        internal Tensor Train { get; } = Logits(model.Body, images).DetachFromDisposeScope();

        internal Tensor Validation { get; } = Logits(model.Body, validationImages).DetachFromDisposeScope();

        public void Dispose()
        {
            Train.Dispose();
            Validation.Dispose();
        }
    }

    private static double Score(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, Func<Tensor, Tensor, double> score)
    {
        using var logits = Logits(model, images);
        return score(logits, labels);
    }

    private nn.Module<Tensor, Tensor> Create(VisionTransformer backbone, string task, int classes, Generator random)
    {
        var place = backbone.parameters().First();
        var own = Copy(backbone, random);
        var width = own.Options.Width;
        nn.Module<Tensor, Tensor> model;
        switch (_options.Mode)
        {
            case MeLoMode.LowRank:
                var adapted = new LowRankClassifier(own, own.Features, width, _options.LowRank, own: true);
                adapted.AddTask(task, classes, random);
                model = adapted;
                break;
            case MeLoMode.DeepHead:
                model = new HeadedModel(own, TaskHead.Deep(width, Math.Max(1, own.Options.Depth / 2), classes, random), frozen: true);
                break;
            default:
                model = new HeadedModel(own, TaskHead.Linear(width, classes, random), frozen: _options.Mode == MeLoMode.LinearProbe);
                break;
        }

        model.to(place.dtype).to(place.device);
        return model;
    }

    // The head comes from the task, so the copy has none.
    private VisionTransformer Copy(VisionTransformer backbone, Generator random)
    {
        var copy = (backbone.Options with { Classes = 0 }).Create(random);
        if (_options.Mode != MeLoMode.FromScratch)
        {
            using var noGradient = no_grad();
            var weights = backbone.state_dict();
            foreach (var (name, weight) in copy.state_dict())
            {
                weight.copy_(weights[name]);
            }
        }

        return copy;
    }

    private ClassifierTrainer Trainer(int steps) => new(new ClassifierTrainerOptions
    {
        BatchSize = _options.BatchSize,
        LabelSmoothing = _options.LabelSmoothing,
        Augmentation = _options.Augmentation,
        Training = new TrainingOptions
        {
            Steps = steps,
            Optimizer = _options.Optimizer,
            LearningRate = _options.LearningRate,
            FinalShare = _options.LearningRate > LastLearningRate ? LastLearningRate / _options.LearningRate : 1,
            WeightDecay = _options.WeightDecay,
            MixedPrecision = _options.MixedPrecision,
        },
    });

    private static void CheckLabels(int classes, Tensor images, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var several = labels.dim() == 2;
        if (images.dim() != 4 || images.shape[0] == 0 || labels.dim() is not (1 or 2) || images.shape[0] != labels.shape[0] || (several && labels.shape[1] != classes))
        {
            throw new ArgumentException($"Give images [N, C, H, W] and labels [N] or [N, {classes}] with the same N, at least one.", nameof(labels));
        }

        using var scope = NewDisposeScope();
        if (!several && (labels.dtype != ScalarType.Int64 || labels.min().item<long>() < 0 || labels.max().item<long>() >= classes))
        {
            throw new ArgumentException($"Give labels as int64 class indices from 0 to {classes - 1}.", nameof(labels));
        }
    }
}
