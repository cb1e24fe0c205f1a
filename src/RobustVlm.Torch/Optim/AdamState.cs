using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> remember about one parameter.</summary>
public abstract class AdamState : CountingState
{
    private const int Means = 0;
    private const int Squares = 1;
    private const int Largest = 2;

    private protected AdamState(Parameter parameter)
        : base(parameter, 3)
    {
    }

    /// <summary>Running mean of the gradient, of the parameter's shape.</summary>
    public Tensor exp_avg => Slot(Means);

    /// <summary>Running mean of the squared gradient, of the parameter's shape.</summary>
    public Tensor exp_avg_sq => Slot(Squares);

    /// <summary>Largest <see cref="exp_avg_sq"/> so far; null without amsgrad.</summary>
    public Tensor? max_exp_avg_sq => Existing(Largest);

    /// <inheritdoc/>
    public override void SaveStateDict(BinaryWriter writer)
    {
        base.SaveStateDict(writer);
        SaveSlot(writer, Means);
        SaveSlot(writer, Squares);
        SaveOptionalSlot(writer, Largest);
    }

    /// <inheritdoc/>
    public override void LoadStateDict(BinaryReader reader)
    {
        base.LoadStateDict(reader);
        LoadSlot(reader, Means);
        LoadSlot(reader, Squares);
        LoadOptionalSlot(reader, Largest);
    }
}
