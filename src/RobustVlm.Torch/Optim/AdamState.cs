using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> remember about one parameter.</summary>
public abstract class AdamState : OptimizerState
{
    private const int Means = 0;
    private const int Squares = 1;
    private const int Largest = 2;

    private protected AdamState(Parameter parameter)
        : base(parameter, 3)
    {
    }

    /// <summary>Steps this parameter has taken part in.</summary>
    public long step { get; set; }

    /// <summary>Running mean of the gradient, of the parameter's shape.</summary>
    public Tensor exp_avg => Slot(Means);

    /// <summary>Running mean of the squared gradient, of the parameter's shape.</summary>
    public Tensor exp_avg_sq => Slot(Squares);

    /// <summary>Largest <see cref="exp_avg_sq"/> so far; null without amsgrad.</summary>
    public Tensor? max_exp_avg_sq => Existing(Largest);

    internal override long Phase => step;

    /// <inheritdoc/>
    public override void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(step);
        SaveSlot(writer, Means);
        SaveSlot(writer, Squares);
        SaveOptionalSlot(writer, Largest);
    }

    /// <inheritdoc/>
    public override void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        step = reader.ReadInt64();
        LoadSlot(reader, Means);
        LoadSlot(reader, Squares);
        LoadOptionalSlot(reader, Largest);
    }

    /// <inheritdoc/>
    public override void LoadStateDict(OptimizerState source)
    {
        base.LoadStateDict(source);
        step = ((AdamState)source).step;
    }

    /// <inheritdoc/>
    public override void Initialize(OptimizerOptions options)
    {
        base.Initialize(options);
        step = 0;
    }

    internal override void CountStep() => step++;
}
