using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>What an <see cref="EncoderNoiseSearch"/> descends.</summary>
public enum EncoderNoiseObjective
{
    /// <summary>The mean squared distance of the logits: the code of the reported runs.</summary>
    SquaredDistance,

    /// <summary>The mean distance of the logits: the official repository.</summary>
    Distance,

    /// <summary>The mean distance of the logits minus <see cref="EncoderNoiseOptions.Lambda"/> times the logarithm of the length: the paper's exploratory search, section 2.3.</summary>
    DistanceAgainstNorm,
}

/// <summary>Settings of an <see cref="EncoderNoiseSearch"/>. The defaults are those of the reported runs for 224-pixel images.</summary>
public sealed record EncoderNoiseOptions
{
    /// <summary>What is descended.</summary>
    public EncoderNoiseObjective Objective { get; init; }

    /// <summary>Weight of the logarithm of the length, for <see cref="EncoderNoiseObjective.DistanceAgainstNorm"/>.</summary>
    public double Lambda { get; init; }

    /// <summary>The search starts uniformly between minus this and this, above zero.</summary>
    public double Limit { get; init; } = 3;

    /// <summary>Step size of AdamW, above zero.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Whether <see cref="Limit"/> and <see cref="LearningRate"/> are multiples of the root mean square of embedded patches, which suits models of any scale.</summary>
    public bool IsRelative { get; init; }

    /// <summary>AdamW's weight decay, by which the noise shrinks a little at every step.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Steps after which the learning rate would have fallen along half a cosine to zero; three whole passes in the reported runs, of which a tenth is made.</summary>
    public int ScheduleSteps { get; init; } = 30_000;

    /// <summary>Largest number of steps, at least one.</summary>
    public int MaxSteps { get; init; } = 3000;

    /// <summary>The search ends as soon as the mean squared distance of the probabilities of a batch falls below this; null makes all steps.</summary>
    public double? Epsilon { get; init; } = 0.03;

    /// <summary>Images per batch, at least one.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The lambda search of our pilot: it starts near zero and grows as far as the answers allow.</summary>
    /// <param name="lambda">Weight of the logarithm of the length.</param>
    public static EncoderNoiseOptions ForLambda(double lambda) => new()
    {
        Objective = EncoderNoiseObjective.DistanceAgainstNorm,
        Lambda = lambda,
        Limit = 0.1,
        LearningRate = 0.02,
        IsRelative = true,
        WeightDecay = 0,
        MaxSteps = 400,
        ScheduleSteps = 400,
        Epsilon = null,
        BatchSize = 64,
    };

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Limit, nameof(Limit));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LearningRate, nameof(LearningRate));
        ArgumentOutOfRangeException.ThrowIfNegative(WeightDecay, nameof(WeightDecay));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSteps, 1, nameof(MaxSteps));
        ArgumentOutOfRangeException.ThrowIfLessThan(ScheduleSteps, 1, nameof(ScheduleSteps));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1, nameof(BatchSize));
        if (Epsilon is { } epsilon)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon, nameof(Epsilon));
        }

        if (Objective == EncoderNoiseObjective.DistanceAgainstNorm != (Lambda > 0))
        {
            throw new ArgumentException("Lambda belongs to the objective DistanceAgainstNorm, and is above zero there; see EncoderNoiseOptions.ForLambda.", nameof(Lambda));
        }
    }
}

/// <summary>
/// Looks for one change of the embedded patches, the same for all images, that hardly changes a vision transformer's answers: an element of its approximate nullspace
/// (Liu et al. 2024, arXiv:2403.10476, sections 2.3 and 3). Started far outside, the search ends at the border of what the answers allow, so the noise is long.
/// </summary>
/// <remarks>
/// The epsilon test is made on one batch, before each step, so a lucky batch ends the search early: measure the noise on other images with <see cref="EncoderNoiseEffect"/>.
/// Weights stay as they are, and the model is in evaluation mode meanwhile.
/// </remarks>
public sealed class EncoderNoiseSearch
{
    private const double RandomShrinking = 0.8;

    private readonly EncoderNoiseOptions _options;

    /// <summary>Makes a search.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public EncoderNoiseSearch(EncoderNoiseOptions? options = null)
    {
        _options = options ?? new EncoderNoiseOptions();
        _options.Check();
    }

    /// <summary>Learns a noise.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], to learn from.</param>
    /// <param name="random">Source of the start and of the order of the images.</param>
    /// <param name="change">Changes the images of a batch at random, e.g. as in training; null leaves them.</param>
    /// <param name="progress">Told the finished share of the largest number of steps, 0 to 1.</param>
    /// <returns>The noise.</returns>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public EncoderNoise Find(VisionTransformer model, Tensor images, Generator random, Func<Tensor, Generator, Tensor>? change = null, Action<double>? progress = null)
    {
        using var stream = new Batches(images, random, _options.BatchSize, change);
        using var start = EncoderNoise.Stream(random);
        return Run(model, stream.Next, (shape, scale, type) =>
            rand(shape, dtype: type, device: start.device, generator: start).sub_(0.5).mul_(2 * _options.Limit * scale), progress, learn: true);
    }

