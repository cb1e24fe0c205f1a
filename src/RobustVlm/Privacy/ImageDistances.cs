using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>A way to tell how far two images are apart.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="Between">Takes float images [N, C, H, W] in [0, 1], the candidates and those compared with them; gives float [N], lower for nearer.</param>
public sealed record ImageDistance(string Name, Func<Tensor, Tensor, Tensor> Between);

/// <summary>Distances between images of equal size, one number per pair, lower for nearer; all on pixels in [-1, 1], so that the range is 2.</summary>
public static class ImageDistances
{
    private const double Range = 2;
    private const int Bins = 16;
    private const int LargeImage = 32;

    /// <summary>Those that need no network.</summary>
    public static IReadOnlyList<ImageDistance> Plain { get; } =
    [
        new("L1", (x, y) => Difference(x, y).abs().mean([1, 2, 3])),
        new("MSE", Squared),
        new("minus PSNR", (x, y) => (Squared(x, y).clamp_min(1e-10) / (Range * Range)).log10() * 10),
        new("1 - SSIM", (x, y) => 1 - Ssim(x, y)),
        new("gradient MSE", GradientSquared),
        new("1 - cosine", (x, y) => 1 - nn.functional.cosine_similarity((x * 2 - 1).flatten(1), (y * 2 - 1).flatten(1), dim: 1)),
        new("histogram", HistogramDistance),
    ];

    /// <summary>The distance of the unit-length features of a network (perceptual distance; Zhang et al. 2018, arXiv:1801.03924, without learned weights).</summary>
    /// <param name="name">Name in tables.</param>
    /// <param name="features">Takes float images [N, C, H, W] in [0, 1] and gives float [N, D]; trained on none of the candidates.</param>
    public static ImageDistance Perceptual(string name, Func<Tensor, Tensor> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return new(name, (x, y) => (nn.functional.normalize(features(x), dim: 1) - nn.functional.normalize(features(y), dim: 1)).square().sum([1]).sqrt());
    }

    /// <summary>Mean squared difference of pixels in [-1, 1].</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="others">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N].</returns>
    public static Tensor Squared(Tensor images, Tensor others) => Difference(images, others).square().mean([1, 2, 3]);

    /// <summary>Structural similarity (Wang et al. 2004, doi:10.1109/TIP.2003.819861): a Gaussian window of 11 pixels, below 32 pixels a uniform one of 7.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], at least 7 each way.</param>
    /// <param name="others">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N], at most 1, which equal images have.</returns>
    public static Tensor Ssim(Tensor images, Tensor others)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(others);
        using var scope = NewDisposeScope();
        var (channels, side) = (images.shape[1], Math.Min(images.shape[2], images.shape[3]));
        var window = Window(side < LargeImage ? 7 : 11, side < LargeImage ? null : 1.5).to(images.dtype).to(images.device).repeat(channels, 1, 1, 1);
        Tensor Mean(Tensor x) => nn.functional.conv2d(x, window, groups: channels);
        var (x, y) = (images * 2 - 1, others * 2 - 1);
        var (meanX, meanY) = (Mean(x), Mean(y));
        var (varianceX, varianceY, covariance) = (Mean(x * x) - meanX.square(), Mean(y * y) - meanY.square(), Mean(x * y) - (meanX * meanY));
        var (c1, c2) = (Math.Pow(0.01 * Range, 2), Math.Pow(0.03 * Range, 2));
        var map = ((2 * meanX * meanY) + c1) * ((2 * covariance) + c2) / ((meanX.square() + meanY.square() + c1) * (varianceX + varianceY + c2));
        return map.mean([1, 2, 3]).MoveToOuterDisposeScope();
    }

    private static Tensor Difference(Tensor images, Tensor others) => (images - others) * 2;

    private static Tensor GradientSquared(Tensor images, Tensor others)
    {
        var d = Difference(images, others);
        var (height, width) = (d.shape[2], d.shape[3]);
        var down = (d.narrow(2, 1, height - 1) - d.narrow(2, 0, height - 1)).square().mean([1, 2, 3]);
        return (d.narrow(3, 1, width - 1) - d.narrow(3, 0, width - 1)).square().mean([1, 2, 3]) + down;
    }

    // Chi-square of the shares of grey levels.
    private static Tensor HistogramDistance(Tensor images, Tensor others)
    {
        var (p, q) = (Shares(images), Shares(others));
        return ((p - q).square() / (p + q).clamp_min(1e-12)).sum([1]) / 2;
    }

    private static Tensor Shares(Tensor images)
    {
        var bins = (images.flatten(1) * Bins).floor().clamp(0, Bins - 1).to(ScalarType.Int64);
        return nn.functional.one_hot(bins, Bins).to(images.dtype).mean([1]);
    }

    private static Tensor Window(int size, double? deviation)
    {
        if (deviation is not { } sigma)
        {
            return full([1, 1, size, size], 1.0 / (size * size), dtype: ScalarType.Float64);
        }

        var place = arange(size, dtype: ScalarType.Float64) - ((size - 1) / 2.0);
        var bell = (place.square() / (-2 * sigma * sigma)).exp();
        bell = bell / bell.sum();
        return (bell.unsqueeze(1) * bell.unsqueeze(0)).view(1, 1, size, size);
    }
}
