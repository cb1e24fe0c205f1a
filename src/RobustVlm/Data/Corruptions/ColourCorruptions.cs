using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>Corruptions of brightness and colour. Grey images count as red, green and blue of equal size.</summary>
internal static class ColourCorruptions
{
    /// <summary>Adds to the value of the HSV cone.</summary>
    internal static Tensor Brightness(Tensor images, double added) => images.shape[1] == 1
        ? (images + added).clamp_(0, 1)   // the value of grey is the grey
        : InHsv(images, (hue, saturation, value) => (hue, saturation, (value + added).clamp(0, 1)));

    /// <summary>Scales and shifts the saturation of the HSV cone.</summary>
    internal static Tensor Saturate(Tensor images, double factor, double added) =>
        InHsv(images, (hue, saturation, value) => (hue, ((saturation * factor) + added).clamp(0, 1), value));

    /// <summary>Scales the distance to the mean of each channel.</summary>
    internal static Tensor Contrast(Tensor images, double factor)
    {
        using var scope = NewDisposeScope();
        var mean = images.mean([2, 3], keepdim: true);
        return (((images - mean) * factor) + mean).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Pillow's brightness: a blend with black.</summary>
    internal static Tensor EnhanceBrightness(Tensor images, double factor) => (images * factor).clamp_(0, 1);

    /// <summary>Pillow's contrast: a blend with the mean grey, rounded to 8 bits.</summary>
    internal static Tensor EnhanceContrast(Tensor images, double factor)
    {
        using var scope = NewDisposeScope();
        var grey = ((Luma(images) * 255).round_().mean([1, 2, 3], keepdim: true) + 0.5).floor_() / 255;
        return (grey + ((images - grey) * factor)).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Raises each pixel to a power.</summary>
    internal static Tensor Gamma(Tensor images, double power) => images.pow(power);

    /// <summary>Luminance (ITU-R BT.601).</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <returns>Tensor [N, 1, H, W].</returns>
    internal static Tensor Luma(Tensor images)
    {
        using var scope = NewDisposeScope();
        var result = images.shape[1] == 1
            ? images.clone()
            : (images.narrow(1, 0, 1) * 0.299) + (images.narrow(1, 1, 1) * 0.587) + (images.narrow(1, 2, 1) * 0.114);
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor InHsv(Tensor images, Func<Tensor, Tensor, Tensor, (Tensor Hue, Tensor Saturation, Tensor Value)> change)
    {
        using var scope = NewDisposeScope();
        var grey = images.shape[1] == 1;
        var colour = grey ? images.expand(-1, 3, -1, -1) : images;
        var (hue, saturation, value) = change(Hue(colour), Saturation(colour), colour.amax([1], keepdim: true));
        var result = FromHsv(hue, saturation, value).clamp(0, 1);
        return (grey ? Luma(result) : result).MoveToOuterDisposeScope();
    }

    private static Tensor Saturation(Tensor colour)
    {
        var value = colour.amax([1], keepdim: true);
        return ((value - colour.amin([1], keepdim: true)) / value).nan_to_num_(0, 0, 0);
    }

    /// <summary>The hue as a share of the circle; 0 for grey.</summary>
    private static Tensor Hue(Tensor colour)
    {
        var (red, green, blue) = (colour.narrow(1, 0, 1), colour.narrow(1, 1, 1), colour.narrow(1, 2, 1));
        var value = colour.amax([1], keepdim: true);
        var range = value - colour.amin([1], keepdim: true);
        var sixths = where(blue.eq(value), ((red - green) / range) + 4, where(green.eq(value), ((blue - red) / range) + 2, (green - blue) / range));
        return (sixths / 6).remainder(1).nan_to_num_(0, 0, 0);
    }

    // Each channel is the value minus a share of the colourfulness that depends on how far its hue is away.
    private static Tensor FromHsv(Tensor hue, Tensor saturation, Tensor value)
    {
        return cat([Channel(5), Channel(3), Channel(1)], 1);

        Tensor Channel(double offset)
        {
            var k = ((hue * 6) + offset).remainder(6);
            return value - (value * saturation * minimum(k, 4 - k).clamp(0, 1));
        }
    }
}
