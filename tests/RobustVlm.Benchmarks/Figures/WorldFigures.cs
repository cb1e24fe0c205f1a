using RobustVlm.Data.Chest;
using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>How many pictures per second the worlds and the chest phantom draw.</summary>
internal static class WorldFigures
{
    private const int Size = 48;
    private const int Pictures = 256;
    private const double Least = 1000;

    public static IReadOnlyList<Figure> All { get; } =
    [
        new("worlds", "pictures of all class families at 48 px, as many of each", Unit.ImagesPerSecond, Goal.AtLeast(Least, "at least 1000 /s"), () =>
            Rate(Pictures * WorldCatalog.ZeroShot.Count, random =>
            {
                foreach (var world in WorldCatalog.ZeroShot)
                {
                    world.Render(Pictures, Size, random).Dispose();
                }
            })),
        .. WorldCatalog.All.Select(world => new Figure("world-" + world.Name, world.Title + " at 48 px", Unit.ImagesPerSecond, Goal.None, () =>
            Rate(Pictures, random => world.Render(Pictures, Size, random).Dispose()))),
        new("chest-phantom", "chest radiographs with masks and reports at 64 px", Unit.ImagesPerSecond, Goal.None, () =>
        {
            var phantom = new ChestPhantom();
            return Rate(Pictures, random => phantom.Render(Pictures, random).Dispose());
        }),
    ];

    private static Func<double> Rate(int pictures, Action<Generator> render)
    {
        var sample = Sampling.Long(() =>
        {
            using var random = new Generator(1);
            render(random);
        });
        return () => pictures / sample();
    }
}
