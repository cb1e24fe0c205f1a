using System.CommandLine;
using System.Globalization;
using RobustVlm.Data;
using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Commands;

/// <summary>Draws a sheet of a world's pictures into a file.</summary>
internal static class WorldsCommand
{
    internal static Command Create()
    {
        var name = new Argument<string>("name") { Description = $"One of {string.Join(", ", WorldCatalog.All.Select(world => world.Name))}, or all." };
        var output = new Option<string>("--out") { Description = "The PNG file, or a folder for all.", Required = true };
        var size = new Option<int>("--size") { Description = "Side of a picture in pixels.", DefaultValueFactory = _ => 48 };
        var columns = new Option<int>("--columns") { Description = "Pictures per row.", DefaultValueFactory = _ => 12 };
        var zoom = new Option<int>("--zoom") { Description = "Every pixel becomes a square of this side.", DefaultValueFactory = _ => 2 };
        var seed = new Option<ulong>("--seed") { Description = "Seed of all randomness.", DefaultValueFactory = _ => 7UL };
        var blind = new Option<bool>("--blind") { Description = "Shuffles the classes (else one row each) and writes the answers beside the file as .csv." };
        var command = new Command("worlds", "Draws a sheet of a world's pictures, one class per row.") { name, output, size, columns, zoom, seed, blind };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(name)!;
            var target = parsed.GetValue(output)!;
            var worlds = chosen == "all" ? WorldCatalog.All : [WorldCatalog.Find(chosen)];
            foreach (var world in worlds)
            {
                var file = chosen == "all" ? Path.Combine(Directory.CreateDirectory(target).FullName, world.Name + ".png") : target;
                Draw(world, file, parsed.GetValue(size), parsed.GetValue(columns), parsed.GetValue(zoom), parsed.GetValue(seed), parsed.GetValue(blind));
                Console.WriteLine($"{world}: {file}");
            }
        });
        return command;
    }

    private static void Draw(IWorld world, string file, int size, int columns, int zoom, ulong seed, bool blind)
    {
        using var scope = NewDisposeScope();
        var random = new Generator(seed);
        var classes = world.Classes.Count;
        var inOrder = arange(classes, dtype: ScalarType.Int64).repeat_interleave(columns);
        var labels = blind ? inOrder.index_select(0, randperm(inOrder.shape[0], dtype: ScalarType.Int64, generator: random)) : inOrder;
        using var batch = world.Render(labels, size, random);
        var images = batch.Images.view(classes, columns, world.Channels, size, size);
        var gap = nn.functional.pad(images, [1, 1, 1, 1], value: 1);
        var sheet = gap.permute(2, 0, 3, 1, 4).reshape(world.Channels, classes * (size + 2), columns * (size + 2));
        ImageFile.Write(file, sheet.repeat_interleave(zoom, 1).repeat_interleave(zoom, 2));
        if (blind)
        {
            var known = labels.data<long>().ToArray();
            var lines = known.Select((label, i) => string.Create(CultureInfo.InvariantCulture, $"{i / columns + 1},{i % columns + 1},{world.Classes[(int)label]}"));
            File.WriteAllLines(Path.ChangeExtension(file, ".csv"), ["row,column,class", .. lines]);
        }
        else
        {
            for (var i = 0; i < classes; i++)
            {
                Console.WriteLine($"  row {i + 1}: {world.Classes[i]}; e.g. {batch.Captions[i * columns]}");
            }
        }
    }
}
