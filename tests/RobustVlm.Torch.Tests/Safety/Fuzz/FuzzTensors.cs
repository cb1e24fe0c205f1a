using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Safety.Fuzz;

/// <summary>Tensors of all kinds that a user can hold: shapes, types, layouts, contents, freed ones.</summary>
internal sealed class FuzzTensors(Random random)
{
    private static readonly long[][] Shapes =
    [
        [], [0], [1], [2], [3], [6], [0, 3], [3, 0], [1, 3], [2, 3], [3, 3], [3, 2], [1, 1], [2, 3, 4], [2, 3, 3], [3, 3, 3], [1, 0, 2], [4, 3, 2],
        [1, 3, 8, 8], [2, 3, 5, 5], [3, 3, 2, 2], [3, 1, 2, 2], [2, 4, 1, 1], [0, 3, 4, 4], [1, 3, 4, 4, 4], [3, 3, 2, 2, 2], [1, 1, 1, 1, 1, 1, 1, 1, 2],
        [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2],
    ];

    private static readonly ScalarType[] Types =
    [
        float32, float32, float32, float64, float16, bfloat16, int64, int64, int32, ScalarType.Int16, uint8, int8, torch.@bool, ScalarType.ComplexFloat32, ScalarType.ComplexFloat64,
    ];

    private static readonly long[] SmallNumbers = [0, 1, 2, 3, 1, 0, 2];
    private static readonly long[] WildNumbers = [0, -1, 1, -2, 5, 100, int.MaxValue, int.MinValue, 1L << 40, long.MaxValue, long.MinValue, long.MinValue + 1];
    private static readonly double[] WildReals = [0, -0.0, 1, -1, 1e-45, 3e38, 1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 70000, -1e10, 9.3e18];

    private long[] _shape = [];
    private ScalarType _type;

    /// <summary>Chooses what the well-behaved tensors of the next call look like.</summary>
    internal void Begin()
    {
        _shape = Pick(Shapes);
        _type = Pick(Types);
    }

    /// <summary>A tensor and what to call it in the journal.</summary>
    /// <param name="role">Name of the parameter; some names tell what fits.</param>
    /// <param name="wild">Whether to ignore what fits.</param>
    internal (Tensor Value, string Text) Make(string role, bool wild)
    {
        var type = wild ? Pick(Types) : role switch
        {
            "index" or "indices" or "target" or "repeats" when random.Next(4) > 0 => int64,
            "mask" or "condition" when random.Next(3) > 0 => torch.@bool,
            _ => _type,
        };
        var shape = wild ? Pick(Shapes) : role switch
        {
            "weight" or "weights" when random.Next(2) == 0 => _shape.Length > 2 ? [3, 3, .. _shape[2..].Select(_ => 2L)] : [3, 3],
            "bias" or "weight" or "running_mean" or "running_var" or "index" or "target" when random.Next(2) == 0 => [3],
            _ when random.Next(5) == 0 => [.. _shape.Select(size => random.Next(3) == 0 ? 1 : size)],
            _ when random.Next(6) == 0 => Pick(Shapes),
            _ => _shape,
        };

        var text = $"{type}[{string.Join(',', shape)}]";
        var tensor = Filled(type, shape, wild || random.Next(4) == 0, ref text);
        tensor = Laid(tensor, ref text);
        if ((is_floating_point(type) || is_complex(type)) && random.Next(3) == 0)
        {
            tensor.requires_grad_();
            text += " grad";
        }

        if (wild && random.Next(12) == 0)
        {
            tensor.Dispose();
            text += " freed";
        }
        else if (wild && random.Next(16) == 0)
        {
            tensor = tensor.to(META);
            text += " meta";
        }

        return (tensor, text);
    }

    private Tensor Filled(ScalarType type, long[] shape, bool wild, ref string text)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        if (is_integral(type))
        {
            var numbers = new long[count];
            for (var i = 0; i < count; i++)
            {
                numbers[i] = Pick(wild ? WildNumbers : SmallNumbers);
            }

            text += count <= 8 ? $"{{{string.Join(' ', numbers)}}}" : wild ? " wild" : "";
            return torch.tensor(numbers).to_type(type).view(shape);
        }

        var reals = new double[count];
        for (var i = 0; i < count; i++)
        {
            reals[i] = wild ? Pick(WildReals) : (2 * random.NextDouble()) - 0.5;
        }

        text += wild && count <= 8 ? $"{{{string.Join(' ', reals.Select(real => real.ToString("R", CultureInfo.InvariantCulture)))}}}" : wild ? " wild" : "";
        return torch.tensor(reals).to_type(type).view(shape);
    }

    private Tensor Laid(Tensor tensor, ref string text)
    {
        switch (random.Next(10))
        {
            case 0 when tensor.dim() >= 2:
                text += " transposed";
                return tensor.transpose(0, 1).contiguous().transpose(0, 1);
            case 1 when tensor.dim() >= 1:
                text += " every-second";
                return cat([tensor, tensor], 0)[TensorIndex.Slice(null, null, 2)];
            case 2 when tensor.dim() >= 1 && tensor.shape[0] > 0:
                text += " expanded";
                return tensor[TensorIndex.Slice(0, 1)].expand(tensor.shape);
            default:
                return tensor;
        }
    }

    private T Pick<T>(T[] pool) => pool[random.Next(pool.Length)];
}
