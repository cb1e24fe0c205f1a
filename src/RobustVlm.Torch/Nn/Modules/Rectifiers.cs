using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>max(x, 0).</summary>
public sealed class ReLU : InplaceModule
{
    internal ReLU(bool inplace)
        : base(nameof(ReLU), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.relu(input, inplace);
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed class ReLU6 : InplaceModule
{
    internal ReLU6(bool inplace)
        : base(nameof(ReLU6), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.relu6(input, inplace);
}

/// <summary>max(x, 0) + slope · min(x, 0).</summary>
public sealed class LeakyReLU : InplaceModule
{
    internal LeakyReLU(double negative_slope, bool inplace)
        : base(nameof(LeakyReLU), inplace)
    {
        this.negative_slope = negative_slope;
    }

    /// <summary>Slope of the negative part.</summary>
    public double negative_slope { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.leaky_relu(input, negative_slope, inplace);
}

/// <summary>max(x, 0) + w · min(x, 0) with a trained slope, one for all channels or one each.</summary>
public sealed class PReLU : nn.Module<Tensor, Tensor>
{
    private Parameter _weight = null!; // set through the property

    internal PReLU(long num_parameters, double init, Device? device, ScalarType? dtype)
        : base(nameof(PReLU))
    {
        Argument.Positive(num_parameters);
        (this.num_parameters, this.init) = (num_parameters, init);
        weight = Init.Filled(init, [num_parameters], device, dtype);
    }

    /// <summary>Number of slopes: 1 or the number of channels.</summary>
    public long num_parameters { get; }

    /// <summary>Slope at the start.</summary>
    public double init { get; }

    /// <summary>Float parameter [num_parameters].</summary>
    public Parameter weight
    {
        get => _weight;
        set => ConditionallyRegisterParameter(nameof(weight), _weight = value ?? throw new ArgumentNullException(nameof(value)));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.prelu(input, _weight);
}

/// <summary>x above 0, alpha · (exp(x) - 1) below.</summary>
public sealed class ELU : InplaceModule
{
    internal ELU(double alpha, bool inplace)
        : base(nameof(ELU), inplace)
    {
        this.alpha = alpha;
    }

    /// <summary>Depth of the negative part, above 0.</summary>
    public double alpha { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.elu(input, alpha, inplace);
}

/// <summary>The ELU scaled so that mean 0 and variance 1 stay (Klambauer et al. 2017, arXiv:1706.02515).</summary>
public sealed class SELU : InplaceModule
{
    internal SELU(bool inplace)
        : base(nameof(SELU), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.selu(input, inplace);
}

/// <summary>max(x, 0) + min(alpha · (exp(x / alpha) - 1), 0).</summary>
public sealed class CELU : InplaceModule
{
    internal CELU(double alpha, bool inplace)
        : base(nameof(CELU), inplace)
    {
        this.alpha = alpha;
    }

    /// <summary>Depth of the negative part, above 0.</summary>
    public double alpha { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.celu(input, alpha, inplace);
}

/// <summary>x above the threshold, a constant elsewhere.</summary>
public sealed class Threshold : InplaceModule
{
    internal Threshold(double threshold, double value, bool inplace)
        : base(nameof(Threshold), inplace)
    {
        this.threshold = threshold;
        this.value = value;
    }

    /// <summary>The threshold.</summary>
    public double threshold { get; set; }

    /// <summary>The constant.</summary>
    public double value { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.threshold(input, threshold, value, inplace);
}
