namespace RobustVlm.Data.Sets.Layouts;

/// <summary>STL-10 (Coates et al., 2011) in its binary version: 96 x 96 pixels, colour planes column by column, labels from 1.</summary>
/// <remarks>The 100,000 images without labels are not read.</remarks>
internal static class Stl10
{
    private const int Side = 96;

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("stl10_binary");
        var classes = folder.Lines("class_names.txt");
        if (classes.FirstOrDefault(name => !name.All(char.IsLetter)) is { } wrong)
        {
            throw folder.Wrong("class_names.txt", $"has the line '{wrong}', which is not the name of a class");
        }

        var (items, places) = (new List<ImageItem>(), new List<(RecordFile File, int Record)>());
        foreach (var (part, split) in new[] { ("train", DataSplit.Train), ("test", DataSplit.Test) })
        {
            var images = new RecordFile(folder.Required(part + "_X.bin"), 3 * Side * Side);
            var labels = File.ReadAllBytes(folder.Required(part + "_y.bin"));
            if (labels.Length != images.Count)
            {
                throw folder.Wrong(part + "_y.bin", $"has {labels.Length} labels for {images.Count} images");
            }

            for (var i = 0; i < labels.Length; i++)
            {
                items.Add(new ImageItem($"{part}/{i}")
                {
                    Label = labels[i] >= 1 && labels[i] <= classes.Count ? labels[i] - 1 : throw folder.Wrong(part + "_y.bin", $"has the label {labels[i]}, but there are {classes.Count} classes"),
                    Split = split,
                });
                places.Add((images, i));
            }
        }

        var pixels = new ArrayPixels((i, target) => places[i].File.Read(places[i].Record, 0, target), (Side, Side, 3), SampleOrder.PlanesByColumn);
        return new ImageSet(folder.Info, folder.Path, classes, items, pixels) { Task = folder.Info.Task };
    }
}
