namespace RobustVlm.Data.Sets.Layouts;

/// <summary>ImageNet-1k (Deng et al., 2009) in torchvision's folders, and Tiny ImageNet (Stanford CS231n) as it is unpacked.</summary>
internal static class ImageNets
{
    internal static ImageSet Full(SetFolder folder, ImageSetOptions options)
    {
        var parts = new[] { ("train", DataSplit.Train), ("val", DataSplit.Validation) }.Where(part => folder.Has(part.Item1)).ToArray();
        var ids = parts.SelectMany(part => SetFolder.FoldersIn(folder.At(part.Item1))).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (parts.Length == 0 || ids.Length == 0)
        {
            throw folder.Missing("val");
        }

        return folder.Files(Names(folder, ids, "LOC_synset_mapping.txt", ' '), [.. parts.SelectMany(part => folder.PerClass(folder.At(part.Item1), ids, part.Item2))]);
    }

    internal static ImageSet Tiny(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("tiny-imagenet-200");
        var ids = folder.Lines("wnids.txt").Order(StringComparer.Ordinal).ToArray();
        var items = folder.PerClass(folder.Folder("train"), ids, DataSplit.Train).ToList();
        foreach (var line in folder.Lines("val", "val_annotations.txt"))
        {
            var label = line.Split('\t') is [_, var id, ..] ? Array.BinarySearch(ids, id, StringComparer.Ordinal) : -1;
            items.Add(label >= 0
                ? new ImageItem($"val/images/{line.Split('\t')[0]}") { Label = label, Split = DataSplit.Validation }
                : throw folder.Wrong("val/val_annotations.txt", $"has the line '{line}', which is not an image and a class in wnids.txt"));
        }

        return folder.Files(Names(folder, ids, "words.txt", '\t'), items);
    }

    // The first name of a class stands for it.
    private static string[] Names(SetFolder folder, string[] ids, string file, char separator)
    {
        var names = new Dictionary<string, string>();
        foreach (var line in folder.Has(file) ? folder.Lines(file) : [])
        {
            var end = line.IndexOf(separator, StringComparison.Ordinal);
            if (end > 0)
            {
                names[line[..end]] = line[(end + 1)..].Split(',')[0].Trim();
            }
        }

        return Array.ConvertAll(ids, id => names.GetValueOrDefault(id, id));
    }
}
