using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the convolution layers share: sizes, weight, bias and their start values.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    private Parameter _weight;
    private Parameter? _bias;

    private protected Convolution(string name, ConvolutionOptions options)
        : base(name)
    {
        Argument.Positive(options.Groups, nameof(groups));
        Argument.Divides(options.Groups, options.InChannels, nameof(groups), nameof(in_channels));
        Argument.Divides(options.Groups, options.OutChannels, nameof(groups), nameof(out_channels));
        Argument.Positive(options.InChannels, nameof(in_channels));
        Argument.Positive(options.OutChannels, nameof(out_channels));
        foreach (var size in options.KernelSize)
        {
            Argument.Positive(size, nameof(kernel_size));
        }

        if (options.SamePadding is { } named && !Enum.IsDefined(named))
        {
            throw new ArgumentOutOfRangeException(nameof(options), named, "There is no such padding; use Padding.Valid or Padding.Same.");
        }

        if (options.SamePadding == Padding.Same && options.Stride.Any(step => step != 1))
        {
            throw new ArgumentException("Padding.Same needs stride 1; give the padding as numbers for other strides.");
        }

        (in_channels, out_channels, groups) = (options.InChannels, options.OutChannels, options.Groups);
        (kernel_size, stride, dilation) = (options.KernelSize, options.Stride, options.Dilation);
        (padding, padding_type, padding_mode) = (options.SamePadding is null ? options.Padding : null, options.SamePadding, options.PaddingMode);
        output_padding = options.OutputPadding;
        transposed = options.Transposed;
        long[] shape = transposed
            ? [in_channels, out_channels / groups, .. kernel_size]
            : [out_channels, in_channels / groups, .. kernel_size];
        _weight = Init.Empty(shape, options.Device, options.DType);
        weight = _weight;
        if (options.Bias)
        {
            bias = Init.Empty([out_channels], options.Device, options.DType);
        }

        reset_parameters();
    }

    /// <summary>Channels of the input.</summary>
    public long in_channels { get; }

    /// <summary>Channels of the output.</summary>
    public long out_channels { get; }

    /// <summary>Blocks of channels that do not see each other.</summary>
    public long groups { get; }

    /// <summary>Size of the kernel, one number per spatial dimension.</summary>
    public long[] kernel_size { get; }

    /// <summary>Step of the kernel, one number per spatial dimension.</summary>
    public long[] stride { get; }

    /// <summary>Spacing of the kernel's elements, one number per spatial dimension.</summary>
    public long[] dilation { get; }

    /// <summary>Padding on both sides, one number per spatial dimension; null when it was given by name.</summary>
    public long[]? padding { get; }

    /// <summary>Padding given by name, or null.</summary>
    public Padding? padding_type { get; }

    /// <summary>What the padding is filled with.</summary>
    public PaddingModes padding_mode { get; }

    /// <summary>Rows added on one side of a transposed convolution's output.</summary>
    public long[] output_padding { get; }

    /// <summary>Whether it is a transposed convolution.</summary>
    public bool transposed { get; }

    /// <summary>Float parameter [out, in / groups, kernel...]; a transposed one swaps the first two.</summary>
    public Parameter weight
    {
        get => _weight;
        set => ConditionallyRegisterParameter(nameof(weight), _weight = value ?? throw new ArgumentNullException(nameof(value)));
    }

    /// <summary>Float parameter [out], or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => ConditionallyRegisterParameter(nameof(bias), _bias = value);
    }

    /// <summary>Draws weight and bias anew, uniform in ±1/√fan-in.</summary>
    public void reset_parameters()
    {
        Init.KaimingUniform(_weight);
        if (_bias is not null)
        {
            Init.BiasOf(_weight, _bias);
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant)
        {
            return padding is not null ? Convolve(input, padding) : Convolve(input, padding_type == Padding.Same ? "same" : "valid");
        }

        using var padded = nn.functional.pad(input, PadAmounts(), padding_mode);
        return Convolve(padded, new long[kernel_size.Length]);
    }

    private protected abstract Tensor Convolve(Tensor input, long[] padding);

    private protected abstract Tensor Convolve(Tensor input, string padding);

    // Last dimension first, both sides, as pad wants it. Same with an odd total puts the extra element last.
    private long[] PadAmounts() =>
        [.. Enumerable.Range(0, kernel_size.Length).Reverse().SelectMany(i =>
        {
            var total = padding_type switch
            {
                Padding.Same => dilation[i] * (kernel_size[i] - 1),
                Padding.Valid => 0,
                _ => 2 * padding![i], // null only when given by name
            };
            return (long[])[total / 2, total - (total / 2)];
        })];
}
