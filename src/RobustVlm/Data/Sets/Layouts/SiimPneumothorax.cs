namespace RobustVlm.Data.Sets.Layouts;

/// <summary>SIIM-ACR Pneumothorax Segmentation, stage 1: DICOM images in folders per study, masks as relative runs of 1024 x 1024 pixels.</summary>
/// <remarks>An image has several rows when it has several pneumothoraces; they are united. The folder of the study stands for the patient, who may have several.</remarks>
internal static class SiimPneumothorax
{
    private const int Side = 1024;

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var table = folder.Table("train-rle.csv", "ImageId", "EncodedPixels");
        var root = folder.Folder("dicom-images-train");
        var runs = new Dictionary<string, List<string>>();
        for (var row = 0; row < table.Count; row++)
        {
            if (!runs.TryGetValue(table[row, "ImageId"], out var list))
            {
                runs[table[row, "ImageId"]] = list = [];
            }

            var text = table[row, "EncodedPixels"];
            if (text.Length == 0)
            {
                throw table.Wrong(row, "it has no EncodedPixels, which are -1 where there is no pneumothorax; copy the table again");
            }

            if (text != "-1")
            {
                list.Add(text);
            }
        }

        var files = SetFolder.ImagesIn(root).DistinctBy(Path.GetFileNameWithoutExtension).ToDictionary(file => Path.GetFileNameWithoutExtension(file)!);   // not null: files have names
        var items = runs.Select(entry => files.TryGetValue(entry.Key, out var file)
            ? new ImageItem($"dicom-images-train/{file}") { Label = entry.Value.Count > 0 ? 1 : 0, HasMask = true, Patient = file.Contains('/', StringComparison.Ordinal) ? file.Split('/')[0] : "" }
            : new ImageItem($"dicom-images-train/{entry.Key}.dcm") { Label = entry.Value.Count > 0 ? 1 : 0, HasMask = true }).ToArray();
        var masks = new DrawnMasks(
            (index, mask, height, width) => runs[Path.GetFileNameWithoutExtension(items[index].Key)].ForEach(text => MaskShapes.RelativeRuns(mask, height, width, text)), (Side, Side));
        var missing = items.Count(item => !files.ContainsKey(Path.GetFileNameWithoutExtension(item.Key)));
        var set = folder.Files(["no pneumothorax", "pneumothorax"], items, masks).WithNote("Each study counts as a patient of its own; further studies of the same person cannot be told.");
        return missing > 0 ? set.WithNote($"{missing} images of the table are not in dicom-images-train.") : set;
    }
}
