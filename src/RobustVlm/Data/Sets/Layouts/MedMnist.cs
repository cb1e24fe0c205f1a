namespace RobustVlm.Data.Sets.Layouts;

/// <summary>MedMNIST v2 (Yang et al., 2023, arXiv:2110.14795): one .npz file with images and labels of three parts.</summary>
internal static class MedMnist
{
    private static readonly (string Name, DataSplit Split)[] s_parts = [("train", DataSplit.Train), ("val", DataSplit.Validation), ("test", DataSplit.Test)];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options, string[] classes)
    {
        var name = folder.Info.Name + (options.MedMnistSize == 28 ? "" : $"_{options.MedMnistSize}");
        var file = new NpzFile(folder.Required(name + ".npz"));
        var several = folder.Info.Task == ImageTask.MultiLabel;
        var items = new List<ImageItem>();
        foreach (var (part, split) in s_parts)
        {
            var labels = file.Array(part + "_labels");
            var columns = labels.Shape is [_, var second] ? second : labels.Shape.Count == 1 ? 1 : 0;
            if (columns != (several ? classes.Length : 1))
            {
                throw new InvalidDataException($"{file.Path} has labels of the shape [{string.Join(", ", labels.Shape)}], not one for each of {classes.Length} classes; check that it is {folder.Info.Title}.");
            }

            for (var i = 0L; i < labels.Shape[0]; i++)
            {
                var item = new ImageItem($"{name}.npz/{part}/{i}") { Split = split };
                items.Add(several
                    ? item with { Findings = [.. Enumerable.Range(0, classes.Length).Select(k => (float)labels[(i * classes.Length) + k])] }
                    : item with { Label = labels[i] >= 0 && labels[i] < classes.Length ? (int)labels[i] : throw new InvalidDataException($"{file.Path} has the label {labels[i]}, but {classes.Length} classes; check that it is {folder.Info.Title}.") });
            }
        }

        return new ImageSet(folder.Info, folder.Path, classes, items, new Pixels(file, [.. items.Select(item => item.Split)])) { Task = folder.Info.Task };
    }

    private sealed class Pixels(NpzFile file, DataSplit[] splits) : PixelSource
    {
        private readonly Dictionary<DataSplit, int> _starts = s_parts.ToDictionary(part => part.Split, part => Math.Max(0, Array.IndexOf(splits, part.Split)));

        internal override DecodedImage Read(int index, bool upright)
        {
            var part = s_parts.First(p => p.Split == splits[index]);
            var images = file.Array(part.Name + "_images");
            var (height, width, channels) = images.Shape switch
            {
                [_, var h, var w] => (h, w, 1L),
                [_, var h, var w, 3] => (h, w, 3L),
                _ => (0, 0, 0),
            };
            var (place, bytes) = (index - _starts[part.Split], height * width * channels);
            if (!images.IsBytes || bytes == 0 || place >= images.Shape[0] || bytes > Array.MaxLength)
            {
                throw new InvalidDataException($"{file.Path} holds no image {place} in {part.Name}_images, whose shape is [{string.Join(", ", images.Shape)}]; copy it again.");
            }

            var pixels = new byte[bytes];
            images.CopyTo(place * bytes, pixels);
            return DecodedImage.FromBytes(pixels, (int)width, (int)height, (int)channels);
        }
    }
}
