using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>The first line of every model here: pixels in [0, 1] become numbers around zero.</summary>
internal static class PixelNormalization
{
    /// <summary>Subtracts the mean and divides by the deviation of each channel.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="mean">Subtracted.</param>
    /// <param name="deviation">Divided by.</param>
    /// <param name="type">Format of the model's weights, in which the result comes.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    internal static Tensor Apply(Tensor images, int channels, ChannelValues mean, ChannelValues deviation, ScalarType type)
    {
        var pixels = images.dtype == type ? images : images.to(type);
        if (channels == 1 || (mean.IsOne && deviation.IsOne))
        {
            var centred = mean.First == 0 ? pixels : pixels - mean.First;
            return deviation.First == 1 ? centred : centred / deviation.First;
        }

        return (pixels - Row(mean, channels, pixels)) / Row(deviation, channels, pixels);
    }

    private static Tensor Row(ChannelValues values, int channels, Tensor like) =>
        tensor(values.Take(channels), dtype: like.dtype, device: like.device).view(1, -1, 1, 1);
}
