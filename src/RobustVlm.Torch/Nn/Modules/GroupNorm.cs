using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Normalises each group of channels of each sample to mean 0 and variance 1, then scales and shifts channels.</summary>
public sealed class GroupNorm : nn.Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;

    internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, Device? device, ScalarType? dtype)
        : base(nameof(GroupNorm))
    {
        Argument.Positive(num_channels);
        Argument.Divides(num_groups, num_channels, nameof(num_groups), nameof(num_channels));
        (this.num_groups, this.num_channels, this.eps, this.affine) = (num_groups, num_channels, eps, affine);
        if (affine)
        {
            weight = Init.Filled(1, [num_channels], device, dtype);
            bias = Init.Filled(0, [num_channels], device, dtype);
        }
    }

    /// <summary>Number of groups.</summary>
    public long num_groups { get; }

    /// <summary>Number of channels, a multiple of the groups.</summary>
    public long num_channels { get; }

    /// <summary>Added to the variance.</summary>
    public double eps { get; set; }

    /// <summary>Whether there are weight and bias.</summary>
    public bool affine { get; }

    /// <summary>Float parameter [C], 1 at the start, or null.</summary>
    public Parameter? weight
    {
        get => _weight;
        set => ConditionallyRegisterParameter(nameof(weight), _weight = value);
    }

    /// <summary>Float parameter [C], 0 at the start, or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => ConditionallyRegisterParameter(nameof(bias), _bias = value);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.group_norm(input, num_groups, _weight, _bias, eps);
}
