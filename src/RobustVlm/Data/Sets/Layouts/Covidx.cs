namespace RobustVlm.Data.Sets.Layouts;

/// <summary>COVIDx (Wang et al., 2020, arXiv:2003.09871): lists of patient, file, class and source.</summary>
internal static class Covidx
{
    private static readonly string[][] s_classes = [["normal", "pneumonia", "COVID-19"], ["negative", "positive"]];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var rows = new List<(string Patient, string File, string Class, DataSplit Split)>();
        foreach (var (part, split, list) in Lists(folder))
        {
            foreach (var line in folder.Lines(list))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var at = Array.FindLastIndex(words, word => s_classes.Any(names => names.Contains(word, StringComparer.OrdinalIgnoreCase)));
                if (at < 2)
                {
                    throw folder.Wrong(list, $"has the line '{line}', which is not a patient, a file and a class");
                }

                // Names of files may hold blanks; patients and classes do not.
                rows.Add((words[0], $"{part}/{string.Join(' ', words[1..at])}", words[at], split));
            }
        }

        var classes = s_classes.First(names => rows.Count == 0 || names.Contains(rows[0].Class, StringComparer.OrdinalIgnoreCase));
        if (rows.Find(row => !classes.Contains(row.Class, StringComparer.OrdinalIgnoreCase)) is { File: { } file } other)
        {
            throw new InvalidDataException($"The lists in {folder.Path} give {file} the class '{other.Class}', but {rows[0].File} '{rows[0].Class}', which is of another version of {folder.Info.Title}; copy lists of one version.");
        }

        return folder.Files(classes, [.. rows.Select(row => new ImageItem(row.File)
        {
            Label = Array.FindIndex(classes, name => name.Equals(row.Class, StringComparison.OrdinalIgnoreCase)),
            Patient = row.Patient,
            Split = row.Split,
        })]);
    }

    // A test image of one version may be a training image of another.
    private static IEnumerable<(string Part, DataSplit Split, string List)> Lists(SetFolder folder)
    {
        var version = "";
        foreach (var (part, split) in new[] { ("train", DataSplit.Train), ("val", DataSplit.Validation), ("test", DataSplit.Test) })
        {
            string[] lists = [.. Directory.EnumerateFiles(folder.Path, part + "*.txt").Select(list => Path.GetFileName(list)).Order(StringComparer.Ordinal)];
            if (lists.Length > 1)
            {
                throw new InvalidDataException($"{folder.Path} holds the lists {string.Join(", ", lists)}; keep those of one version of {folder.Info.Title} only.");
            }

            if (lists is not [var list])
            {
                if (split != DataSplit.Validation)
                {
                    throw folder.Missing($"{part}{(version.Length > 0 ? version : "_COVIDx5.txt")}");
                }

                continue;
            }

            version = split == DataSplit.Train ? list[part.Length..] : version;
            if (list[part.Length..] != version)
            {
                throw folder.Wrong(list, $"is of another version than train{version}");
            }

            yield return (part, split, list);
        }
    }
}
