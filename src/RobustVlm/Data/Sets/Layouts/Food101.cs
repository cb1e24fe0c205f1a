namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Food-101 (Bossard et al., 2014): JSON lists of class/number for training and test.</summary>
internal static class Food101
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("food-101");
        var (train, test) = (folder.JsonLists("meta", "train.json"), folder.JsonLists("meta", "test.json"));
        var classes = train.Keys.Union(test.Keys).Order(StringComparer.Ordinal).ToArray();
        IEnumerable<ImageItem> Part(Dictionary<string, List<string>> lists, DataSplit split) => classes.Index().SelectMany(
            entry => lists.GetValueOrDefault(entry.Item, []).Select(image => new ImageItem($"images/{image}.jpg") { Label = entry.Index, Split = split }));
        return folder.Files(classes, [.. Part(train, DataSplit.Train), .. Part(test, DataSplit.Test)]);
    }
}
