using static TorchSharp.torch;

namespace RobustVlm.Experiments.Plots;

/// <summary>Pictures of images that are in tensors.</summary>
internal static class TensorPicture
{
    /// <summary>One image of a batch.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; C is 1 or 3.</param>
    /// <param name="index">Which one, from 0.</param>
    internal static PixelImage Of(Tensor images, long index)
    {
        using var scope = NewDisposeScope();
        var image = images[index].detach().cpu().contiguous();
        return PixelImage.FromPlanar(image.data<float>().ToArray(), (int)image.shape[0], (int)image.shape[1], (int)image.shape[2]);
    }
}
