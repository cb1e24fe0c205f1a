namespace RobustVlm.Data.Sets.Layouts;

/// <summary>
/// Somebody's own images: a folder of files and one CSV table in it, with the column <c>image</c> and, where there are any,
/// <c>label</c> (several separated by |), <c>text</c>, <c>split</c>, <c>patient</c>, <c>licence</c>; <c>masks.csv</c> lists image and mask.
/// </summary>
internal static class OwnTable
{
    private const string MaskTable = "masks.csv";

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var table = CsvTable.Read(FindTable(folder.Path), ["image"], "Rename the column that holds the file names to image.");
        var rows = Enumerable.Range(0, table.Count).Where(row => table[row, "image"].Length > 0).ToArray();
        var masks = Masks(folder);
        var several = rows.Any(row => table[row, "label"].Contains('|', StringComparison.Ordinal));
        string[] LabelsOf(int row) => several ? table[row, "label"].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : table[row, "label"] is { Length: > 0 } one ? [one] : [];
        var classes = rows.SelectMany(LabelsOf).Distinct().Order(StringComparer.Ordinal).ToArray();
        var places = classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var items = new ImageItem[rows.Length];
        for (var i = 0; i < items.Length; i++)
        {
            var labels = LabelsOf(rows[i]);
            var image = table[rows[i], "image"];
            items[i] = new ImageItem(image)
            {
                Label = !several && labels is [var only] ? places[only] : -1,
                Findings = several ? [.. classes.Select(name => labels.Contains(name) ? 1f : 0f)] : [],
                Text = table[rows[i], "text"],
                Patient = table[rows[i], "patient"],
                Split = SplitOf(table[rows[i], "split"]),
                HasMask = masks.Contains(image),
                Licence = table[rows[i], "licence"],
            };
        }

        var task = several ? ImageTask.MultiLabel : classes.Length > 0 ? ImageTask.SingleLabel : ImageTask.ImageText;
        return folder.Files(classes, items, new FileMasks(i => [.. masks[items[i].Key].Select(mask => folder.At(mask))]), task: task);
    }

    /// <summary>The one table of a folder, or the one named after it.</summary>
    internal static string FindTable(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        }

        if (!Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(file => SetFolder.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())))
        {
            throw new InvalidDataException($"The folder {folder} holds no image; expected are files ending in {string.Join(", ", SetFolder.Extensions)}.");
        }

        var tables = Directory.GetFiles(folder, "*.csv").Where(table => Path.GetFileName(table) != MaskTable).ToArray();
        var own = Array.Find(tables, table => Path.GetFileNameWithoutExtension(table) == new DirectoryInfo(folder).Name);
        return (own, tables) switch
        {
            (not null, _) => own,
            (_, [var only]) => only,
            (_, []) => throw new InvalidDataException($"The folder {folder} holds no CSV table; add one with the columns image and label."),
            _ => throw new InvalidDataException($"The folder {folder} holds {tables.Length} CSV tables; keep one, or name the right one after the folder."),
        };
    }

    private static ILookup<string, string> Masks(SetFolder folder)
    {
        var table = folder.Has(MaskTable) ? folder.Table(MaskTable, "image", "mask") : null;
        return Enumerable.Range(0, table?.Count ?? 0).ToLookup(row => table![row, "image"], row => table![row, "mask"]);   // not null: there are rows
    }

    /// <summary>The part that somebody's own table names.</summary>
    internal static DataSplit SplitOf(string name) => name.ToLowerInvariant() switch
    {
        "train" or "training" => DataSplit.Train,
        "val" or "valid" or "validate" or "validation" => DataSplit.Validation,
        var other when other.StartsWith("test", StringComparison.Ordinal) => DataSplit.Test,
        _ => DataSplit.Unassigned,
    };
}
