using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Numbers as tensors without dimensions. libtorch wraps a number operand in a new tensor for every parameter, which
/// costs more than a small parameter's whole arithmetic; a tensor made once does not.
/// </summary>
internal sealed class ScalarCells : IDisposable
{
    private const int Count = 4;
    private readonly Tensor?[] _cells = new Tensor?[Count];
    private readonly double[] _values = new double[Count];

    /// <summary>A list that repeats one tensor holding the value. Cells go from 0 to 3; one whose value changes is refilled.</summary>
    public IReadOnlyList<Tensor> Get(int index, double value, ScalarType type, int length)
    {
        if (_cells[index] is not { } cell || cell.dtype != type)
        {
            _cells[index]?.Dispose();
            _cells[index] = cell = tensor(value, type).DetachFromDisposeScope();
            _values[index] = value;
        }
        else if (_values[index] != value)
        {
            Aten.fill__Scalar(cell, value);
            _values[index] = value;
        }

        return new Repeated(cell, length);
    }

    public void Dispose()
    {
        foreach (var cell in _cells)
        {
            cell?.Dispose();
        }
    }

    private sealed class Repeated(Tensor cell, int length) : IReadOnlyList<Tensor>
    {
        public int Count => length;

        public Tensor this[int index] => cell;

        public IEnumerator<Tensor> GetEnumerator() => Enumerable.Repeat(cell, length).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
