using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Tensors with one row for each image of a batch, from which finished images can be dropped.</summary>
internal sealed class RowState : IDisposable
{
    private readonly Tensor[] _tensors;

    /// <summary>Copies the tensors; the copies belong to no dispose scope.</summary>
    /// <param name="tensors">Tensors [M, ...] with the same number of rows.</param>
    internal RowState(params Tensor[] tensors)
    {
        _tensors = [.. tensors.Select(tensor => tensor.clone().DetachFromDisposeScope())];
    }

    /// <summary>Number of rows.</summary>
    internal long Count => _tensors[0].shape[0];

    /// <summary>One of the tensors, in the order in which they were given.</summary>
    /// <param name="index">Which one.</param>
    internal Tensor this[int index] => _tensors[index];

    /// <summary>Drops all other rows.</summary>
    /// <param name="rows">Long tensor [K], which rows stay.</param>
    internal void Keep(Tensor rows)
    {
        foreach (ref var tensor in _tensors.AsSpan())
        {
            var kept = tensor.index_select(0, rows).DetachFromDisposeScope();
            tensor.Dispose();
            tensor = kept;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor.Dispose();
        }
    }
}
