using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The gradient of a convolution as a layer: [N, C, H, W] to the larger [N, C', H', W'].</summary>
public sealed class ConvTranspose2d : Convolution
{
    internal ConvTranspose2d(ConvolutionOptions options)
        : base(nameof(ConvTranspose2d), options)
    {
        if (options.PaddingMode is not (PaddingModes.Zeros or PaddingModes.Constant))
        {
            throw new ArgumentException("A transposed convolution pads with zeros only.", nameof(options));
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>Runs with a wanted output size, which decides between the sizes that a stride above 1 leaves open.</summary>
    /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
    /// <param name="output_size">Height and width, or null for the smallest possible plus the output padding.</param>
    public Tensor forward(Tensor input, long[]? output_size)
    {
        var extra = output_size is null ? output_padding : ExtraFor(input, output_size);
        return Aten.conv_transpose2d_input(input, weight, bias, stride, padding!, extra, groups, dilation); // never given by name
    }

    private long[] ExtraFor(Tensor input, long[] wanted)
    {
        if (wanted.Length != 2)
        {
            throw new ArgumentException($"The output size has 2 numbers (height and width), not {wanted.Length}.", nameof(wanted));
        }

        var extra = new long[2];
        for (var i = 0; i < 2; i++)
        {
            var least = ((input.shape[^(2 - i)] - 1) * stride[i]) - (2 * padding![i]) + (dilation[i] * (kernel_size[i] - 1)) + 1;
            extra[i] = wanted[i] - least;
            if (extra[i] < 0 || extra[i] >= Math.Max(stride[i], dilation[i]))
            {
                throw new ArgumentException(
                    $"Output size {wanted[i]} is not possible in dimension {i}: it must be from {least} to {least + Math.Max(stride[i], dilation[i]) - 1}.", nameof(wanted));
            }
        }

        return extra;
    }
}
