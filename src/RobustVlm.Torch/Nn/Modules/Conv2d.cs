using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Convolution over images: [N, C, H, W] to [N, C', H', W'].</summary>
public sealed class Conv2d : Convolution
{
    internal Conv2d(ConvolutionOptions options)
        : base(nameof(Conv2d), options)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant && padding is not null)
        {
            return Aten.conv2d(input, weight, bias, stride, padding, dilation, groups);
        }

        if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant)
        {
            return Aten.conv2d_padding(input, weight, bias, stride, padding_type == Padding.Same ? "same" : "valid", dilation, groups);
        }

        using var padded = nn.functional.pad(input, PadAmounts(), padding_mode);
        return Aten.conv2d(padded, weight, bias, stride, [0, 0], dilation, groups);
    }
}