    /// <summary>Random noise in its place: Gaussian numbers, made smaller by a fifth until a batch's answers change by less than epsilon (the published comparison).</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="random">Source of the noise and of the order of the images.</param>
    /// <param name="change">Changes the images of a batch at random; null leaves them.</param>
    /// <returns>The noise.</returns>
    /// <exception cref="InvalidOperationException">The settings have no epsilon.</exception>
    public EncoderNoise FindRandom(VisionTransformer model, Tensor images, Generator random, Func<Tensor, Generator, Tensor>? change = null)
    {
        if (_options.Epsilon is null)
        {
            throw new InvalidOperationException("Random noise is made smaller until it meets Epsilon; give one.");
        }

        using var stream = new Batches(images, random, _options.BatchSize, change);
        using var start = EncoderNoise.Stream(random);
        return Run(model, stream.Next, (shape, scale, type) => randn(shape, dtype: type, device: start.device, generator: start).mul_(scale), null, learn: false);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_options.Objective}, at most {_options.MaxSteps} steps{(_options.Epsilon is { } epsilon ? $", epsilon {epsilon}" : "")}");

    /// <summary>The search on given batches from a given start.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Gives the images of a step; step 0 is asked for twice.</param>
    /// <param name="start">Gives the first noise from its shape, its scale and its type.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <param name="learn">Whether the noise is learned, or only made smaller.</param>
    internal EncoderNoise Run(VisionTransformer model, Func<long, Tensor> batch, Func<long[], double, ScalarType, Tensor> start, Action<double>? progress, bool learn)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var evaluation = new EvaluationMode(model);
        using var frozen = new FrozenWeights(model);
        var (scale, rms) = ScaleOf(model, batch);
        using var first = First(model, shape => start(shape, scale, model.parameters().First().dtype));
        using var noise = new Parameter(first);
        var startNorm = EncoderNoise.LengthOf(noise);
        var rate = _options.LearningRate * (_options.IsRelative ? rms : 1);
        using var optimizer = optim.AdamW([noise], rate, weight_decay: _options.WeightDecay);
        var (criteria, steps, reached) = (new List<double>(), 0, false);
        for (; steps < _options.MaxSteps; steps++)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            using var gradients = enable_grad();
            using var precision = Autocast.Use(ScalarType.Float32, noise.device_type);
            var (logits, changed) = Answers(model, batch(steps), noise);
            using (no_grad())
            {
                criteria.Add(EncoderNoiseEffect.DistanceOfProbabilities(logits, changed.detach()).to(ScalarType.Float64).item<double>());
            }

            if (_options.Epsilon is { } epsilon && criteria[^1] < epsilon)
            {
                reached = true;
                break;
            }

            if (learn)
            {
                Descend(optimizer, rate, steps, Loss(logits, changed, noise));
            }
            else
            {
                using var noGradient = no_grad();
                noise.mul_(RandomShrinking);
            }

            progress?.Invoke((steps + 1.0) / _options.MaxSteps);
        }

        using var outside = no_grad();
        return new EncoderNoise(noise.clone().DetachFromDisposeScope(), startNorm, steps, reached, criteria, rms);
    }

    private static Tensor First(VisionTransformer model, Func<long[], Tensor> start)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return start([1, model.Options.Patches, model.Options.Width]).to(model.parameters().First().device, copy: true).MoveToOuterDisposeScope();
    }

    private static (Tensor Logits, Tensor Changed) Answers(VisionTransformer model, Tensor images, Tensor noise)
    {
        using var noGradient = no_grad();
        var patches = model.EmbedPatches(images);
        var logits = model.ForwardEmbedded(patches);
        using var gradients = enable_grad();
        return (logits, model.ForwardEmbedded(patches + noise));
    }

    private Tensor Loss(Tensor logits, Tensor changed, Tensor noise)
    {
        var squared = (changed - logits).square().sum(-1);
        return _options.Objective switch
        {
            EncoderNoiseObjective.SquaredDistance => squared.mean(),
            EncoderNoiseObjective.Distance => squared.sqrt().mean(),
            _ => squared.sqrt().mean() - (_options.Lambda * noise.norm().log()),
        };
    }

    private void Descend(OptimizerHelper optimizer, double rate, int step, Tensor loss)
    {
        optimizer.zero_grad();
        loss.backward();
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = rate * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(step, _options.ScheduleSteps) / _options.ScheduleSteps));
        }

        optimizer.step();
    }

    private (double Scale, double Rms) ScaleOf(VisionTransformer model, Func<long, Tensor> batch)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var rms = model.EmbedPatches(batch(0)).square().mean().sqrt().to(ScalarType.Float64).item<double>();
        return (_options.IsRelative ? rms : 1, rms);
    }

    /// <summary>Images in a new random order each round; asking twice for a step gives the same ones.</summary>
    private sealed class Batches : IDisposable
    {
        private readonly Tensor _images;
        private readonly BatchOrder _order;
        private readonly ulong _seed;
        private readonly Func<Tensor, Generator, Tensor>? _change;

        internal Batches(Tensor images, Generator random, int batchSize, Func<Tensor, Generator, Tensor>? change)
        {
            ArgumentNullException.ThrowIfNull(images);
            ArgumentNullException.ThrowIfNull(random);
            (_images, _change, _seed) = (images, change, TrainingSeeds.Draw(random));
            _order = new BatchOrder(images.shape[0], batchSize, random);
        }

        internal Tensor Next(long step)
        {
            var batch = _images.index_select(0, _order.Indices(step).to(_images.device));
            if (_change is null)
            {
                return batch;
            }

            using var random = new Generator(TrainingSeeds.For(_seed, step), _images.device);
            return _change(batch, random);
        }

        public void Dispose() => _order.Dispose();
    }
}
