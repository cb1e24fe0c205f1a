using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>A grid of cells over the plane, each with random numbers of its own, for things that occur many times in a picture.</summary>
/// <param name="x">Float tensor [n, H, W].</param>
/// <param name="y">Float tensor [n, H, W].</param>
/// <param name="width">Width of a cell.</param>
/// <param name="height">Height of a cell.</param>
/// <param name="seed">Float tensor [n, 1, 1], in [0, 1): another grid for every number.</param>
internal sealed class Lattice(Tensor x, Tensor y, double width, double height, Tensor seed)
{
    private double _next;

    /// <summary>Number of the cell, [n, H, W], whole numbers.</summary>
    internal Tensor Column { get; } = (x / width).round_();

    /// <summary>Number of the cell, [n, H, W], whole numbers.</summary>
    internal Tensor Row { get; } = (y / height).round_();

    /// <summary>Coordinates from the middle of the cell, [n, H, W].</summary>
    internal Tensor X => x - Column * width;

    /// <summary>Coordinates from the middle of the cell, [n, H, W].</summary>
    internal Tensor Y => y - Row * height;

    /// <summary>A number per cell, another at every call.</summary>
    /// <returns>Float tensor [n, H, W] in [low, high).</returns>
    internal Tensor Uniform(double low = 0, double high = 1)
    {
        // A sine of large steps, many times too large for its fraction to show a pattern.
        var mixed = (Column * 12.9898 + Row * 78.233 + (seed * 61.7 + 37.719 * ++_next)).sin_() * 437.585;
        return (mixed - mixed.floor()) * (high - low) + low;
    }

    /// <summary>1 in cells that are chosen with the given probability, else 0.</summary>
    internal Tensor Chance(double probability) => Uniform().lt(probability).to(ScalarType.Float32);
}
