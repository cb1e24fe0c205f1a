using System.Globalization;
using System.Text;
using TorchSharp;

namespace RobustVlm.Torch.Interop;

/// <summary>One operator of libtorch's dispatcher, looked up at its first call.</summary>
/// <param name="name">Name with namespace, e.g. <c>aten::add</c>.</param>
/// <param name="overload">Overload, e.g. <c>Tensor</c>; empty for the unnamed one.</param>
internal sealed unsafe class Operator(string name, string overload)
{
    private nint _handle;

    /// <summary>The schema as the loaded libtorch states it.</summary>
    internal string Schema
    {
        get
        {
            byte* text;
            int length;
            NativeError.Check(NativeMethods.rvt_op_schema(Handle, &text, &length));
            return Encoding.UTF8.GetString(text, length);
        }
    }

    /// <summary>Whether the loaded libtorch has the operator.</summary>
    internal bool Exists
    {
        get
        {
            fixed (byte* n = Utf8(name), o = Utf8(overload))
            {
                int exists;
                NativeError.Check(NativeMethods.rvt_op_exists(n, o, &exists));
                return exists != 0;
            }
        }
    }

    /// <summary>Whether the loaded libtorch takes the operator's arguments without boxing them.</summary>
    internal bool IsDirect
    {
        get
        {
            int value;
            NativeError.Check(NativeMethods.rvt_op_is_direct(Handle, &value));
            return value != 0;
        }
    }

    private nint Handle => _handle != 0 ? _handle : Find();

    /// <summary>Calls the operator.</summary>
    /// <exception cref="TorchException">libtorch refused; the message names the operator and the shapes of its operands.</exception>
    /// <exception cref="OperationCanceledException">An interrupt was requested.</exception>
    internal void Call(NativeValue* arguments, int count, NativeValue* results, int resultCount)
    {
        Runtime.ThrowIfInterruptedHere();

        int returned;
        var status = NativeMethods.rvt_op_call(Handle, arguments, count, results, resultCount, &returned);
        if (status == (int)TorchErrorKind.OutOfMemory && !name.EndsWith('_'))
        {
            NativeMemory.Collect();
            status = NativeMethods.rvt_op_call(Handle, arguments, count, results, resultCount, &returned);
        }

        if (status != 0)
        {
            throw NativeError.Make(status, Describe(arguments, count));
        }
    }

    /// <summary>In-place operators return their first argument once more; the extra reference is not kept.</summary>
    internal static void ReleaseAlias(NativeValue result)
    {
        // A direct call returns nothing in this case.
        if (result.Pointer != 0)
        {
            _ = NativeMethods.rvt_tensor_release(result.Pointer);
        }
    }

    /// <summary>The native handles of a list of tensors; the caller keeps the list alive.</summary>
    /// <exception cref="ArgumentNullException">An element is null.</exception>
    internal static nint[] Handles(IReadOnlyList<torch.Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        for (var i = 0; i < tensors.Count; i++)
        {
            if (tensors[i] is null)
            {
                throw new ArgumentNullException(nameof(tensors), $"Element {i} of the list of tensors is null.");
            }
        }

        return OptionalHandles(tensors);
    }

    /// <summary>The native handles of a list of tensors, 0 for those left out; the caller keeps the list alive.</summary>
    internal static nint[] OptionalHandles(IReadOnlyList<torch.Tensor?> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var handles = new nint[Math.Max(tensors.Count, 1)];
        for (var i = 0; i < tensors.Count; i++)
        {
            handles[i] = tensors[i]?.Handle ?? 0;
        }

        return handles;
    }

    internal static byte[] Utf8(string? text) => Encoding.UTF8.GetBytes((text ?? "") + "\0");

    /// <summary>Whether the operator was called since the last <see cref="Forget"/>; for tests.</summary>
    internal bool WasCalled => _handle != 0;

    /// <summary>Makes the next call look the operator up again.</summary>
    internal void Forget() => _handle = 0;

    private nint Find()
    {
        fixed (byte* n = Utf8(name), o = Utf8(overload))
        {
            nint handle;
            NativeError.Check(NativeMethods.rvt_op_find(n, o, &handle));
            return _handle = handle;
        }
    }

    private string Describe(NativeValue* arguments, int count)
    {
        var text = new StringBuilder(name["aten::".Length..]).Append('(');
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Describe(text, arguments[i]);
        }

        return text.Append(')').ToString();
    }

    private static void Describe(StringBuilder text, NativeValue value)
    {
        switch (value.Tag)
        {
            case NativeTag.None:
                text.Append("none");
                break;
            case NativeTag.Tensor:
                DescribeTensor(text, value.Pointer);
                break;
            case NativeTag.Int:
                text.Append(value.Integer);
                break;
            case NativeTag.Double:
                text.Append(value.Real.ToString("R", CultureInfo.InvariantCulture));
                break;
            case NativeTag.Bool:
                text.Append(value.Integer != 0 ? "true" : "false");
                break;
            case NativeTag.IntList:
                text.Append('[').AppendJoin(", ", new ReadOnlySpan<long>((void*)value.Pointer, value.Count).ToArray()).Append(']');
                break;
            case NativeTag.TensorList or NativeTag.OptionalTensorList:
                text.Append('{');
                for (var i = 0; i < Math.Min(value.Count, 8); i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    DescribeTensor(text, ((nint*)value.Pointer)[i]);
                }

                text.Append(value.Count > 8 ? ", …}" : "}");
                break;
            default:
                text.Append(value.Tag);
                break;
        }
    }

    private static void DescribeTensor(StringBuilder text, nint handle)
    {
        if (handle == 0)
        {
            text.Append("none");
            return;
        }

        int type;
        _ = NativeMethods.rvt_tensor_dtype(handle, &type);
        text.Append((torch.ScalarType)type).Append('[').AppendJoin(", ", torch.Tensor.SizesOf(handle)).Append(']');
    }
}
