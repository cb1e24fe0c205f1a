using System.Globalization;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>How usable the gradients of a classifier are for an attack; many zeros mean that attacks look weaker than they are.</summary>
/// <param name="ZeroPixelShare">Share of pixels whose gradient is below 1e-12 in size, 0 to 1.</param>
/// <param name="ZeroImageShare">Share of images without any larger gradient, 0 to 1; these images cannot be attacked by gradients.</param>
/// <param name="MedianNorm">Median over the images of the Euclidean length of the gradient.</param>
public sealed record GradientHealth(double ZeroPixelShare, double ZeroImageShare, double MedianNorm)
{
    private const double Zero = 1e-12;

    /// <summary>Measures the gradients at the given images.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes, in [0, K).</param>
    /// <param name="batchSize">Images per gradient, at least one.</param>
    /// <returns>The measurement.</returns>
    public static GradientHealth Measure(Classifier classifier, Tensor images, Tensor labels, int batchSize = 64)
    {
        AttackInput.Check(classifier, images, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using var noGradient = no_grad();
        var (zeroPixels, zeroImages) = (0L, 0L);
        var norms = new List<double>();
        for (var start = 0L; start < images.shape[0]; start += batchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(batchSize, images.shape[0] - start);
            var (gradient, _, _) = InputGradient.Of(
                classifier, images.narrow(0, start, count), labels.narrow(0, start, count), ScalarType.Float32);
            var flat = gradient.flatten(1).to(ScalarType.Float64);
            var zero = flat.abs().lt(Zero);
            zeroPixels += zero.sum().item<long>();
            zeroImages += zero.all(1).sum().item<long>();
            norms.AddRange(flat.square().sum(1).sqrt().Values<double>());
        }

        norms.Sort();
        return new GradientHealth(
            (double)zeroPixels / images.numel(), (double)zeroImages / images.shape[0], norms[norms.Count / 2]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"zero gradient at {ZeroPixelShare:P1} of the pixels, {ZeroImageShare:P1} of the images; median length {MedianNorm:G3}");
}
