using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Normalises the last dimensions of each sample to mean 0 and variance 1, then scales and shifts.</summary>
public sealed class LayerNorm : AffineNorm
{
    internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(LayerNorm), eps)
    {
        ArgumentNullException.ThrowIfNull(normalized_shape);
        (this.normalized_shape, this.elementwise_affine) = (normalized_shape, elementwise_affine);
        if (elementwise_affine)
        {
            MakeAffine(normalized_shape, bias, device, dtype);
        }
    }

    /// <summary>Sizes of the last dimensions, over which it normalises.</summary>
    public long[] normalized_shape { get; }

    /// <summary>Whether there is a weight.</summary>
    public bool elementwise_affine { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, normalized_shape, weight, bias, eps);
}
