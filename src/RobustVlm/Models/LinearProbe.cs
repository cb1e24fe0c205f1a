using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Settings of <see cref="LinearProbe"/>.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>Strength of the pull of the weights to zero, at least 0; larger for fewer images.</summary>
    public double Regularisation { get; init; } = 0.01;

    /// <summary>Largest number of optimisation steps.</summary>
    public int Iterations { get; init; } = 300;

    /// <summary>Fitting stops once no component of the gradient is larger.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Images encoded at once.</summary>
    public int BatchSize { get; init; } = 64;
}

/// <summary>Multinomial logistic regression on the embeddings of a frozen image encoder.</summary>
/// <remarks>
/// The embeddings are made unit length and standardised, so one strength of regularisation suits any encoder. The fit uses all images at
/// once and no randomness. Give <see cref="Logits"/> to an attack: it is a function from pixels to logits.
/// </remarks>
public sealed class LinearProbe : IDisposable
{
    private readonly Func<Tensor, Tensor> _encoder;
    private readonly Tensor _weight;   // [D, K]
    private readonly Tensor _bias;     // [K]

    private LinearProbe(Func<Tensor, Tensor> encoder, Tensor weight, Tensor bias, int iterations, bool converged)
    {
        _encoder = encoder;
        _weight = weight;
        _bias = bias;
        Iterations = iterations;
        Converged = converged;
    }

    /// <summary>Number of classes K.</summary>
    public int ClassCount => (int)_bias.shape[0];

    /// <summary>Optimisation steps that were taken.</summary>
    public int Iterations { get; }

    /// <summary>Whether <see cref="LinearProbeOptions.Tolerance"/> was reached.</summary>
    public bool Converged { get; }

    /// <summary>Fits the probe.</summary>
    /// <param name="encoder">Images to embeddings, e.g. <see cref="Clip.EncodeImage"/>; frozen here, and needed later for scoring.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="classCount">Number of classes K, at least two.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <returns>The fitted probe.</returns>
    /// <exception cref="ArgumentException">Images and labels do not fit, or only one class occurs.</exception>
    public static LinearProbe Fit(
        Func<Tensor, Tensor> encoder, Tensor images, Tensor labels, int classCount, LinearProbeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        options ??= new LinearProbeOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Regularisation, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options));
        CheckLabels(images, labels, classCount);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var features = Encode(encoder, images, options.BatchSize);
        var centre = features.mean([0]);
        var spread = features.std(0, unbiased: false).clamp(1e-8);
        var (weight, bias, iterations, converged) = Solve((features - centre) / spread, labels, classCount, options);

        // One linear map of the embeddings: the standardisation moves into the weights.
        var plain = weight / spread.unsqueeze(1);
        var shift = bias - centre.unsqueeze(0).matmul(plain).squeeze(0);
        return new LinearProbe(
            encoder,
            plain.to(ScalarType.Float32).DetachFromDisposeScope(),
            shift.to(ScalarType.Float32).DetachFromDisposeScope(),
            iterations,
            converged);
    }

    /// <summary>Scores images; gradients flow back to the pixels.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, K], in float32.</returns>
    public Tensor Logits(Tensor images)
    {
        var features = Clip.UnitLength(_encoder(images));
        using var fullPrecision = Autocast.Use(ScalarType.Float32, features.device_type);
        return features.matmul(_weight) + _bias;
    }

    /// <summary>Frees the weights; the encoder stays alive.</summary>
    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }

    private static void CheckLabels(Tensor images, Tensor labels, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        if (images.dim() != 4 || images.shape[0] == 0 || labels.dtype != ScalarType.Int64 || labels.dim() != 1
            || labels.shape[0] != images.shape[0])
        {
            throw new ArgumentException("Give images [N, C, H, W] and one int64 class index per image.", nameof(images));
        }

        using var scope = NewDisposeScope();
        var (low, high) = (labels.min().item<long>(), labels.max().item<long>());
        if (low < 0 || high >= classCount)
        {
            throw new ArgumentException($"Labels reach from {low} to {high}, but there are {classCount} classes counted from 0.", nameof(labels));
        }

        if (low == high)
        {
            throw new ArgumentException($"All labels are {low}; a probe needs images of at least two classes.", nameof(labels));
        }
    }

    private static Tensor Encode(Func<Tensor, Tensor> encoder, Tensor images, int batchSize)
    {
        var parts = new List<Tensor>();
        for (var start = 0L; start < images.shape[0]; start += batchSize)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var batch = images.narrow(0, start, Math.Min(batchSize, images.shape[0] - start));
            parts.Add(Clip.UnitLength(encoder(batch)).to(ScalarType.Float64).MoveToOuterDisposeScope());
        }

        return cat(parts, 0);
    }

    private static (Tensor Weight, Tensor Bias, int Iterations, bool Converged) Solve(
        Tensor features, Tensor labels, int classCount, LinearProbeOptions options)
    {
        var (count, width) = (features.shape[0], features.shape[1]);
        var truth = nn.functional.one_hot(labels, classCount).to(ScalarType.Float64);
        var point = zeros([(width + 1) * classCount], dtype: ScalarType.Float64, device: features.device);

        // Mean cross-entropy plus half the regularisation times the squared weights; the bias is free.
        (double, Tensor) Objective(Tensor flat)
        {
            using var scope = NewDisposeScope();
            var weight = flat.narrow(0, 0, width * classCount).view(width, classCount);
            var logProbabilities = (features.matmul(weight) + flat.narrow(0, width * classCount, classCount)).log_softmax(1);
            var loss = (-(logProbabilities * truth).sum() / count) + (weight.square().sum() * (options.Regularisation / 2));
            var residual = (logProbabilities.exp() - truth) / count;
            var weightGradient = features.t().matmul(residual) + (weight * options.Regularisation);
            return (loss.item<double>(), cat([weightGradient.flatten(), residual.sum([0])], 0).MoveToOuterDisposeScope());
        }

        var (iterations, converged) = Lbfgs.Minimise(Objective, point, options.Iterations, options.Tolerance);
        return (
            point.narrow(0, 0, width * classCount).view(width, classCount),
            point.narrow(0, width * classCount, classCount),
            iterations,
            converged);
    }
}
