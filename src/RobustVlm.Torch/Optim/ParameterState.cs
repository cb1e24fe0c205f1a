using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimizer remembers about one parameter.</summary>
internal sealed class ParameterState(Parameter parameter, int slots) : IDisposable
{
    private readonly Tensor?[] _slots = new Tensor?[slots];

    public Parameter Parameter => parameter;

    /// <summary>Steps this parameter has taken part in.</summary>
    public long Steps { get; set; }

    /// <summary>A state tensor of the parameter's shape, zeros at first; it belongs to no dispose scope.</summary>
    public Tensor Slot(int index) => _slots[index] ??= Aten.zeros_like(parameter).DetachFromDisposeScope();

    public void Move(Device device)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is { } before && before.device != device)
            {
                _slots[i] = before.to(device).DetachFromDisposeScope();
                before.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot?.Dispose();
        }
    }
}
