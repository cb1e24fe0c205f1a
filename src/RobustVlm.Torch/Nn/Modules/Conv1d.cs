using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Convolution over sequences: [N, C, L] to [N, C', L'].</summary>
public sealed class Conv1d : Convolution
{
    internal Conv1d(ConvolutionOptions options)
        : base(nameof(Conv1d), options)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant && padding is not null)
        {
            return Aten.conv1d(input, weight, bias, stride, padding, dilation, groups);
        }

        if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant)
        {
            return Aten.conv1d_padding(input, weight, bias, stride, padding_type == Padding.Same ? "same" : "valid", dilation, groups);
        }

        using var padded = nn.functional.pad(input, PadAmounts(), padding_mode);
        return Aten.conv1d(padded, weight, bias, stride, [0], dilation, groups);
    }
}
