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

    /// <summary>One element.</summary>
    /// <param name="indices">One index for each dimension, from 0.</param>
    /// <exception cref="ArgumentException">The number of indices is not that of the dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public T this[params long[] indices]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(indices);
            var shape = _tensor.shape;
            if (indices.Length != shape.Length)
            {
                throw new ArgumentException($"The tensor has {shape.Length} dimensions, but {indices.Length} indices were given.", nameof(indices));
            }

            var position = 0L;
            for (var i = 0; i < shape.Length; i++)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(indices[i], nameof(indices));
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(indices[i], shape[i], nameof(indices));
                position = (position * shape[i]) + indices[i];
            }

            return At(position);
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
    /// <param name="array">At least <see cref="Count"/> long.</param>
    public void CopyTo(Span<T> array)
    {
        new ReadOnlySpan<T>(_tensor.DataPointer(), checked((int)Count)).CopyTo(array);
        GC.KeepAlive(_tensor);
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return At(i);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tensor.Dispose();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private T At(long position)
    {
        var value = ((T*)_tensor.DataPointer())[position];
        GC.KeepAlive(_tensor);
        return value;
    }
}
