using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// What an optimizer remembers about one parameter. It is tied to the parameter object, which keeps its identity when
/// the module moves to another device or type; the state follows at the next step.
/// </summary>
public abstract class OptimizerState : IDisposable
{
    private readonly Tensor?[] _slots;

    /// <param name="parameter">The parameter.</param>
    /// <param name="slots">Number of state tensors.</param>
    private protected OptimizerState(Parameter parameter, int slots)
    {
        Parameter = parameter;
        _slots = new Tensor?[slots];
    }

    internal Parameter Parameter { get; }

    /// <summary>Parameters with equal phases take the same step.</summary>
    internal abstract long Phase { get; }

    /// <summary>Writes the state.</summary>
    /// <param name="writer">Where to; the layout is TorchSharp's.</param>
    public abstract void SaveStateDict(BinaryWriter writer);

    /// <summary>Reads what <see cref="SaveStateDict"/> wrote.</summary>
    /// <param name="reader">Where from.</param>
    /// <exception cref="InvalidDataException">The data do not fit the parameter.</exception>
    public abstract void LoadStateDict(BinaryReader reader);

    /// <summary>Copies the state of a parameter of the same shape.</summary>
    /// <param name="source">State of the same kind of optimizer.</param>
    /// <exception cref="ArgumentException">It belongs to another kind of optimizer or to a parameter of another shape.</exception>
    public virtual void LoadStateDict(OptimizerState source)
    {
        CheckFits(source);
        using var noGrad = no_grad();
        for (var i = 0; i < _slots.Length; i++)
        {
            Replace(i, source._slots[i] is { } given ? Aten.to_device(given, Parameter.device, given.dtype, false, true) : null);
        }
    }

    /// <summary>Whether another state has nearly the same numbers.</summary>
    /// <param name="other">The other state.</param>
    public virtual bool ApproximatelyEquals(OptimizerState other)
    {
        if (other is null || other.GetType() != GetType() || other.Phase != Phase)
        {
            return false;
        }

        using var scope = NewDisposeScope();
        return _slots.Zip(other._slots).All(pair => (pair.First, pair.Second) switch
        {
            (null, null) => true,
            ({ } one, { } two) => one.shape.AsSpan().SequenceEqual(two.shape) && one.allclose(two),
            (var one, var two) => !Aten.any((one ?? two)!).item<bool>(), // a slot not made yet holds zeros; one of the two is set
        });
    }

    /// <summary>Forgets everything.</summary>
    /// <param name="options">The options of the parameter's group.</param>
    public virtual void Initialize(OptimizerOptions options)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            Replace(i, null);
        }
    }

    /// <summary>Moves the state tensors.</summary>
    /// <param name="device">Where to.</param>
    public virtual void to(Device device)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is { } before && before.device != device)
            {
                Replace(i, before.to(device));
            }
        }
    }

    /// <summary>Frees the state tensors.</summary>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot?.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Counts a step that was just taken.</summary>
    internal abstract void CountStep();

    /// <summary>A state tensor of the parameter's shape and type, zeros at first; it belongs to no dispose scope.</summary>
    internal Tensor Slot(int index)
    {
        if (_slots[index] is not { } slot)
        {
            return _slots[index] = Aten.zeros_like(Parameter).DetachFromDisposeScope();
        }

        if (slot.dtype != Parameter.dtype || slot.device != Parameter.device)
        {
            Replace(index, slot.to(Parameter.dtype, Parameter.device));
        }

        return _slots[index]!; // set above
    }

    internal void CheckFits(OptimizerState source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.GetType() != GetType())
        {
            throw new ArgumentException(
                $"This is state of {source.GetType().DeclaringType?.Name}, this optimizer is {GetType().DeclaringType?.Name}.", nameof(source));
        }

        foreach (var slot in source._slots)
        {
            if (slot is not null && !slot.shape.AsSpan().SequenceEqual(Parameter.shape))
            {
                throw new ArgumentException(
                    $"The state belongs to a parameter of shape [{string.Join(", ", slot.shape)}], this one has [{string.Join(", ", Parameter.shape)}]; give the optimizer the parameters in the order it was saved with.",
                    nameof(source));
            }
        }
    }

    /// <summary>A state tensor, or null when it was never needed.</summary>
    private protected Tensor? Existing(int index) => _slots[index];

    private protected void SaveSlot(BinaryWriter writer, int index) => TensorFormat.Write(writer, Slot(index));

    private protected void LoadSlot(BinaryReader reader, int index) => Replace(index, TensorFormat.Read(reader));

    private protected void SaveOptionalSlot(BinaryWriter writer, int index)
    {
        writer.Write(_slots[index] is not null);
        if (_slots[index] is not null)
        {
            SaveSlot(writer, index);
        }
    }

    private protected void LoadOptionalSlot(BinaryReader reader, int index) =>
        Replace(index, reader.ReadBoolean() ? TensorFormat.Read(reader) : null);

    private void Replace(int index, Tensor? tensor)
    {
        var before = _slots[index];
        _slots[index] = tensor?.DetachFromDisposeScope();
        before?.Dispose();
    }
}
