using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Maxima of windows of sequences [N, C, L] or [C, L].</summary>
public sealed class MaxPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal MaxPool1d(long kernel_size, long? stride, long? padding, long? dilation, bool ceil_mode)
        : base(nameof(MaxPool1d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceil_mode = ceil_mode;
    }

    /// <summary>Size of the window.</summary>
    public long kernel_size { get; set; }

    /// <summary>Steps of the window; null for its size.</summary>
    public long? stride { get; set; }

    /// <summary>Padding on both sides, which never wins; null for none.</summary>
    public long? padding { get; set; }

    /// <summary>Spacing of the window's elements; null for 1.</summary>
    public long? dilation { get; set; }

    /// <summary>Whether windows that begin inside the input may end outside of it.</summary>
    public bool ceil_mode { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        nn.functional.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}

/// <summary>What the pools of maxima over images and volumes share: sizes with one number per dimension.</summary>
public abstract class MaxPool : ParameterLessModule<Tensor, Tensor>
{
    private protected MaxPool(string name, long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(name)
    {
        (this.kernel_size, this.stride, this.padding) = (kernel_size, stride, padding);
        (this.dilation, this.ceil_mode) = (dilation, ceil_mode);
    }

    /// <summary>Size of the window.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>Steps of the window; null for its size.</summary>
    public long[]? stride { get; set; }

    /// <summary>Padding on both sides, which never wins; null for none.</summary>
    public long[]? padding { get; set; }

    /// <summary>Spacing of the window's elements; null for 1.</summary>
    public long[]? dilation { get; set; }

    /// <summary>Whether windows that begin inside the input may end outside of it.</summary>
    public bool ceil_mode { get; set; }
}

/// <summary>Maxima of windows of images [N, C, H, W] or [C, H, W].</summary>
public sealed class MaxPool2d : MaxPool
{
    internal MaxPool2d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(nameof(MaxPool2d), kernel_size, stride, padding, dilation, ceil_mode)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        nn.functional.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}

/// <summary>Maxima of windows of volumes [N, C, D, H, W] or [C, D, H, W].</summary>
public sealed class MaxPool3d : MaxPool
{
    internal MaxPool3d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(nameof(MaxPool3d), kernel_size, stride, padding, dilation, ceil_mode)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        nn.functional.max_pool3d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}
