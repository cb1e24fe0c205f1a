using System.Globalization;
using System.Text.RegularExpressions;

namespace RobustVlm.Data.Sets.Layouts;

/// <summary>CheXpert (Irvin et al., 2019, arXiv:1901.07031): tables of paths and 14 findings, 1, 0, -1 (uncertain) or empty.</summary>
internal static partial class Chexpert
{
    internal static readonly string[] Findings =
    [
        "No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema", "Consolidation", "Pneumonia",
        "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices",
    ];

    private static readonly (string Table, DataSplit Split)[] s_tables = [("train.csv", DataSplit.Train), ("valid.csv", DataSplit.Validation), ("test.csv", DataSplit.Test)];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("CheXpert-v1.0-small", "CheXpert-v1.0");
        var items = new List<ImageItem>();
        foreach (var (name, split) in s_tables)
        {
            if (split == DataSplit.Train || folder.Has(name))
            {
                var table = folder.Table(name, ["Path", .. Findings]);
                items.AddRange(Enumerable.Range(0, table.Count).Select(row => Item(table, row, split)).Where(item => !options.FrontalOnly || item.Key.Contains("frontal", StringComparison.OrdinalIgnoreCase)));
            }
        }

        return folder.Files(Findings, items);
    }

    internal static float[] Values(CsvTable table, int row) => Array.ConvertAll(Findings, finding => table[row, finding] switch
    {
        "" => ImageItem.Unknown,
        var text when float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is 0 or 1 or -1 => value,
        var text => throw table.Wrong(row, $"'{text}' is not 1, 0, -1 or empty for {finding}"),
    });

    // The tables name the outermost folder too.
    private static ImageItem Item(CsvTable table, int row, DataSplit split)
    {
        var path = table[row, "Path"];
        var match = PatientFolder().Match(path);
        if (!match.Success)
        {
            throw table.Wrong(row, $"the path '{path}' names no patient (.../patient00001/study1/view1_frontal.jpg)");
        }

        return new ImageItem(path[match.Index..]) { Findings = Values(table, row), Patient = match.Groups[2].Value, Split = split };
    }

    [GeneratedRegex("(train|valid|test)/(patient[0-9]+)/")]
    private static partial Regex PatientFolder();
}
