using RobustVlm.Data.Chest;
using RobustVlm.Data.Worlds.Families;
using RobustVlm.Data.Worlds.Medical;

namespace RobustVlm.Data.Worlds;

/// <summary>All worlds by name.</summary>
public static class WorldCatalog
{
    /// <summary>The broad set to learn from: none of its classes occurs in another world.</summary>
    public static IWorld Source { get; } = new Objects();

    /// <summary>The class families for zero-shot evaluation; the broad set to learn from is not among them.</summary>
    public static IReadOnlyList<IWorld> ZeroShot { get; } =
    [
        new Shapes(),
        new Textures(), new Digits(), new Letters(), new Flags(), new Clocks(), new Faces(), new Histology(),
        new Plants(), new Animals(), new Vehicles(), new Food(), new Microbes(), new Aerial(), new Scenes(),
    ];

    /// <summary>The medical worlds.</summary>
    public static IReadOnlyList<IWorld> Medical { get; } = [new ChestWorld(), new TuberculosisWorld(), new BloodCells(), new Fundus(), new Mammogram(), new SkinLesions()];

    /// <summary>Every world.</summary>
    public static IReadOnlyList<IWorld> All { get; } = [Source, .. ZeroShot, .. Medical];

    /// <summary>Finds a world.</summary>
    /// <param name="name">Its short name.</param>
    /// <returns>The world.</returns>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static IWorld Find(string name) => All.FirstOrDefault(world => world.Name == name)
        ?? throw new ArgumentException($"There is no world '{name}'; choose one of {string.Join(", ", All.Select(world => world.Name))}.", nameof(name));
}
