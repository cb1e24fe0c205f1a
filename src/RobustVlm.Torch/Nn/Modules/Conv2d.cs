using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Convolution over images: [N, C, H, W] to [N, C', H', W'].</summary>
public sealed class Conv2d : Convolution
{
    internal Conv2d(ConvolutionOptions options)
        : base(nameof(Conv2d), options)
    {
    }

    private protected override Tensor Convolve(Tensor input, long[] padding) =>
        Aten.conv2d(input, weight, bias, stride, padding, dilation, groups);

    private protected override Tensor Convolve(Tensor input, string padding) =>
        Aten.conv2d_padding(input, weight, bias, stride, padding, dilation, groups);
}
