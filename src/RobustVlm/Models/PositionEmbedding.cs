using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Position embeddings for another image size than they were trained with.</summary>
internal static class PositionEmbedding
{
    /// <summary>Replaces stored embeddings of a square grid by those of another grid, when they are there and differ.</summary>
    /// <param name="weights">Names and weights.</param>
    /// <param name="name">Name of the embeddings [..., 1 + patches, D]; the first belongs to the class token.</param>
    /// <param name="side">Wanted patches per row.</param>
    internal static void Resize(Dictionary<string, StoredWeight> weights, string name, int side)
    {
        if (!weights.TryGetValue(name, out var stored) || stored.Shape.Count < 2 || side < 1)
        {
            return;
        }

        var (tokens, width) = (stored.Shape[^2], stored.Shape[^1]);
        var from = (int)Math.Round(Math.Sqrt(tokens - 1));
        if (from < 1 || from == side || 1 + ((long)from * from) != tokens)
        {
            return;   // the right size, or no square grid with a class token: its shape is compared as it is
        }

        long[] shape = [.. stored.Shape.SkipLast(2), 1 + ((long)side * side), width];
        weights[name] = stored.Rearranged(shape, table => Resized(table, from, side).view(shape).to(table.dtype));
    }

    /// <summary>Bicubic, with smoothing when it shrinks, as timm's loader does it.</summary>
    private static Tensor Resized(Tensor table, int from, int side)
    {
        var width = table.shape[^1];
        var rows = table.view(-1, width).to(table.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
        var grid = rows.narrow(0, 1, (long)from * from).t().reshape(1, width, from, from);
        var resized = nn.functional.interpolate(grid, size: [side, side], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true);
        return cat([rows.narrow(0, 0, 1), resized.view(width, -1).t()], 0);
    }
}
