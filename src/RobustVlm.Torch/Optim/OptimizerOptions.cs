namespace TorchSharp.Modules;

/// <summary>What every group of parameters has.</summary>
public abstract class OptimizerOptions
{
    /// <summary>Step size; null for the optimizer's.</summary>
    public double? LearningRate { get; set; }

    /// <summary>Step size at the start, from which schedulers count.</summary>
    public double InitialLearningRate { get; set; }

    /// <summary>Writes the options, all of which must be set.</summary>
    /// <param name="writer">Where to; the layout is TorchSharp's.</param>
    public virtual void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(InitialLearningRate);
        Write(writer, LearningRate);
    }

    /// <summary>Reads what <see cref="SaveStateDict"/> wrote.</summary>
    /// <param name="reader">Where from.</param>
    public virtual void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
    }

    /// <summary>Takes over the options of a group of the same kind of optimizer.</summary>
    /// <param name="source">The options to copy.</param>
    /// <exception cref="ArgumentException">They belong to another kind of optimizer.</exception>
    public virtual void LoadStateDict(OptimizerOptions source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.GetType() != GetType())
        {
            throw new ArgumentException($"These are options of {Owner(source)}, this optimizer is {Owner(this)}.", nameof(source));
        }

        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }

    /// <summary>Takes every option that was left null from the optimizer's own, and checks them all.</summary>
    internal virtual void Complete(OptimizerOptions defaults)
    {
        LearningRate ??= defaults.LearningRate;
        InitialLearningRate = LearningRate ?? 0;
        Argument.NotNegative(LearningRate ?? 0, "lr");
    }

    private protected static void Write(BinaryWriter writer, double? value) => writer.Write(value ?? throw Unset());

    private protected static void Write(BinaryWriter writer, bool? value) => writer.Write(value ?? throw Unset());

    private static InvalidOperationException Unset() => new("The options are not complete; add the group to an optimizer first.");

    private static string? Owner(OptimizerOptions options) => options.GetType().DeclaringType?.Name;
}
