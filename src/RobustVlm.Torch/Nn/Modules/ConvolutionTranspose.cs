using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The gradient of a convolution as a layer, whose output is the larger side.</summary>
public abstract class ConvolutionTranspose : Convolution
{
    private protected ConvolutionTranspose(string name, ConvolutionOptions options)
        : base(name, options)
    {
        if (options.PaddingMode is not (PaddingModes.Zeros or PaddingModes.Constant))
        {
            throw new ArgumentException("A transposed convolution pads with zeros only.", nameof(options));
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>Runs with a wanted output size, which decides between the sizes that a stride above 1 leaves open.</summary>
    /// <param name="input">Float tensor [N, C, ...] or [C, ...].</param>
    /// <param name="output_size">Spatial sizes, or null for the smallest possible plus the output padding.</param>
    public Tensor forward(Tensor input, long[]? output_size) =>
        Spread(input, output_size is null ? output_padding : ExtraFor(input, output_size));

    /// <summary>The operator itself; extra is added on one side of the output.</summary>
    private protected abstract Tensor Spread(Tensor input, long[] extra);

    private protected sealed override Tensor Convolve(Tensor input, long[] padding) => Spread(input, output_padding);

    private protected sealed override Tensor Convolve(Tensor input, string padding) => Spread(input, output_padding);

    private long[] ExtraFor(Tensor input, long[] wanted)
    {
        var spatial = kernel_size.Length;
        if (wanted.Length != spatial)
        {
            throw new ArgumentException($"The output size has one number per spatial dimension, {spatial}, not {wanted.Length}.", nameof(wanted));
        }

        var extra = new long[spatial];
        for (var i = 0; i < spatial; i++)
        {
            var least = ((input.shape[^(spatial - i)] - 1) * stride[i]) - (2 * padding![i]) + (dilation[i] * (kernel_size[i] - 1)) + 1;
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

/// <summary>Transposed convolution over sequences: [N, C, L] to [N, C', L'].</summary>
public sealed class ConvTranspose1d : ConvolutionTranspose
{
    internal ConvTranspose1d(ConvolutionOptions options)
        : base(nameof(ConvTranspose1d), options)
    {
    }

    private protected override Tensor Spread(Tensor input, long[] extra) =>
        Aten.conv_transpose1d(input, weight, bias, stride, padding!, extra, groups, dilation); // never given by name
}

/// <summary>Transposed convolution over images: [N, C, H, W] to [N, C', H', W'].</summary>
public sealed class ConvTranspose2d : ConvolutionTranspose
{
    internal ConvTranspose2d(ConvolutionOptions options)
        : base(nameof(ConvTranspose2d), options)
    {
    }

    private protected override Tensor Spread(Tensor input, long[] extra) =>
        Aten.conv_transpose2d_input(input, weight, bias, stride, padding!, extra, groups, dilation); // never given by name
}

/// <summary>Transposed convolution over volumes: [N, C, D, H, W] to [N, C', D', H', W'].</summary>
public sealed class ConvTranspose3d : ConvolutionTranspose
{
    internal ConvTranspose3d(ConvolutionOptions options)
        : base(nameof(ConvTranspose3d), options)
    {
    }

    private protected override Tensor Spread(Tensor input, long[] extra) =>
        Aten.conv_transpose3d_input(input, weight, bias, stride, padding!, extra, groups, dilation); // never given by name
}
