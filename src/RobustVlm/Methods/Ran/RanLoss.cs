using RobustVlm.Methods.ZeroShot;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>Settings of <see cref="RanLoss"/>. The defaults are those of NMTune's published code.</summary>
public sealed record RanLossOptions
{
    /// <summary>Weight of <see cref="RanLoss.Consistency"/>; 0 leaves it out.</summary>
    public double ConsistencyWeight { get; init; } = 1;

    /// <summary>Weight of <see cref="RanLoss.Covariance"/>; 0 leaves it out.</summary>
    public double CovarianceWeight { get; init; } = 0.04;

    /// <summary>Weight of <see cref="RanLoss.Spectrum"/>; 0 leaves it out.</summary>
    public double SpectrumWeight { get; init; } = 0.001;

    /// <summary>How many of the largest singular values are raised, at least one.</summary>
    public int TopValues { get; init; } = 5;

    /// <summary>Whether the distance is summed over the D numbers of a feature in place of averaged, which makes it D times larger.</summary>
    public bool SummedDistance { get; init; }

    /// <summary>NMTune as its paper writes it, from memory: one weight of 0.01, the largest singular value alone, summed distances.</summary>
    public static RanLossOptions Paper { get; } = new() { ConsistencyWeight = 0.01, CovarianceWeight = 0.01, SpectrumWeight = 0.01, TopValues = 1, SummedDistance = true };

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TopValues, 1);
        foreach (var weight in new[] { ConsistencyWeight, CovarianceWeight, SpectrumWeight })
        {
            if (weight is not (>= 0 and < double.PositiveInfinity))
            {
                throw new ArgumentOutOfRangeException(nameof(RanLossOptions), weight, "Weights of the loss's terms are at least 0; 0 leaves a term out.");
            }
        }
    }
}

/// <summary>
/// What is added to the loss of a task while a small network behind a frozen encoder is trained: the three regularisers of NMTune (Chen et al. 2024, arXiv:2309.17002),
/// our reconstruction of RAN (Han et al. 2024, arXiv:2407.02716), of whose loss only "three components" is known.
/// </summary>
/// <remarks>Rows of features are the first views of a batch, then its second views, in the same order. No gradient reaches the features.</remarks>
public sealed class RanLoss
{
    private readonly RanLossOptions _options;

    /// <summary>Makes a loss.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative, or no singular value is raised.</exception>
    public RanLoss(RanLossOptions? options = null)
    {
        _options = options ?? new RanLossOptions();
        _options.Check();
    }

    /// <summary>The terms that have a weight.</summary>
    /// <param name="features">Float tensor [2 B, D]: the encoder's features of both views.</param>
    /// <param name="adapted">Float tensor [2 B, D]: what the small network makes of them.</param>
    /// <returns>Terms with names and weights; <see cref="LossTerm.Value"/> is a float tensor [].</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are not two views of at least one image.</exception>
    public IReadOnlyList<LossTerm> Terms(Tensor features, Tensor adapted)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(adapted);
        if (features.dim() != 2 || adapted.dim() != 2 || !features.shape.SequenceEqual(adapted.shape) || features.shape[0] < 2 || features.shape[0] % 2 != 0)
        {
            throw new ArgumentException("Give features and adapted features [2 B, D] of equal shape: the first views of all images, then their second views.", nameof(features));
        }

        var count = features.shape[0] / 2;
        var terms = new List<LossTerm>();
        if (_options.ConsistencyWeight > 0)
        {
            terms.Add(new LossTerm("consistency", Consistency(adapted.narrow(0, count, count), features.narrow(0, 0, count), _options.SummedDistance), _options.ConsistencyWeight));
        }

        if (_options.CovarianceWeight > 0)
        {
            terms.Add(new LossTerm("covariance", Covariance(adapted), _options.CovarianceWeight));
        }

        if (_options.SpectrumWeight > 0)
        {
            terms.Add(new LossTerm("spectrum", Spectrum(adapted, _options.TopValues), _options.SpectrumWeight));
        }

        return terms;
    }

    /// <summary>How far adapted features of second views are from the encoder's features of first views, rows scaled to length one.</summary>
    /// <param name="adapted">Float tensor [B, D]: adapted features of second views.</param>
    /// <param name="features">Float tensor [B, D]: the encoder's features of first views; they get no gradient.</param>
    /// <param name="summed">Whether the squares are summed over D in place of averaged.</param>
    /// <returns>Float tensor [], at least 0.</returns>
    public static Tensor Consistency(Tensor adapted, Tensor features, bool summed = false)
    {
        ArgumentNullException.ThrowIfNull(adapted);
        ArgumentNullException.ThrowIfNull(features);
        var squares = (nn.functional.normalize(adapted, dim: 1) - nn.functional.normalize(features.detach(), dim: 1)).square();
        return summed ? squares.sum(1).mean() : squares.mean();
    }

    /// <summary>Squares of the covariances between different numbers of a feature.</summary>
    /// <param name="adapted">Float tensor [N, D], at least two rows.</param>
    /// <returns>Float tensor [], at least 0: the sum over pairs, divided by D.</returns>
    public static Tensor Covariance(Tensor adapted)
    {
        ArgumentNullException.ThrowIfNull(adapted);
        var centred = adapted - adapted.mean([0], keepdim: true);
        var covariance = centred.t().matmul(centred) / (adapted.shape[0] - 1);   // (D, D)
        return (covariance.square().sum() - covariance.diagonal().square().sum()) / adapted.shape[1];
    }

    /// <summary>The share that the largest singular values have in the sum of all, negative, so that descending raises it.</summary>
    /// <param name="adapted">Float tensor [N, D], neither centred nor scaled.</param>
    /// <param name="top">How many; with as many singular values in all, the result is constant.</param>
    /// <returns>Float tensor [], in [-1, 0): minus the mean share of one of them.</returns>
    public static Tensor Spectrum(Tensor adapted, int top = 5)
    {
        ArgumentNullException.ThrowIfNull(adapted);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        var values = FeatureSpectrum.SingularValues(adapted);
        return -(values / values.sum()).narrow(0, 0, Math.Min(top, values.shape[0])).mean();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"RAN loss: {_options.ConsistencyWeight} consistency, {_options.CovarianceWeight} covariance, {_options.SpectrumWeight} spectrum (top {_options.TopValues})");
}
