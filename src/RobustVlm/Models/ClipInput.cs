using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>What stands between pictures of any size and a <see cref="Clip"/>'s image encoder: cubic scaling to its size, and other numbers for the normalisation where wanted.</summary>
/// <remarks>An attack that is given such a function changes the picture in its own size, before it is scaled. Scaled pixels may leave [0, 1] a little and are not cut.</remarks>
public sealed record ClipInput
{
    /// <summary>Subtracted from the pixels in place of the model's own mean; null keeps that.</summary>
    public ChannelValues? Mean { get; init; }

    /// <summary>Divides the pixels in place of the model's own deviation; null keeps that.</summary>
    public ChannelValues? Deviation { get; init; }

    /// <summary>ImageNet's mean and deviation, which PMG-AFT's published code gives to CLIP.</summary>
    public static ClipInput ImageNet { get; } = new() { Mean = ChannelValues.ImageNetMean, Deviation = ChannelValues.ImageNetDeviation };

    /// <summary>A model's image encoder behind this input.</summary>
    /// <param name="model">The model; it is used, not copied.</param>
    /// <returns>From float tensors [N, C, H, W] of any size, pixels in [0, 1], to float tensors [N, D], not normalised.</returns>
    public Func<Tensor, Tensor> Encoder(Clip model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return images => model.EncodeImage(Apply(images, model.Options.Image));
    }

    /// <summary>Makes pictures fit an encoder, whose first line still subtracts its own mean and divides by its own deviation.</summary>
    internal Tensor Apply(Tensor images, ClipVisionOptions encoder)
    {
        var size = encoder.ImageSize;
        var pixels = images.dim() == 4 && (images.shape[2] != size || images.shape[3] != size)
            ? nn.functional.interpolate(images, [size, size], mode: InterpolationMode.Bicubic, align_corners: false)
            : images;
        if (Mean is null && Deviation is null)
        {
            return pixels;
        }

        var (mean, deviation) = (Row(Mean ?? encoder.PixelMean), Row(Deviation ?? encoder.PixelDeviation));
        var (ownMean, ownDeviation) = (Row(encoder.PixelMean), Row(encoder.PixelDeviation));
        var factor = ownDeviation / deviation;
        return (pixels * factor) + (ownMean - (mean * factor));

        Tensor Row(ChannelValues values) => tensor(values.Take(encoder.Channels), dtype: pixels.dtype, device: pixels.device).view(1, -1, 1, 1);
    }
}
