using System.Globalization;
using System.Text.Json;

namespace RobustVlm.Data.Sets.Layouts;

/// <summary>RSNA Pneumonia Detection Challenge, stage 2 (Shih et al., 2019): DICOM images, boxes; the mask is the union of the boxes.</summary>
internal static class RsnaPneumonia
{
    private const string Mappings = "pneumonia-challenge-dataset-mappings_2018.json";

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

        // What the table calls a patient is one image. Its name in ChestX-ray14, PPPPPPPP_NNN.png, begins with the patient.
        var patients = folder.Has(Mappings) ? Patients(folder) : null;
        string[] names = [.. boxes.Keys];
        var items = boxes.Select(entry => new ImageItem($"stage_2_train_images/{entry.Key}.dcm")
        {
            Label = entry.Value.Count > 0 ? 1 : 0,
            Patient = patients?.GetValueOrDefault(entry.Key) ?? entry.Key,
            HasMask = true,
        }).ToArray();
        var masks = new DrawnMasks((index, mask, height, width) =>
        {
            foreach (var box in boxes[names[index]])
            {
                MaskShapes.Box(mask, height, width, box[0], box[1], box[2], box[3]);
            }
        });
        var set = folder.Files(["no pneumonia", "pneumonia"], items, masks);
        var unknown = names.Count(name => patients?.ContainsKey(name) != true);
        return patients is null ? set.WithNote($"Images of one person cannot be told, so each counts as a patient of its own; put {Mappings} of the same challenge beside the table to tell them.")
            : unknown > 0 ? set.WithNote($"{unknown} images are not in {Mappings}, so each of them counts as a patient of its own.")
            : set;
    }

    private static Dictionary<string, string> Patients(SetFolder folder)
    {
        try
        {
            using var list = JsonDocument.Parse(File.ReadAllBytes(folder.At(Mappings)));
            var patients = new Dictionary<string, string>();
            foreach (var entry in list.RootElement.EnumerateArray())
            {
                if (entry.GetProperty("subset_img_id").GetString() is not { } id || entry.GetProperty("img_id").GetString() is not { } name || name.IndexOf('_', StringComparison.Ordinal) is not (> 0 and var end))
                {
                    throw folder.Wrong(Mappings, "has an entry that names no image of ChestX-ray14");
                }

                patients[id] = name[..end];
            }

            return patients;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw folder.Wrong(Mappings, "is no list of images with subset_img_id and img_id");
        }
    }

    private static double Number(CsvTable table, int row, string column) =>
        double.TryParse(table[row, column], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw table.Wrong(row, $"'{table[row, column]}' is not a number for {column}");
}
