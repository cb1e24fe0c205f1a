namespace RobustVlm.Data.Sets.Layouts;

/// <summary>ROCO (Pelka et al., 2018): figures of medical papers with captions; as its authors pack it, or as the table-based copy.</summary>
internal static class Roco
{
    private static readonly (string Folder, DataSplit Split, string Table)[] s_parts =
        [("train", DataSplit.Train, "traindata.csv"), ("validation", DataSplit.Validation, "valdata.csv"), ("test", DataSplit.Test, "testdata.csv")];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("all_data", "data");
        var kind = options.NonRadiology ? "non-radiology" : "radiology";
        var items = new List<ImageItem>();
        foreach (var (name, split, table) in s_parts)
        {
            string[] tables = [$"{name}/{kind}{table}", $"{name}/{kind}/{kind}{table}"];
            items.AddRange(Array.Find(tables, place => folder.Has(place)) is { } found
                ? FromTable(folder, $"{name}/{kind}", found, split)
                : FromList(folder, $"{name}/{kind}", split));
        }

        return folder.Files([], items);
    }

    private static IEnumerable<ImageItem> FromTable(SetFolder folder, string inner, string file, DataSplit split)
    {
        var table = folder.Table(file, "name", "caption");
        return Enumerable.Range(0, table.Count).Select(row => new ImageItem($"{inner}/images/{table[row, "name"]}") { Text = table[row, "caption"], Split = split });
    }

    private static IEnumerable<ImageItem> FromList(SetFolder folder, string inner, DataSplit split)
    {
        foreach (var line in folder.Lines($"{inner}/captions.txt"))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab <= 0)
            {
                throw folder.Wrong($"{inner}/captions.txt", $"has the line '{line}', which is not a name, a tabulator and a caption");
            }

            yield return new ImageItem($"{inner}/images/{line[..tab]}.jpg") { Text = line[(tab + 1)..].Trim(), Split = split };
        }
    }
}
