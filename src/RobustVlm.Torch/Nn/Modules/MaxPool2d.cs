using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Maxima of windows of an image.</summary>
public sealed class MaxPool2d : nn.Module<Tensor, Tensor>
{
    internal MaxPool2d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(nameof(MaxPool2d))
    {
        (this.kernel_size, this.stride, this.padding) = (kernel_size, stride, padding);
        (this.dilation, this.ceil_mode) = (dilation, ceil_mode);
    }

    /// <summary>Height and width of the window.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>Steps of the window; null for its size.</summary>
    public long[]? stride { get; set; }

    /// <summary>Padding on both sides, which never wins; null for none.</summary>
    public long[]? padding { get; set; }

    /// <summary>Spacing of the window's elements; null for 1.</summary>
    public long[]? dilation { get; set; }

    /// <summary>Whether windows that begin inside the image may end outside of it.</summary>
    public bool ceil_mode { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maxima and where in the flattened image each was found.</summary>
    /// <param name="input">Float tensor [N, C, H, W] or [C, H, W].</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        nn.functional.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}
