using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the normalising layers share: a weight and a bias that scale and shift the result.</summary>
public abstract class AffineNorm : nn.Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;

    private protected AffineNorm(string name, double eps)
        : base(name)
    {
        this.eps = eps;
    }

    /// <summary>Added to the variance.</summary>
    public double eps { get; set; }

    /// <summary>Float parameter of the normalised shape, 1 at the start; null without affine part.</summary>
    public Parameter? weight
    {
        get => _weight;
        set => ConditionallyRegisterParameter(nameof(weight), _weight = value);
    }

    /// <summary>Float parameter of the normalised shape, 0 at the start, or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => ConditionallyRegisterParameter(nameof(bias), _bias = value);
    }

    /// <summary>Puts weight and bias back to 1 and 0.</summary>
    public void reset_parameters()
    {
        if (_weight is not null)
        {
            nn.init.ones_(_weight);
        }

        if (_bias is not null)
        {
            nn.init.zeros_(_bias);
        }
    }

    private protected void MakeAffine(long[] shape, bool hasBias, Device? device, ScalarType? dtype)
    {
        weight = Init.Filled(1, shape, device, dtype);
        bias = hasBias ? Init.Filled(0, shape, device, dtype) : null;
    }
}
