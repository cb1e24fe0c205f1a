using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>One tensor of a file: its type and shape are known, its numbers are read when asked for.</summary>
internal sealed record StoredWeight(ScalarType Type, IReadOnlyList<long> Shape, Func<Tensor> Load)
{
    internal bool IsFloating => Type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    /// <summary>The same numbers in another arrangement.</summary>
    internal StoredWeight Rearranged(IReadOnlyList<long> shape, Func<Tensor, Tensor> rearrange) => new(Type, shape, () =>
    {
        using var scope = NewDisposeScope();
        return rearrange(Load()).contiguous().MoveToOuterDisposeScope();
    });

    /// <summary>Rows of several tensors below each other.</summary>
    internal static StoredWeight Stacked(IReadOnlyList<StoredWeight> parts) => new(
        parts[0].Type, [parts.Sum(part => part.Shape[0]), .. parts[0].Shape.Skip(1)], () =>
        {
            using var scope = NewDisposeScope();
            return cat([.. parts.Select(part => part.Load())], 0).MoveToOuterDisposeScope();
        });
}

/// <summary>Options of a model that is published under several sets of names.</summary>
internal interface IPublishedNames
{
    /// <summary>Gives what a file holds this model's names.</summary>
    /// <param name="stored">Names in the file.</param>
    /// <param name="options">How to load.</param>
    /// <param name="ignored">Takes up the names that are known to be of no use here.</param>
    /// <returns>The same weights under this model's names.</returns>
    IReadOnlyDictionary<string, StoredWeight> Rename(IReadOnlyDictionary<string, StoredWeight> stored, LoadOptions options, ICollection<string> ignored);
}

/// <summary>Options of a model whose names and shapes are known without making it, so that a wrong file costs no memory.</summary>
internal interface IKnownShapes
{
    IReadOnlyDictionary<string, long[]> Shapes();
}
