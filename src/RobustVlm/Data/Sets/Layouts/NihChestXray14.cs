namespace RobustVlm.Data.Sets.Layouts;

/// <summary>NIH ChestX-ray14 (Wang et al., 2017, arXiv:1705.02315): 14 findings in one column, official lists by patient.</summary>
/// <remarks>The list for training and validation is one; it is all <see cref="DataSplit.Train"/> here, to be divided by patient.</remarks>
internal static class NihChestXray14
{
    private static readonly string[] s_findings =
    [
        "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia", "Pneumothorax",
        "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening", "Hernia",
    ];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var table = folder.Table(folder.Has("Data_Entry_2017_v2020.csv") ? "Data_Entry_2017_v2020.csv" : "Data_Entry_2017.csv", "Image Index", "Finding Labels", "Patient ID");
        var train = folder.Lines("train_val_list.txt").ToHashSet();
        var test = folder.Lines("test_list.txt").ToHashSet();
        var items = new ImageItem[table.Count];
        for (var row = 0; row < items.Length; row++)
        {
            var name = table[row, "Image Index"];
            items[row] = new ImageItem(name)
            {
                Findings = Values(table, row),
                Patient = table[row, "Patient ID"],
                Split = test.Contains(name) ? DataSplit.Test : train.Contains(name) ? DataSplit.Train : DataSplit.Unassigned,
            };
        }

        // The archives unpack into images_001/images to images_012/images; many put all into one folder.
        var places = new Lazy<Dictionary<string, string>>(() => Directory.GetDirectories(folder.Path, "images*")
            .SelectMany(inner => SetFolder.ImagesIn(inner).Select(image => Path.Combine(inner, image)))
            .DistinctBy(Path.GetFileName).ToDictionary(path => Path.GetFileName(path), path => path));
        return new ImageSet(folder.Info, folder.Path, s_findings, items, new FilePixels(i => places.Value.GetValueOrDefault(items[i].Key) ?? folder.At("images", items[i].Key))) { Task = folder.Info.Task };
    }

    private static float[] Values(CsvTable table, int row)
    {
        var values = new float[s_findings.Length];
        foreach (var name in table[row, "Finding Labels"].Split('|', StringSplitOptions.TrimEntries))
        {
            var place = Array.IndexOf(s_findings, name);
            if (place >= 0)
            {
                values[place] = 1;
            }
            else if (name != "No Finding")
            {
                throw table.Wrong(row, $"'{name}' is none of the 14 findings, nor 'No Finding'");
            }
        }

        return values;
    }
}
