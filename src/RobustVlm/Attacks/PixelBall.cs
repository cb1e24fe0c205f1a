using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>The images an attack may return: those within the budget of the originals, with pixels in [0, 1].</summary>
/// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; the centres.</param>
/// <param name="radius">Budget and norm.</param>
internal sealed class PixelBall(Tensor images, PixelBudget radius) : IDisposable
{
    private const double Tiny = 1e-12;

    private readonly Tensor? _lower = radius.Norm == PixelNorm.LInfinity ? images.sub(radius.Value).clamp_(0, 1).DetachFromDisposeScope() : null;
    private readonly Tensor? _upper = radius.Norm == PixelNorm.LInfinity ? images.add(radius.Value).clamp_(0, 1).DetachFromDisposeScope() : null;

    /// <summary>Moves points into the ball: the nearest point of it for L-infinity; scaled towards the centre, then clipped, for L2.</summary>
    /// <param name="points">Float tensor [N, C, H, W].</param>
    /// <returns>A new tensor [N, C, H, W].</returns>
    internal Tensor Project(Tensor points)
    {
        if (_lower is not null && _upper is not null)
        {
            return points.clamp(_lower, _upper);
        }

        using var scope = NewDisposeScope();
        var change = points - images;
        var shrink = (radius.Value / (Lengths(change) + Tiny)).clamp_max_(1);
        return (images + (change * shrink)).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The direction of steepest ascent within a step of length one in the ball's norm.</summary>
    /// <param name="gradient">Float tensor [N, C, H, W].</param>
    /// <returns>Tensor [N, C, H, W]: the signs for L-infinity, rows of unit length for L2; zero gradients stay zero.</returns>
    internal Tensor Steepest(Tensor gradient) => radius.Norm == PixelNorm.LInfinity
        ? gradient.sign()
        : (gradient / (Lengths(gradient) + Tiny)).nan_to_num_(0);

    /// <summary>Euclidean lengths of the rows.</summary>
    /// <param name="change">Float tensor [N, C, H, W].</param>
    /// <returns>Tensor [N, 1, 1, 1].</returns>
    internal static Tensor Lengths(Tensor change)
    {
        using var scope = NewDisposeScope();
        return change.square().sum([1, 2, 3], keepdim: true).sqrt_().MoveToOuterDisposeScope();
    }

    /// <summary>Sizes of changes in a norm.</summary>
    /// <param name="change">Float tensor [N, C, H, W].</param>
    /// <param name="norm">The norm.</param>
    /// <returns>Tensor [N].</returns>
    internal static Tensor Sizes(Tensor change, PixelNorm norm)
    {
        using var scope = NewDisposeScope();
        return (norm == PixelNorm.LInfinity ? change.flatten(1).abs().amax([1]) : Lengths(change).flatten()).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _lower?.Dispose();
        _upper?.Dispose();
    }
}
