using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Checks what is asked of a world.</summary>
internal static class WorldGuard
{
    internal const int SmallestSize = 16;
    internal const int LargestSize = 512;

    internal static void Check(Tensor labels, int classes, int size)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (size is < SmallestSize or > LargestSize)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, $"Pictures are drawn with {SmallestSize} to {LargestSize} pixels a side.");
        }

        if (labels.dim() != 1 || labels.dtype != ScalarType.Int64 || labels.shape[0] == 0)
        {
            throw new ArgumentException("Give labels as a long tensor [N] with at least one element.", nameof(labels));
        }

        using var scope = NewDisposeScope();
        if (labels.min().item<long>() < 0 || labels.max().item<long>() >= classes)
        {
            throw new ArgumentException($"Labels are class indices from 0 to {classes - 1}.", nameof(labels));
        }
    }
}
