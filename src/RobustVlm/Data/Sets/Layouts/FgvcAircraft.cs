namespace RobustVlm.Data.Sets.Layouts;

/// <summary>FGVC-Aircraft (Maji et al., 2013, arXiv:1306.5151) by variant: lists of image and class.</summary>
internal static class FgvcAircraft
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("fgvc-aircraft-2013b").Inside("data");
        var classes = folder.Lines("variants.txt").ToArray();
        var items = new List<ImageItem>();
        foreach (var (part, split) in new[] { ("train", DataSplit.Train), ("val", DataSplit.Validation), ("test", DataSplit.Test) })
        {
            var list = $"images_variant_{part}.txt";
            foreach (var line in folder.Lines(list))
            {
                var blank = line.IndexOf(' ', StringComparison.Ordinal);
                var label = blank > 0 ? Array.IndexOf(classes, line[(blank + 1)..].Trim()) : -1;
                items.Add(label >= 0
                    ? new ImageItem($"images/{line[..blank]}.jpg") { Label = label, Split = split }
                    : throw folder.Wrong(list, $"has the line '{line}', which is not an image and a class in variants.txt"));
            }
        }

        return folder.Files(classes, items);
    }
}
