namespace TorchSharp.Modules;

/// <summary>Options of a group of <see cref="Adam"/> or <see cref="AdamW"/>; null means the optimizer's.</summary>
public class AdamOptions : OptimizerOptions
{
    /// <summary>Decay of the mean gradient, in [0, 1).</summary>
    public double? beta1 { get; set; }

    /// <summary>Decay of the mean squared gradient, in [0, 1).</summary>
    public double? beta2 { get; set; }

    /// <summary>Strength of the weight decay.</summary>
    public double? weight_decay { get; set; }

    /// <summary>Added to the denominator.</summary>
    public double? eps { get; set; }

    /// <summary>Whether the denominator never shrinks.</summary>
    public bool? amsgrad { get; set; }

    /// <summary>Whether to climb.</summary>
    public bool? maximize { get; set; }

    internal void Inherit(AdamOptions defaults)
    {
        beta1 ??= defaults.beta1;
        beta2 ??= defaults.beta2;
        weight_decay ??= defaults.weight_decay;
        eps ??= defaults.eps;
        amsgrad ??= defaults.amsgrad;
        maximize ??= defaults.maximize;
        Argument.NotNegative(weight_decay ?? 0, "weight_decay");
        Argument.NotNegative(eps ?? 0, "eps");
        Argument.Decay(beta1 ?? 0, "beta1");
        Argument.Decay(beta2 ?? 0, "beta2");
    }
}
