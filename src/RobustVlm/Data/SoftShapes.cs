using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Shapes as smooth functions of a distance, so that edges stay free of steps at any resolution.</summary>
internal static class SoftShapes
{
    /// <summary>1 inside, 0 outside.</summary>
    /// <param name="distance">Float tensor [N, H, W] (or broadcastable), positive inside.</param>
    /// <param name="softness">Distance over which the edge fades.</param>
    internal static Tensor Inside(Tensor distance, double softness) => (distance * (1 / softness)).sigmoid_();

    internal static Tensor Inside(Tensor distance, Tensor softness) => (distance / softness).sigmoid_();

    /// <summary>1 where the distance is zero, falling like a bell.</summary>
    /// <param name="distance">Float tensor [N, H, W] (or broadcastable).</param>
    /// <param name="width">Distance at which it has fallen to 1/e.</param>
    internal static Tensor Ridge(Tensor distance, double width) => (distance * (1 / width)).square().neg_().exp_();

    internal static Tensor Ridge(Tensor distance, Tensor width) => (distance / width).square().neg_().exp_();

    internal static Tensor Length(Tensor x, Tensor y) => (x.square() + y.square()).sqrt_();

    internal static Tensor Max(Tensor first, params ReadOnlySpan<Tensor> others)
    {
        foreach (var other in others)
        {
            first = first.maximum(other);
        }

        return first;
    }

    internal static Tensor Min(Tensor first, params ReadOnlySpan<Tensor> others)
    {
        foreach (var other in others)
        {
            first = first.minimum(other);
        }

        return first;
    }

    /// <summary>Square root that stays finite, for thickness of rounded bodies.</summary>
    internal static Tensor Dome(Tensor share, double floor = 0.0025) => share.clamp(floor, 1).sqrt_();
}
