using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Random points of the ball around images, from which attacks start. They are drawn for a whole batch at once.</summary>
internal static class RandomStart
{
    private const double Tiny = 1e-12;

    /// <summary>Uniform in the box for L-infinity; for L2 a Gaussian direction whose length is uniform in [0, radius], the start of Pgd.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; the centres.</param>
    /// <param name="radius">Budget and norm.</param>
    /// <param name="random">Source of the points.</param>
    /// <returns>Tensor [N, C, H, W]; pixels may lie outside [0, 1].</returns>
    internal static Tensor Inside(Tensor images, PixelBudget radius, Generator random)
    {
        using var scope = NewDisposeScope();
        if (radius.Norm == PixelNorm.LInfinity)
        {
            return Uniform(images, random).sub_(0.5).mul_(2 * radius.Value).add_(images).MoveToOuterDisposeScope();
        }

        var direction = Gaussian(images, random);
        var share = rand([images.shape[0], 1, 1, 1], dtype: images.dtype, device: images.device, generator: random);
        return (images + (direction * share * (radius.Value / (PixelBall.Lengths(direction) + Tiny)))).MoveToOuterDisposeScope();
    }

    /// <summary>Points whose distance is the radius before clipping: a uniform (L2: Gaussian) draw stretched to it, the start of APGD.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; the centres.</param>
    /// <param name="radius">Budget and norm.</param>
    /// <param name="random">Source of the points.</param>
    /// <returns>Tensor [N, C, H, W], pixels in [0, 1].</returns>
    internal static Tensor OnSurface(Tensor images, PixelBudget radius, Generator random)
    {
        using var scope = NewDisposeScope();
        var draw = radius.Norm == PixelNorm.LInfinity ? Uniform(images, random).mul_(2).sub_(1) : Gaussian(images, random);
        var sizes = PixelBall.Sizes(draw, radius.Norm).view(-1, 1, 1, 1);
        return (images + (draw * (radius.Value / (sizes + Tiny)))).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    private static Tensor Uniform(Tensor images, Generator random) =>
        rand(images.shape, dtype: images.dtype, device: images.device, generator: random);

    private static Tensor Gaussian(Tensor images, Generator random) =>
        randn(images.shape, dtype: images.dtype, device: images.device, generator: random);
}
