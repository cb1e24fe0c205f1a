namespace TorchSharp.Modules;

/// <summary>Constructor arguments of the convolution layers; arrays have one number per spatial dimension.</summary>
internal sealed record ConvolutionOptions
{
    public required long InChannels { get; init; }

    public required long OutChannels { get; init; }

    public required long[] KernelSize { get; init; }

    public required long[] Stride { get; init; }

    public required long[] Padding { get; init; }

    /// <summary>Padding by name; takes precedence over the numbers.</summary>
    public Padding? SamePadding { get; init; }

    public required long[] Dilation { get; init; }

    public required long[] OutputPadding { get; init; }

    public bool Transposed { get; init; }

    public required long Groups { get; init; }

    public required bool Bias { get; init; }

    public required PaddingModes PaddingMode { get; init; }

    public torch.Device? Device { get; init; }

    public torch.ScalarType? DType { get; init; }
}
