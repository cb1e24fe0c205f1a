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
            .SelectMany(part => folder.Lines("labels", $"{part.Item1}{options.DtdSplit}.txt").Select(line => (Line: line, Class: line.Split('/')[0], Split: part.Item2))).ToArray();
        var classes = rows.Select(row => row.Class).Distinct().Order(StringComparer.Ordinal).ToArray();
        return folder.Files(classes, [.. rows.Select(row => new ImageItem($"images/{row.Line}") { Label = Array.BinarySearch(classes, row.Class, StringComparer.Ordinal), Split = row.Split })]);
    }
}
