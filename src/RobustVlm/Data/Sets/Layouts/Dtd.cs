namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Describable Textures (Cimpoi et al., 2014): ten official divisions into three parts as lists of class/file.</summary>
internal static class Dtd
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("dtd").Inside("dtd");
        if (options.DtdSplit is < 1 or > 10)
        {
            throw new ArgumentException($"DTD has the divisions 1 to 10, not {options.DtdSplit}.", nameof(options));
        }

        var rows = new[] { ("train", DataSplit.Train), ("val", DataSplit.Validation), ("test", DataSplit.Test) }
            .SelectMany(part => Rows(folder, $"{part.Item1}{options.DtdSplit}.txt", part.Item2)).ToArray();
        var classes = rows.Select(row => row.Class).Distinct().Order(StringComparer.Ordinal).ToArray();
        return folder.Files(classes, [.. rows.Select(row => new ImageItem($"images/{row.Line}") { Label = Array.BinarySearch(classes, row.Class, StringComparer.Ordinal), Split = row.Split })]);
    }

    private static IEnumerable<(string Line, string Class, DataSplit Split)> Rows(SetFolder folder, string list, DataSplit split) =>
        folder.Lines("labels", list).Select(line => line.Split('/') is [var name, _]
            ? (line, name, split)
            : throw folder.Wrong("labels/" + list, $"has the line '{line}', which is not a class and a file"));
}
