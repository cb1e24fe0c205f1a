using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Convolution over volumes: [N, C, D, H, W] to [N, C', D', H', W'].</summary>
public sealed class Conv3d : Convolution
{
    internal Conv3d(ConvolutionOptions options)
        : base(nameof(Conv3d), options)
    {
    }

    private protected override Tensor Convolve(Tensor input, long[] padding) =>
        Aten.conv3d(input, weight, bias, stride, padding, dilation, groups);

    private protected override Tensor Convolve(Tensor input, string padding) =>
        Aten.conv3d_padding(input, weight, bias, stride, padding, dilation, groups);
}
