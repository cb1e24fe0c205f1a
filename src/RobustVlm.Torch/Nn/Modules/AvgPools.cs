using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Means of windows of sequences [N, C, L] or [C, L].</summary>
public sealed class AvgPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal AvgPool1d(long kernel_size, long? stride, long? padding, bool ceil_mode, bool count_include_pad)
        : base(nameof(AvgPool1d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.ceil_mode = ceil_mode;
        this.count_include_pad = count_include_pad;
    }

    /// <summary>Size of the window.</summary>
    public long kernel_size { get; set; }

    /// <summary>Steps of the window; null for its size.</summary>
    public long? stride { get; set; }

    /// <summary>Zeros on both sides; null for none.</summary>
    public long? padding { get; set; }

    /// <summary>Whether windows that begin inside the input may end outside of it.</summary>
    public bool ceil_mode { get; set; }

    /// <summary>Whether padding counts in the mean.</summary>
    public bool count_include_pad { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad);
}

/// <summary>What the pools of means over images and volumes share: sizes with one number per dimension.</summary>
public abstract class AvgPool : ParameterLessModule<Tensor, Tensor>
{
    private protected AvgPool(
        string name, long[] kernel_size, long[]? stride, long[]? padding, bool ceil_mode, bool count_include_pad, long? divisor_override)
        : base(name)
    {
        (this.kernel_size, this.stride, this.padding) = (kernel_size, stride, padding);
        (this.ceil_mode, this.count_include_pad, this.divisor_override) = (ceil_mode, count_include_pad, divisor_override);
    }

    /// <summary>Size of the window.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>Steps of the window; null for its size.</summary>
    public long[]? stride { get; set; }

    /// <summary>Zeros on both sides; null for none.</summary>
    public long[]? padding { get; set; }

    /// <summary>Whether windows that begin inside the input may end outside of it.</summary>
    public bool ceil_mode { get; set; }

    /// <summary>Whether padding counts in the mean.</summary>
    public bool count_include_pad { get; set; }

    /// <summary>Number to divide by instead of the window's size, or null.</summary>
    public long? divisor_override { get; set; }
}

/// <summary>Means of windows of images [N, C, H, W] or [C, H, W].</summary>
public sealed class AvgPool2d : AvgPool
{
    internal AvgPool2d(long[] kernel_size, long[]? stride, long[]? padding, bool ceil_mode, bool count_include_pad, long? divisor_override)
        : base(nameof(AvgPool2d), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}

/// <summary>Means of windows of volumes [N, C, D, H, W] or [C, D, H, W].</summary>
public sealed class AvgPool3d : AvgPool
{
    internal AvgPool3d(long[] kernel_size, long[]? stride, long[]? padding, bool ceil_mode, bool count_include_pad, long? divisor_override)
        : base(nameof(AvgPool3d), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.avg_pool3d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}
