namespace TorchSharp.Modules;

/// <summary>Options of a group of <see cref="Adam"/> or <see cref="AdamW"/>; null means the optimizer's.</summary>
public abstract class AdamOptions : OptimizerOptions
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

    internal (double, double) Betas
    {
        get => (beta1 ?? 0, beta2 ?? 0);
        set => (beta1, beta2) = value;
    }

    /// <inheritdoc/>
    public override void SaveStateDict(BinaryWriter writer)
    {
        base.SaveStateDict(writer);
        Write(writer, beta1);
        Write(writer, beta2);
        Write(writer, eps);
        Write(writer, weight_decay);
        Write(writer, amsgrad);
        Write(writer, maximize);
    }

    /// <inheritdoc/>
    public override void LoadStateDict(BinaryReader reader)
    {
        base.LoadStateDict(reader);
        beta1 = reader.ReadDouble();
        beta2 = reader.ReadDouble();
        eps = reader.ReadDouble();
        weight_decay = reader.ReadDouble();
        amsgrad = reader.ReadBoolean();
        maximize = reader.ReadBoolean();
    }

    /// <inheritdoc/>
    public override void LoadStateDict(OptimizerOptions source)
    {
        base.LoadStateDict(source);
        var other = (AdamOptions)source;
        (beta1, beta2, eps, weight_decay, amsgrad, maximize) =
            (other.beta1, other.beta2, other.eps, other.weight_decay, other.amsgrad, other.maximize);
    }

    internal override void Complete(OptimizerOptions defaults)
    {
        base.Complete(defaults);
        var other = (AdamOptions)defaults;
        beta1 ??= other.beta1;
        beta2 ??= other.beta2;
        weight_decay ??= other.weight_decay;
        eps ??= other.eps;
        amsgrad ??= other.amsgrad;
        maximize ??= other.maximize;
        Argument.NotNegative(weight_decay ?? 0, "weight_decay");
        Argument.NotNegative(eps ?? 0, "eps");
        Argument.Decay(beta1 ?? 0, "beta1");
        Argument.Decay(beta2 ?? 0, "beta2");
    }
}
