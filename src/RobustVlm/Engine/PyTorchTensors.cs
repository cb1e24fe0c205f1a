using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Builds tensors from what a PyTorch file says of them, after checking that every number lies inside its storage.</summary>
internal sealed class PyTorchTensors(string path, IReadOnlyDictionary<string, PyTorchStorage> storages, long largestTotal)
{
    private static readonly Dictionary<string, (torch.ScalarType Type, int Bytes)> s_types = new()
    {
        ["torch.FloatStorage"] = (torch.ScalarType.Float32, 4),
        ["torch.DoubleStorage"] = (torch.ScalarType.Float64, 8),
        ["torch.HalfStorage"] = (torch.ScalarType.Float16, 2),
        ["torch.BFloat16Storage"] = (torch.ScalarType.BFloat16, 2),
        ["torch.LongStorage"] = (torch.ScalarType.Int64, 8),
        ["torch.IntStorage"] = (torch.ScalarType.Int32, 4),
        ["torch.ShortStorage"] = (torch.ScalarType.Int16, 2),
        ["torch.CharStorage"] = (torch.ScalarType.Int8, 1),
        ["torch.ByteStorage"] = (torch.ScalarType.Byte, 1),
        ["torch.BoolStorage"] = (torch.ScalarType.Bool, 1),
    };

    private long _total;

    internal static bool IsTensor(PickleCall call) =>
        call.Name is "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor"
        || (call.Name is "torch._utils._rebuild_parameter" && call.Arguments is [PickleCall inner, ..] && IsTensor(inner));

    internal static (torch.ScalarType Type, int Bytes)? TypeOf(string storage) => s_types.TryGetValue(storage, out var type) ? type : null;

    internal torch.Tensor Build(string name, PickleCall call)
    {
        if (call.Name == "torch._utils._rebuild_parameter")
        {
            call = (PickleCall)call.Arguments[0]!;   // checked by IsTensor
        }

        if (call.Arguments is not [PickleReference { Id: object?[] and ["storage", PickleName kind, var key, ..] }, long offset, object?[] sizes, object?[] steps, ..]
            || sizes.Length != steps.Length || !sizes.Concat(steps).All(number => number is long and >= 0))
        {
            throw Damaged(name, "is described in an unknown way");
        }

        if (TypeOf(kind.Name) is not { } type || !storages.TryGetValue(key?.ToString() ?? "", out var storage))
        {
            throw Damaged(name, $"lies in the storage {key} of kind {kind.Name}, which the file does not have");
        }

        var shape = Array.ConvertAll(sizes, size => (long)size!);   // longs, by the check above
        var stride = Array.ConvertAll(steps, step => (long)step!);
        var count = Count(name, shape);
        var last = shape.Zip(stride).Aggregate((Int128)offset, (sum, pair) => sum + ((Int128)Math.Max(0, pair.First - 1) * pair.Second));
        var available = storage.Length / type.Bytes;
        if (offset < 0 || (count > 0 && last >= available))
        {
            throw Damaged(name, $"reaches beyond its storage of {available} numbers");
        }

        // A few bytes can describe a huge tensor by repeating them.
        _total += count * type.Bytes;
        if (_total > largestTotal)
        {
            throw Damaged(name, "would take more than ten times the file's size");
        }

        return Load(storage, type, shape, stride, offset, count == 0 ? 0 : (long)last + 1 - offset);
    }

    private static torch.Tensor Load(PyTorchStorage storage, (torch.ScalarType Type, int Bytes) type, long[] shape, long[] stride, long offset, long span)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var flat = torch.empty([span], dtype: type.Type);
        TensorBytes.Fill(flat, (start, bytes) => storage.Read((offset * type.Bytes) + start, bytes));
        return (span == 0 ? flat.view(shape) : flat.as_strided(shape, stride, 0).contiguous()).MoveToOuterDisposeScope();
    }

    private long Count(string name, long[] shape)
    {
        Int128 count = 1;
        foreach (var size in shape)
        {
            count *= size;
            if (count > long.MaxValue / 16)
            {
                throw Damaged(name, $"would have the shape [{string.Join(", ", shape)}]");
            }
        }

        return (long)count;
    }

    private InvalidDataException Damaged(string name, string problem) => new($"{path} is damaged: tensor '{name}' {problem}; copy the file again.");
}
