using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>A grid of cells over the plane, each with random numbers of its own, for things that occur many times in a picture.</summary>
/// <remarks>Coordinates are float tensors [n, H, W] or broadcast to it; the seed, [n, 1, 1] in [0, 1), gives another grid for every number.</remarks>
internal sealed class Lattice
{
    private readonly Tensor _seed;
    private int _next;

    internal Lattice(Tensor x, Tensor y, double width, double height, Tensor seed)
    {
        (Column, Row, _seed) = ((x / width).round_(), (y / height).round_(), seed);
        (X, Y) = (x - Column * width, y - Row * height);
    }

    /// <summary>Number of the cell, [n, H, W], whole numbers.</summary>
    internal Tensor Column { get; }

    /// <summary>Number of the cell, [n, H, W], whole numbers.</summary>
    internal Tensor Row { get; }

    /// <summary>Coordinates from the middle of the cell, [n, H, W].</summary>
    internal Tensor X { get; }

    /// <summary>Coordinates from the middle of the cell, [n, H, W].</summary>
    internal Tensor Y { get; }

    /// <summary>A number per cell, another at every call.</summary>
    /// <returns>Float tensor [n, H, W] in [low, high).</returns>
    internal Tensor Uniform(double low = 0, double high = 1)
    {
        // A sine of large steps, many times too large for its fraction to show a pattern.
        var mixed = (Column * 12.9898 + Row * 78.233 + (_seed * 61.7 + 37.719 * ++_next)).sin_() * 4375.85;
        return (mixed - mixed.floor()) * (high - low) + low;
    }

    /// <summary>1 in cells that are chosen with the given probability, else 0.</summary>
    internal Tensor Chance(double probability) => Uniform().lt(probability).to(ScalarType.Float32);
}
