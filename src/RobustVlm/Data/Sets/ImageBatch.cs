using static TorchSharp.torch;

namespace RobustVlm.Data.Sets;

/// <summary>Images of a set in memory, with what is known of them.</summary>
/// <param name="Images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
/// <param name="Labels">Long tensor [N], class indices in [0, K), -1 without one; or float tensor [N, K] of 0, 1 and NaN (ignore) for several findings.</param>
/// <param name="Masks">Float tensor [N, 1, H, W] of zeros and ones; null when none were asked for.</param>
/// <param name="Indices">Positions in the set.</param>
public sealed record ImageBatch(Tensor Images, Tensor Labels, Tensor? Masks, IReadOnlyList<int> Indices) : IDisposable
{
    /// <summary>Number of images.</summary>
    public int Count => Indices.Count;

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        Masks?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Count} images of {string.Join('x', Images.shape.Skip(1))}{(Masks is null ? "" : " with masks")}";

    internal static ImageBatch Join(IReadOnlyList<ImageBatch> batches) => new(
        cat([.. batches.Select(batch => batch.Images)]).DetachFromDisposeScope(),
        cat([.. batches.Select(batch => batch.Labels)]).DetachFromDisposeScope(),
        batches[0].Masks is null ? null : cat([.. batches.Select(batch => batch.Masks!)]).DetachFromDisposeScope(),   // not null: all batches of a run are alike
        [.. batches.SelectMany(batch => batch.Indices)]);
}
