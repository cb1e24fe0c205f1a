using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace RobustVlm.Torch.Interop;

/// <summary>The kinds of value that cross the border; the numbers are those of the native side.</summary>
internal enum NativeTag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    IntList = 5,
    DoubleList = 6,
    BoolList = 7,
    TensorList = 8,
    OptionalTensorList = 9,
    String = 10,
    Device = 11,
    Generator = 12,
    ScalarList = 13,
}

/// <summary>One argument or result of an operator, 16 bytes, laid out as on the native side.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct NativeValue
{
    [FieldOffset(0)] internal NativeTag Tag;
    [FieldOffset(4)] internal int Count;
    [FieldOffset(8)] internal long Integer;
    [FieldOffset(8)] internal double Real;
    [FieldOffset(8)] internal nint Pointer;

    internal static NativeValue Of(torch.Tensor? tensor) =>
        tensor is null ? default : new() { Tag = NativeTag.Tensor, Pointer = tensor.Handle };

    /// <exception cref="ArgumentNullException">The tensor is null.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static NativeValue Required(torch.Tensor tensor, string name) =>
        tensor is null ? throw NoTensor(name) : new() { Tag = NativeTag.Tensor, Pointer = tensor.Handle };

    /// <exception cref="ArgumentNullException">The device is null.</exception>
    internal static NativeValue Required(torch.Device device, string name) =>
        device is null ? throw new ArgumentNullException(name, "A device is needed here, but it is null.") : Of(device);

    internal static NativeValue Of(long value) => new() { Tag = NativeTag.Int, Integer = value };

    internal static NativeValue Of(long? value) => value is { } number ? Of(number) : default;

    internal static NativeValue Of(double value) => new() { Tag = NativeTag.Double, Real = value };

    internal static NativeValue Of(double? value) => value is { } number ? Of(number) : default;

    internal static NativeValue Of(bool value) => new() { Tag = NativeTag.Bool, Integer = value ? 1 : 0 };

    internal static NativeValue Of(bool? value) => value is { } flag ? Of(flag) : default;

    internal static NativeValue Of(Scalar value) => value.ToNative();

    internal static NativeValue Of(Scalar? value) => value is { } scalar ? scalar.ToNative() : default;

    internal static NativeValue Of(torch.ScalarType value) => Of((long)value);

    internal static NativeValue Of(torch.ScalarType? value) => value is { } type ? Of((long)type) : default;

    internal static NativeValue Of(torch.Device? device) =>
        device is null ? default : new() { Tag = NativeTag.Device, Count = device.index, Integer = (long)device.type };

    internal static NativeValue Of(torch.Generator? generator) =>
        generator is null ? default : new() { Tag = NativeTag.Generator, Pointer = generator.Handle };

    internal static NativeValue List(long* first, int count) =>
        count < 0 ? default : new() { Tag = NativeTag.IntList, Count = count, Pointer = (nint)first };

    internal static NativeValue List(double* first, int count) =>
        count < 0 ? default : new() { Tag = NativeTag.DoubleList, Count = count, Pointer = (nint)first };

    internal static NativeValue List(bool* first, int count) => new() { Tag = NativeTag.BoolList, Count = count, Pointer = (nint)first };

    internal static NativeValue ScalarList(double* first, int count) => new() { Tag = NativeTag.ScalarList, Count = count, Pointer = (nint)first };

    internal static NativeValue Tensors(nint* first, int count, bool optional) =>
        new() { Tag = optional ? NativeTag.OptionalTensorList : NativeTag.TensorList, Count = count, Pointer = (nint)first };

    internal static NativeValue Text(byte* utf8, string? text) =>
        text is null ? default : new() { Tag = NativeTag.String, Count = System.Text.Encoding.UTF8.GetByteCount(text), Pointer = (nint)utf8 };

    /// <summary>Takes over the tensor's reference; null when the operator returned an undefined tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly torch.Tensor TakeTensor() => Pointer == 0 ? null! : new torch.Tensor(Pointer);   // callers of operators with optional results check

    internal readonly torch.Tensor[] TakeTensors()
    {
        var handles = (nint*)Pointer;
        var tensors = new torch.Tensor[Count];
        for (var i = 0; i < Count; i++)
        {
            tensors[i] = new torch.Tensor(handles[i]);
        }

        _ = NativeMethods.rvt_free_list(handles);
        return tensors;
    }

    internal readonly Scalar AsScalar() => Tag switch
    {
        NativeTag.Double => new Scalar(Real),
        NativeTag.Bool => new Scalar(Integer != 0),
        _ => new Scalar(Integer),
    };

    internal readonly long AsInt64() => Integer;

    internal readonly double AsDouble() => Tag == NativeTag.Double ? Real : Integer;

    internal readonly bool AsBool() => Integer != 0;

    internal readonly torch.ScalarType AsScalarType() => (torch.ScalarType)Integer;

    /// <summary>What to throw for a null tensor.</summary>
    internal static ArgumentNullException NoTensor(string name) => new(name, "A tensor is needed here, but it is null; the grad of a tensor is null before the first backward pass.");
}
