using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Convolution over sequences: [N, C, L] to [N, C', L'].</summary>
public sealed class Conv1d : Convolution
{
    internal Conv1d(ConvolutionOptions options)
        : base(nameof(Conv1d), options)
    {
    }

    private protected override Tensor Convolve(Tensor input, long[] padding) =>
        Aten.conv1d(input, weight, bias, stride, padding, dilation, groups);

    private protected override Tensor Convolve(Tensor input, string padding) =>
        Aten.conv1d_padding(input, weight, bias, stride, padding, dilation, groups);
}
