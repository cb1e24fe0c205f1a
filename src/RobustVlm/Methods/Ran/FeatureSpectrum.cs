using System.Globalization;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>The singular values of features, and what NMTune's authors read from them (Chen et al. 2024, arXiv:2309.17002).</summary>
/// <param name="Values">Singular values, falling.</param>
public sealed record FeatureSpectrum(IReadOnlyList<double> Values)
{
    private const double Floor = 1e-12;

    /// <summary>Singular value entropy: near the logarithm of their number when all are alike, 0 when there is one only.</summary>
    public double Entropy => -Shares.Where(share => share > 0).Sum(share => share * Math.Log(share));

    /// <summary>Largest singular value ratio: minus the logarithm of the largest one's share, at least 0.</summary>
    public double LargestRatio => -Math.Log(Shares[0]);

    /// <summary>Each singular value's share in their sum, falling.</summary>
    public IReadOnlyList<double> Shares
    {
        get
        {
            var sum = Values.Sum();
            return [.. Values.Select(value => value / sum)];
        }
    }

    /// <summary>Share of the largest ones in the sum of all, in (0, 1].</summary>
    /// <param name="count">How many.</param>
    public double TopShare(int count) => Shares.Take(count).Sum();

    /// <summary>Takes features as they are.</summary>
    /// <param name="features">Float tensor [N, D].</param>
    /// <exception cref="ArgumentException">They have another shape, or are all zero.</exception>
    public static FeatureSpectrum Of(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.dim() != 2 || features.numel() == 0)
        {
            throw new ArgumentException($"Give features [N, D], not [{string.Join(", ", features.shape)}].", nameof(features));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        double[] values = [.. SingularValues(features.to(ScalarType.Float64)).cpu().data<double>()];
        return values[0] > 0 && double.IsFinite(values[0]) ? new FeatureSpectrum(values)
            : throw new ArgumentException("Features that are all zero, or not numbers, have no spectrum; check the encoder.", nameof(features));
    }

    /// <summary>Takes features as the authors' script for spectra does: each row scaled to length one, then its own mean taken off.</summary>
    /// <param name="features">Float tensor [N, D].</param>
    public static FeatureSpectrum OfScaledRows(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var rows = nn.functional.normalize(features.to(ScalarType.Float64), dim: 1);
        return Of(rows - rows.mean([1], keepdim: true));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Values.Count} singular values, SVE {Entropy:0.000}, LSVR {LargestRatio:0.000}");

    /// <summary>Singular values with gradients that stay finite for close values, since none runs through singular vectors' differences.</summary>
    /// <param name="features">Float tensor [N, D].</param>
    /// <returns>Float tensor [min(N, D)], falling.</returns>
    internal static Tensor SingularValues(Tensor features)
    {
        // Of wide features the products of rows are far smaller than the features themselves.
        return features.shape[1] > features.shape[0]
            ? linalg.eigvalsh(features.matmul(features.t())).clamp_min(Floor).sqrt().flip(0)
            : linalg.svdvals(features);
    }
}
