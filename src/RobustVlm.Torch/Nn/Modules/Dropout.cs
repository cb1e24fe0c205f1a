using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>In training sets elements to 0 with probability p and scales the rest by 1/(1-p); otherwise passes through.</summary>
public sealed class Dropout : nn.Module<Tensor, Tensor>
{
    internal Dropout(double p, bool inplace)
        : base(nameof(Dropout))
    {
        Argument.Probability(p);
        (this.p, this.inplace) = (p, inplace);
    }

    /// <summary>Probability of 0, from 0 to 1.</summary>
    public double p { get; set; }

    /// <summary>Whether the input itself is changed.</summary>
    public bool inplace { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.dropout(input, p, training, inplace);
}
