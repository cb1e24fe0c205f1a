using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>x, cut off at both ends.</summary>
public sealed class Hardtanh : InplaceModule
{
    internal Hardtanh(double min_val, double max_val, bool inplace)
        : base(nameof(Hardtanh), inplace)
    {
        if (min_val > max_val)
        {
            throw new ArgumentException($"min_val ({min_val}) must not be above max_val ({max_val}).", nameof(min_val));
        }

        this.min_val = min_val;
        this.max_val = max_val;
    }

    /// <summary>Smallest value.</summary>
    public double min_val { get; set; }

    /// <summary>Largest value.</summary>
    public double max_val { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.hardtanh(input, min_val, max_val, inplace);
}

/// <summary>min(max(x / 6 + 1/2, 0), 1).</summary>
public sealed class Hardsigmoid : InplaceModule
{
    internal Hardsigmoid(bool inplace)
        : base(nameof(Hardsigmoid), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.hardsigmoid(input, inplace);
}

/// <summary>x · min(max(x / 6 + 1/2, 0), 1) (Howard et al. 2019, arXiv:1905.02244).</summary>
public sealed class Hardswish : InplaceModule
{
    internal Hardswish(bool inplace)
        : base(nameof(Hardswish), inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.hardswish(input, inplace);
}

/// <summary>x outside of [-lambda, lambda], 0 inside.</summary>
public sealed class Hardshrink : ParameterLessModule<Tensor, Tensor>
{
    internal Hardshrink(double lambda)
        : base(nameof(Hardshrink))
    {
        this.lambda = lambda;
    }

    /// <summary>Half width of the range that becomes 0.</summary>
    public double lambda { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.hardshrink(input, lambda);
}

/// <summary>x moved towards 0 by lambda, 0 where it would cross.</summary>
public sealed class Softshrink : ParameterLessModule<Tensor, Tensor>
{
    internal Softshrink(double lambda)
        : base(nameof(Softshrink))
    {
        this.lambda = lambda;
    }

    /// <summary>Half width of the range that becomes 0.</summary>
    public double lambda { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.softshrink(input, lambda);
}
