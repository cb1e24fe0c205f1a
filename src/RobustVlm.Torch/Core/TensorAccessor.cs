using System.Collections;

namespace TorchSharp.Utils;

/// <summary>Elements of a tensor in row-major order, read without copying where the tensor allows it.</summary>
/// <typeparam name="T">The .NET type of the elements.</typeparam>
public sealed unsafe class TensorAccessor<T> : IEnumerable<T>, IDisposable
    where T : unmanaged
{
    private readonly torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor;
        Count = tensor.numel();
    }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>One element by its row-major position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public T this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var value = ((T*)_tensor.DataPointer())[index];
            GC.KeepAlive(_tensor);
            return value;
        }
    }

    /// <summary>A copy of the elements.</summary>
    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>Copies the elements.</summary>
    /// <param name="destination">At least <see cref="Count"/> long.</param>
    public void CopyTo(Span<T> destination)
    {
        new ReadOnlySpan<T>(_tensor.DataPointer(), checked((int)Count)).CopyTo(destination);
        GC.KeepAlive(_tensor);
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tensor.Dispose();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
