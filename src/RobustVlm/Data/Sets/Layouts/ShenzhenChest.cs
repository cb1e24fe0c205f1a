using System.Text.RegularExpressions;

namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Shenzhen chest radiographs for tuberculosis (Jaeger et al., 2014): the class is the last digit of the file's name.</summary>
/// <remarks>Each patient has one image. Texts are the clinical readings; masks are those of Stirenko et al. (2018) where they lie in <c>mask</c>.</remarks>
internal static partial class ShenzhenChest
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("ChinaSet_AllFiles");
        var images = folder.Folder("CXR_png", "images");
        var inner = Path.GetFileName(images);
        var items = new List<ImageItem>();
        foreach (var file in SetFolder.ImagesIn(images))
        {
            var match = Name().Match(file);
            if (!match.Success)
            {
                throw folder.Wrong($"{inner}/{file}", "is not named like CHNCXR_0001_0.png");
            }

            var mask = folder.Has("mask", Path.GetFileNameWithoutExtension(file) + "_mask.png");
            items.Add(new ImageItem($"{inner}/{file}") { Label = match.Groups[2].Value[0] - '0', Patient = match.Groups[1].Value, HasMask = mask });
        }

        string Sibling(int index, string name, string ending) => folder.At(name, Path.GetFileNameWithoutExtension(items[index].Key) + ending);
        return folder.Files(["normal", "tuberculosis"], items, new FileMasks(i => [Sibling(i, "mask", "_mask.png")]), i =>
        {
            var reading = Sibling(i, "ClinicalReadings", ".txt");
            return File.Exists(reading) ? File.ReadAllText(reading).Trim() : "";
        });
    }

    [GeneratedRegex(@"^CHNCXR_([0-9]+)_([01])\.")]
    private static partial Regex Name();
}
