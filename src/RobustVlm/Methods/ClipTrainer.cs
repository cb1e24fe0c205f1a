using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp.Modules;
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

    /// <summary>Whether equal texts of a batch all count as right; otherwise only an image's own text does.</summary>
    public bool MultiPositive { get; init; } = true;

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">0 to <see cref="Steps"/> - 1.</param>
    /// <returns>Above zero.</returns>
    internal double LearningRateAt(int step)
    {
        var warmUp = Math.Min(WarmUpSteps, Steps - 1);
        if (step < warmUp)
        {
            return LearningRate * (step + 1) / warmUp;
        }

        return LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (step - warmUp) / (Steps - warmUp)));
    }
}

/// <summary>One finished step of a training run.</summary>
/// <param name="Step">Steps finished so far, from 1.</param>
/// <param name="Total">Steps of the whole run.</param>
/// <param name="Loss">Loss of this step's batch.</param>
/// <param name="LearningRate">Learning rate of this step.</param>
public readonly record struct TrainingProgress(int Step, int Total, double Loss, double LearningRate);

/// <summary>Trains a <see cref="Clip"/> on image-text pairs by <see cref="ContrastiveLoss"/>.</summary>
public sealed class ClipTrainer
{
    private readonly ClipTrainerOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, or fewer than two pairs per step.</exception>
    public ClipTrainer(ClipTrainerOptions? options = null)
    {
        _options = options ?? new ClipTrainerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.WarmUpSteps, nameof(options));
    }

    /// <summary>Trains the model in place and leaves it in evaluation mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="tokens">Long tensor [N, T]: the text of each image; or [N, R, T]: R texts of each, one drawn at random whenever it is used.</param>
    /// <param name="random">Source of the order of the pairs; the same state gives the same training.</param>
    /// <param name="progress">Told about each step.</param>
    /// <returns>Loss of every step.</returns>
    /// <exception cref="ArgumentException">Images and texts do not fit each other.</exception>
    /// <exception cref="InvalidOperationException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the model keeps what it has learned.</exception>
    public IReadOnlyList<double> Train(
        Clip model, Tensor images, Tensor tokens, Generator random, Action<TrainingProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(random);
        if (images.dim() != 4 || tokens.dim() is not (2 or 3) || images.shape[0] != tokens.shape[0] || images.shape[0] < 2)
        {
            throw new ArgumentException(
                "Give images [N, C, H, W] and tokens [N, T] or [N, R, T] with the same N, at least two.", nameof(images));
        }

        using var gradients = enable_grad();
        using var optimizer = CreateOptimizer(model);
        using var order = new PairOrder(images.shape[0], _options.BatchSize, random);
        var losses = new List<double>(_options.Steps);
        model.train();
        try
        {
            for (var step = 0; step < _options.Steps; step++)
            {
                Interruption.ThrowIfRequested();
                using var scope = NewDisposeScope();
                var rate = _options.LearningRateAt(step);
                var batch = order.Next().to(images.device);
                losses.Add(Step(model, optimizer, images.index_select(0, batch), DrawTexts(tokens, batch, random), rate));
                progress?.Invoke(new TrainingProgress(step + 1, _options.Steps, losses[^1], rate));
            }
        }
        finally
        {
            model.eval();
        }

        return losses;
    }

    private AdamW CreateOptimizer(Clip model)
    {
        var matrices = model.parameters().Where(parameter => parameter.dim() > 1);
        var others = model.parameters().Where(parameter => parameter.dim() <= 1);
        return optim.AdamW([Group(matrices, _options.WeightDecay), Group(others, _options.DecayVectors ? _options.WeightDecay : 0)]);

        AdamW.ParamGroup Group(IEnumerable<Parameter> parameters, double decay) =>
            new(parameters, _options.LearningRate, _options.Beta1, _options.Beta2, weight_decay: decay);
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

    private double Step(Clip model, optim.Optimizer optimizer, Tensor images, Tensor tokens, double rate)
    {
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = rate;
        }

        optimizer.zero_grad();
        Tensor logits;
        using (_options.MixedPrecision ? Autocast.ForTraining(images.device_type) : Autocast.Use(ScalarType.Float32, images.device_type))
        {
            logits = model.call(images, tokens);
        }

        var loss = _options.MultiPositive ? ContrastiveLoss.MultiPositive(logits, tokens) : ContrastiveLoss.Paired(logits);
        var value = loss.item<float>();
        if (!float.IsFinite(value))
        {
            throw new InvalidOperationException(
                "The loss became NaN or infinite, so training stopped; use a smaller learning rate or a longer warm-up, and check the images.");
        }

        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), _options.GradientNorm);
        optimizer.step();
        return value;
    }

    /// <summary>Goes through all pairs in a new random order each time; what does not fill a batch waits for another round.</summary>
    private sealed class PairOrder(long count, int batchSize, Generator random) : IDisposable
    {
        private readonly long _size = Math.Min(count, batchSize);
        private Tensor? _permutation;
        private long _next;

        /// <summary>Indices of the next batch.</summary>
        internal Tensor Next()
        {
            if (_permutation is null || _next + _size > count)
            {
                _permutation?.Dispose();
                _permutation = randperm(count, dtype: ScalarType.Int64, generator: random).DetachFromDisposeScope();
                _next = 0;
            }

            _next += _size;
            return _permutation.narrow(0, _next - _size, _size);
        }

        public void Dispose() => _permutation?.Dispose();
    }
}
