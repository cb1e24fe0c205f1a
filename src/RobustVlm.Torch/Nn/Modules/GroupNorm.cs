using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Normalises each group of channels of each sample to mean 0 and variance 1, then scales and shifts channels.</summary>
public sealed class GroupNorm : AffineNorm
{
    internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, Device? device, ScalarType? dtype)
        : base(nameof(GroupNorm), eps)
    {
        Argument.Positive(num_channels);
        Argument.Divides(num_groups, num_channels, nameof(num_groups), nameof(num_channels));
        (this.num_groups, this.num_channels, this.affine) = (num_groups, num_channels, affine);
        if (affine)
        {
            MakeAffine([num_channels], hasBias: true, device, dtype);
        }
    }

    /// <summary>Number of groups.</summary>
    public long num_groups { get; }

    /// <summary>Number of channels, a multiple of the groups.</summary>
    public long num_channels { get; }

    /// <summary>Whether there are weight and bias.</summary>
    public bool affine { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.group_norm(input, num_groups, weight, bias, eps);
}
