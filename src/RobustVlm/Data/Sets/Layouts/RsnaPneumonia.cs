using System.Globalization;

namespace RobustVlm.Data.Sets.Layouts;

/// <summary>RSNA Pneumonia Detection Challenge, stage 2 (Shih et al., 2019): DICOM images, boxes; the mask is the union of the boxes.</summary>
internal static class RsnaPneumonia
{
    private static readonly string[] s_sides = ["x", "y", "width", "height"];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var table = folder.Table("stage_2_train_labels.csv", "patientId", "x", "y", "width", "height", "Target");
        var boxes = new Dictionary<string, List<double[]>>();
        for (var row = 0; row < table.Count; row++)
        {
            var id = table[row, "patientId"];
            if (!boxes.TryGetValue(id, out var list))
            {
                boxes[id] = list = [];
            }

            if (table[row, "Target"] is "1")
            {
                list.Add([.. s_sides.Select(name => Number(table, row, name))]);
            }
            else if (table[row, "Target"] is not "0")
            {
                throw table.Wrong(row, $"'{table[row, "Target"]}' is not 0 or 1 for Target");
            }
        }

        // A patient has one image here, named after him.
        var items = boxes.Select(entry => new ImageItem($"stage_2_train_images/{entry.Key}.dcm")
        {
            Label = entry.Value.Count > 0 ? 1 : 0,
            Patient = entry.Key,
            HasMask = true,
        }).ToArray();
        var masks = new DrawnMasks((index, mask, height, width) =>
        {
            foreach (var box in boxes[items[index].Patient])
            {
                MaskShapes.Box(mask, height, width, box[0], box[1], box[2], box[3]);
            }
        });
        return folder.Files(["no pneumonia", "pneumonia"], items, masks);
    }

    private static double Number(CsvTable table, int row, string column) =>
        double.TryParse(table[row, column], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw table.Wrong(row, $"'{table[row, column]}' is not a number for {column}");
}
