namespace RobustVlm.Data.Sets.Layouts;

/// <summary>COVIDx (Wang et al., 2020, arXiv:2003.09871): lists of patient, file, class and source.</summary>
internal static class Covidx
{
    private static readonly string[][] s_classes = [["normal", "pneumonia", "COVID-19"], ["negative", "positive"]];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var rows = new List<(string Patient, string File, string Class, DataSplit Split)>();
        foreach (var (part, split) in new[] { ("train", DataSplit.Train), ("val", DataSplit.Validation), ("test", DataSplit.Test) })
        {
            var list = Directory.EnumerateFiles(folder.Path, part + "*.txt").Order(StringComparer.Ordinal).FirstOrDefault();
            if (list is null)
            {
                if (split == DataSplit.Validation)
                {
                    continue;
                }

                throw folder.Missing(part + "_COVIDx5.txt");
            }

            foreach (var line in folder.Lines(Path.GetFileName(list)))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var at = Array.FindLastIndex(words, word => s_classes.Any(names => names.Contains(word, StringComparer.OrdinalIgnoreCase)));
                if (at < 2)
                {
                    throw new InvalidDataException($"{list} has the line '{line}', which is not a patient, a file and a class; copy it again.");
                }

                // Names of files may hold blanks; patients and classes do not.
                rows.Add((words[0], $"{part}/{string.Join(' ', words[1..at])}", words[at], split));
            }
        }

        var classes = s_classes.First(names => rows.Count == 0 || names.Contains(rows[0].Class, StringComparer.OrdinalIgnoreCase));
        return folder.Files(classes, [.. rows.Select(row => new ImageItem(row.File)
        {
            Label = Array.FindIndex(classes, name => name.Equals(row.Class, StringComparison.OrdinalIgnoreCase)),
            Patient = row.Patient,
            Split = row.Split,
        })]);
    }
}
