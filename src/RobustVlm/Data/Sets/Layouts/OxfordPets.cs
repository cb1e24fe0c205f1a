namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Oxford-IIIT Pet (Parkhi et al., 2012): lists of image, class, species and breed; trimaps whose value 1 is the animal.</summary>
internal static class OxfordPets
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("oxford-iiit-pet");
        var names = new SortedDictionary<int, string>();
        var items = new List<ImageItem>();
        foreach (var (list, split) in new[] { ("trainval.txt", DataSplit.Train), ("test.txt", DataSplit.Test) })
        {
            foreach (var line in folder.Lines("annotations", list))
            {
                if (line.Split(' ') is not [var image, var number, ..] || !int.TryParse(number, out var label) || label < 1 || !image.Contains('_', StringComparison.Ordinal))
                {
                    throw folder.Wrong("annotations/" + list, $"has the line '{line}', which is not an image and its numbers");
                }

                names[label] = image[..image.LastIndexOf('_')].Replace('_', ' ');
                items.Add(new ImageItem($"images/{image}.jpg") { Label = label - 1, Split = split, HasMask = folder.Has("annotations", "trimaps", image + ".png") });
            }
        }

        return folder.Files([.. names.Values], items, new Trimaps(i => folder.At("annotations", "trimaps", Path.GetFileNameWithoutExtension(items[i].Key) + ".png")));
    }

    // 1 animal, 2 background, 3 border.
    private sealed class Trimaps(Func<int, string> pathOf) : MaskSource
    {
        internal override (byte[] Pixels, int Height, int Width) Read(int index, Func<(int Height, int Width)> size)
        {
            using var image = PixelSource.ReadFile(pathOf(index), upright: false);
            var samples = image.Samples();
            var pixels = new byte[image.Width * image.Height];
            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = samples[i * image.Channels] == 1 ? (byte)255 : (byte)0;
            }

            return (pixels, image.Height, image.Width);
        }
    }
}
