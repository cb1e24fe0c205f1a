using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Shorter ways to draw from an <see cref="IWorld"/>.</summary>
public static class WorldExtensions
{
    /// <summary>Draws pictures of random classes, all equally likely.</summary>
    /// <param name="world">The world.</param>
    /// <param name="count">Number of pictures N, at least one.</param>
    /// <param name="size">Height and width in pixels, 16 to 512.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="device">Where to draw; null takes the generator's device.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>Pictures and what is known about them; dispose it when done.</returns>
    public static WorldBatch Render(this IWorld world, int count, int size, Generator random, Device? device = null, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var labels = randint(world.Classes.Count, [count], dtype: ScalarType.Int64, device: random.device, generator: random);
        return world.Render(labels, size, random, device, progress);
    }
}
