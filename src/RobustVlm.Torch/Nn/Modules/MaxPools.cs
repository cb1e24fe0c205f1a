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

/// <summary>Maxima of windows of images [N, C, H, W] or [C, H, W].</summary>
public sealed class MaxPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal MaxPool2d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(nameof(MaxPool2d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceil_mode = ceil_mode;
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

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        nn.functional.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}

/// <summary>Maxima of windows of volumes [N, C, D, H, W] or [C, D, H, W].</summary>
public sealed class MaxPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal MaxPool3d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(nameof(MaxPool3d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceil_mode = ceil_mode;
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

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maxima and where each was found.</summary>
    /// <param name="input">The input of <see cref="forward"/>.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        nn.functional.max_pool3d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}
