using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

/// <summary>
/// Weights made of their name and place by whole numbers, so that another program can make the same ones. With p = 1000003 and h the name's
/// bytes folded by h = (31 h + byte) mod p from 7 on: k = (7919 i + h) mod p, then three times k = (k² + i + h) mod p; noise is 2 k / p − 1.
/// </summary>
internal static class FormulaWeights
{
    private const long Prime = 1_000_003;

    /// <summary>Float64 tensor [count] in [-1, 1).</summary>
    internal static Tensor Noise(string name, long count)
    {
        using var scope = NewDisposeScope();
        var hash = name.Aggregate(7L, (sum, letter) => ((sum * 31) + letter) % Prime);
        var place = arange(count, dtype: ScalarType.Int64);
        var state = ((place * 7919) + hash).remainder(Prime);
        var shift = place.remainder(Prime) + hash;
        for (var round = 0; round < 3; round++)
        {
            state = ((state * state) + shift).remainder(Prime);
        }

        return ((state.to(ScalarType.Float64) * (2.0 / Prime)) - 1).MoveToOuterDisposeScope();
    }

    /// <summary>A matrix keeps the size of what goes through it; scales lie around one, shifts around zero.</summary>
    internal static Tensor Weight(string name, long[] shape)
    {
        using var scope = NewDisposeScope();
        var noise = Noise(name, shape.Aggregate(1L, (product, size) => product * size));
        var weight = shape.Length >= 2 ? noise * Math.Sqrt(3.0 * shape[0] / noise.numel())
            : shape.Length == 0 ? 1 + (0.2 * noise)
            : name.EndsWith("running_var", StringComparison.Ordinal) ? 1 + (0.3 * noise)
            : name.EndsWith("weight", StringComparison.Ordinal) ? 1 + (0.2 * noise)
            : 0.1 * noise;
        return weight.view(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Float64 tensor [...] in [0, 1).</summary>
    internal static Tensor Images(params long[] shape)
    {
        using var scope = NewDisposeScope();
        return ((Noise("images", shape.Aggregate(1L, (product, size) => product * size)).view(shape) + 1) / 2).MoveToOuterDisposeScope();
    }
}
