using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the adaptive pools share: windows are chosen so that the output has a given size.</summary>
/// <typeparam name="TSize">A number for sequences, an array otherwise.</typeparam>
public abstract class AdaptivePool<TSize> : ParameterLessModule<Tensor, Tensor>
{
    private protected AdaptivePool(string name, TSize output_size)
        : base(name)
    {
        this.output_size = output_size;
    }

    /// <summary>Size of the output.</summary>
    public TSize output_size { get; set; }
}

/// <summary>Means of windows of sequences, chosen so that the output has a given size.</summary>
public sealed class AdaptiveAvgPool1d : AdaptivePool<long>
{
    internal AdaptiveAvgPool1d(long output_size)
        : base(nameof(AdaptiveAvgPool1d), output_size)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool1d(input, output_size);
}

/// <summary>Means of windows of images, chosen so that the output has a given size.</summary>
public sealed class AdaptiveAvgPool2d : AdaptivePool<long[]>
{
    internal AdaptiveAvgPool2d(long[] output_size)
        : base(nameof(AdaptiveAvgPool2d), output_size)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool2d(input, output_size);
}

/// <summary>Means of windows of volumes, chosen so that the output has a given size.</summary>
public sealed class AdaptiveAvgPool3d : AdaptivePool<long[]>
{
    internal AdaptiveAvgPool3d(long[] output_size)
        : base(nameof(AdaptiveAvgPool3d), output_size)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool3d(input, output_size);
}

/// <summary>Maxima of windows of sequences, chosen so that the output has a given size.</summary>
public sealed class AdaptiveMaxPool1d : AdaptivePool<long>
{
    internal AdaptiveMaxPool1d(long output_size)
        : base(nameof(AdaptiveMaxPool1d), output_size)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool1d(input, output_size);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool1d_with_indices(input, output_size);
}

/// <summary>Maxima of windows of images, chosen so that the output has a given size.</summary>
public sealed class AdaptiveMaxPool2d : AdaptivePool<long[]>
{
    internal AdaptiveMaxPool2d(long[] output_size)
        : base(nameof(AdaptiveMaxPool2d), output_size)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool2d(input, output_size);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool2d_with_indices(input, output_size);
}

/// <summary>Maxima of windows of volumes, chosen so that the output has a given size.</summary>
public sealed class AdaptiveMaxPool3d : AdaptivePool<long[]>
{
    internal AdaptiveMaxPool3d(long[] output_size)
        : base(nameof(AdaptiveMaxPool3d), output_size)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool3d(input, output_size);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool3d_with_indices(input, output_size);
}
