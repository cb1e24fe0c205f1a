using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>x times the normal distribution function of x.</summary>
public sealed class GELU : InplaceModule
{
    internal GELU(bool inplace, Approximate approximate)
        : base(nameof(GELU), inplace)
    {
        this.approximate = approximate;
    }

    /// <summary>How the distribution function is computed.</summary>
    public enum Approximate
    {
        /// <summary>Exactly.</summary>
        none,

        /// <summary>By the tanh formula.</summary>
        tanh,
    }

    /// <summary>How the distribution function is computed.</summary>
    public Approximate approximate { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.gelu(input, approximate, inplace);
}

/// <summary>x times its sigmoid.</summary>
public sealed class SiLU : InplaceModule
{
    internal SiLU(bool inplace)
        : base(nameof(SiLU), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.silu(input, inplace);
}

/// <summary>x · tanh(softplus(x)) (Misra 2019, arXiv:1908.08681).</summary>
public sealed class Mish : InplaceModule
{
    internal Mish(bool inplace)
        : base(nameof(Mish), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.mish(input, inplace);
}

/// <summary>log(1 + exp(βx)) / β; linear where βx is above the threshold.</summary>
public sealed class Softplus : ParameterLessModule<Tensor, Tensor>
{
    internal Softplus(double beta, double threshold)
        : base(nameof(Softplus))
    {
        this.beta = beta;
        this.threshold = threshold;
    }

    /// <summary>Steepness.</summary>
    public double beta { get; set; }

    /// <summary>Where it turns linear.</summary>
    public double threshold { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.softplus(input, beta, threshold);
}

/// <summary>1 / (1 + exp(-x)).</summary>
public sealed class Sigmoid : InplaceModule
{
    internal Sigmoid(bool inplace)
        : base(nameof(Sigmoid), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.sigmoid(input, inplace);
}

/// <summary>The logarithm of the sigmoid, computed stably.</summary>
public sealed class LogSigmoid : ParameterLessModule<Tensor, Tensor>
{
    internal LogSigmoid()
        : base(nameof(LogSigmoid))
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.logsigmoid(input);
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh : InplaceModule
{
    internal Tanh(bool inplace)
        : base(nameof(Tanh), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.tanh(input, inplace);
}

/// <summary>x - tanh(x).</summary>
public sealed class Tanhshrink : InplaceModule
{
    internal Tanhshrink(bool inplace)
        : base(nameof(Tanhshrink), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.tanhshrink(input, inplace);
}

/// <summary>x / (1 + |x|).</summary>
public sealed class Softsign : InplaceModule
{
    internal Softsign(bool inplace)
        : base(nameof(Softsign), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.softsign(input, inplace);
}
