using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the dropout layers share: in training something is set to 0 with probability p; otherwise all passes through.</summary>
public abstract class DropoutBase : InplaceModule
{
    private protected DropoutBase(string name, double p, bool inplace)
        : base(name, inplace)
    {
        Argument.Probability(p);
        this.p = p;
    }

    /// <summary>Probability of 0, from 0 to 1.</summary>
    public double p { get; set; }
}

/// <summary>In training sets elements to 0 with probability p and scales the rest by 1/(1-p); otherwise passes through.</summary>
public sealed class Dropout : DropoutBase
{
    internal Dropout(double p, bool inplace)
        : base(nameof(Dropout), p, inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.dropout(input, p, training, inplace);
}

/// <summary>The same for whole channels of sequences [N, C, L] or [C, L].</summary>
public sealed class Dropout1d : DropoutBase
{
    internal Dropout1d(double p, bool inplace)
        : base(nameof(Dropout1d), p, inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.dropout1d(input, p, training, inplace);
}

/// <summary>The same for whole channels of images [N, C, H, W].</summary>
public sealed class Dropout2d : DropoutBase
{
    internal Dropout2d(double p, bool inplace)
        : base(nameof(Dropout2d), p, inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.dropout2d(input, p, training, inplace);
}

/// <summary>The same for whole channels of volumes [N, C, D, H, W] or [C, D, H, W].</summary>
public sealed class Dropout3d : DropoutBase
{
    internal Dropout3d(double p, bool inplace)
        : base(nameof(Dropout3d), p, inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.dropout3d(input, p, training, inplace);
}

/// <summary>Dropout that keeps mean and variance, for networks of <see cref="SELU"/> (Klambauer et al. 2017, arXiv:1706.02515).</summary>
public sealed class AlphaDropout : DropoutBase
{
    internal AlphaDropout(double p, bool inplace)
        : base(nameof(AlphaDropout), p, inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.alpha_dropout(input, p, training, inplace);
}

/// <summary>The same for whole channels [N, C, ...].</summary>
public sealed class FeatureAlphaDropout : DropoutBase
{
    internal FeatureAlphaDropout(double p, bool inplace)
        : base(nameof(FeatureAlphaDropout), p, inplace)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.feature_alpha_dropout(input, p, training, inplace);
}
