namespace TorchSharp.Modules;

/// <summary>State of an optimizer whose steps depend on how many there were before.</summary>
public abstract class CountingState : OptimizerState
{
    private protected CountingState(Parameter parameter, int slots)
        : base(parameter, slots)
    {
    }

    /// <summary>Steps this parameter has taken part in.</summary>
    public long step { get; set; }

    internal sealed override long Phase => step;

    /// <inheritdoc/>
    public override void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(step);
    }

    /// <inheritdoc/>
    public override void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        step = reader.ReadInt64();
    }

    /// <inheritdoc/>
    public sealed override void LoadStateDict(OptimizerState source)
    {
        base.LoadStateDict(source);
        step = ((CountingState)source).step;
    }

    /// <inheritdoc/>
    public sealed override void Initialize(OptimizerOptions options)
    {
        base.Initialize(options);
        step = 0;
    }

    internal sealed override void CountStep() => step++;
}
