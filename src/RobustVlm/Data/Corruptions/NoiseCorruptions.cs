using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>Corruptions by noise that is independent from pixel to pixel.</summary>
internal static class NoiseCorruptions
{
    internal static Tensor Gaussian(Tensor images, double deviation, Tensor normal) => (images + (normal * deviation)).clamp_(0, 1);

    internal static Tensor Speckle(Tensor images, double deviation, Tensor normal) => (images + (images * normal * deviation)).clamp_(0, 1);

    internal static Tensor Shot(Tensor images, double photons, Func<Tensor, Tensor> count) => (count(images * photons) / photons).clamp_(0, 1);

    /// <summary>Salt and pepper, half each.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="share">Share of the numbers that are replaced.</param>
    /// <param name="uniform">Tensor [N, C, H, W] in [0, 1): below half the share is pepper, from there to the share salt.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Impulse(Tensor images, double share, Tensor uniform)
    {
        using var scope = NewDisposeScope();
        var replaced = where(uniform.lt(share / 2), zeros_like(images), ones_like(images));
        return where(uniform.lt(share), replaced, images).MoveToOuterDisposeScope();
    }
}
