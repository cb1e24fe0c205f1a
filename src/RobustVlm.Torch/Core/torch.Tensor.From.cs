namespace TorchSharp;

/// <content>Tensors from arrays whose type is known only at run time, and from what may be a tensor already.</content>
public static unsafe partial class torch
{
    /// <summary>A tensor from an array of any rank and any number type; the numbers are copied.</summary>
    /// <exception cref="ArgumentException">The elements are no numbers.</exception>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    /// <inheritdoc cref="from_array(Array, Device)"/>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        var element = rawArray.GetType().GetElementType()!;   // not null: an array has an element type
        return element switch
        {
            _ when element == typeof(float) => FromArray<float>(rawArray, ScalarType.Float32, dtype, device, requires_grad),
            _ when element == typeof(double) => FromArray<double>(rawArray, ScalarType.Float64, dtype, device, requires_grad),
            _ when element == typeof(long) => FromArray<long>(rawArray, ScalarType.Int64, dtype, device, requires_grad),
            _ when element == typeof(int) => FromArray<int>(rawArray, ScalarType.Int32, dtype, device, requires_grad),
            _ when element == typeof(short) => FromArray<short>(rawArray, ScalarType.Int16, dtype, device, requires_grad),
            _ when element == typeof(sbyte) => FromArray<sbyte>(rawArray, ScalarType.Int8, dtype, device, requires_grad),
            _ when element == typeof(byte) => FromArray<byte>(rawArray, ScalarType.Byte, dtype, device, requires_grad),
            _ when element == typeof(bool) => FromArray<bool>(rawArray, ScalarType.Bool, dtype, device, requires_grad),
            _ when element == typeof(Half) => FromArray<Half>(rawArray, ScalarType.Float16, dtype, device, requires_grad),
            _ when element == typeof(System.Numerics.Complex) => FromArray<System.Numerics.Complex>(rawArray, ScalarType.ComplexFloat64, dtype, device, requires_grad),
            _ when element == typeof((float, float)) => FromArray<(float Real, float Imaginary)>(rawArray, ScalarType.ComplexFloat32, dtype, device, requires_grad),
            _ => throw new ArgumentException($"A tensor cannot be made from an array of {element.Name}; use a .NET number type.", nameof(rawArray)),
        };
    }

    /// <summary>A vector of some of an array's elements. The numbers are copied, as .NET may move the array.</summary>
    /// <param name="rawArray">Array of a number type.</param>
    /// <param name="dtype">Type of the tensor; converts where it is not the array's.</param>
    /// <param name="count">Number of elements; the rest of the array when negative.</param>
    /// <param name="offset">Elements to skip.</param>
    /// <param name="requires_grad">Whether gradients are recorded.</param>
    /// <exception cref="ArgumentException">The part lies outside of the array.</exception>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        var length = rawArray.LongLength;
        if (offset < 0 || offset >= length || count > length - offset)
        {
            throw new ArgumentException($"{count} elements after the first {offset} are not all inside of an array of {length}.", nameof(count));
        }

        using var scope = NewDisposeScope();
        var part = from_array(rawArray, dtype).flatten().narrow(0, offset, count < 0 ? length - offset : count).clone();
        return (requires_grad ? part.requires_grad_() : part).MoveToOuterDisposeScope();
    }

    /// <summary>The tensor itself where type and device are right already, else a converted copy.</summary>
    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return (dtype is null || dtype == data.dtype) && (device is null || device == data.device) ? data.alias() : data.to(dtype ?? data.dtype, device ?? data.device);
    }

    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device);

    public static Tensor as_tensor(IList<float> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<double> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<long> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<int> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<short> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(short[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<sbyte> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(sbyte[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<byte> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<bool> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);
}
