using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>A convolution whose windows do not overlap, as the matrix product it is; its gradient by the pixels is several times as fast so.</summary>
internal static class PatchProjection
{
    /// <summary>Maps each patch to a vector.</summary>
    /// <param name="layer">A convolution whose stride is its window, without padding.</param>
    /// <param name="images">Float tensor [N, C, H, W]; the window divides H and W.</param>
    /// <returns>Float tensor [N, L, D], row by row from the upper left.</returns>
    internal static Tensor Apply(Conv2d layer, Tensor images)
    {
        var (count, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var weight = layer.weight;
        var (high, wide) = (weight.shape[2], weight.shape[3]);
        var patches = images
            .reshape(count, channels, height / high, high, width / wide, wide)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(count, height / high * (width / wide), channels * high * wide);
        return nn.functional.linear(patches, weight.flatten(1), layer.bias);
    }
}
