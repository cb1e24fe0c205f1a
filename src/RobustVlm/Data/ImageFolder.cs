using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RobustVlm.Data.Sets;
using RobustVlm.Data.Sets.Layouts;
using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>
/// Reads somebody's own images: a folder of PNG, JPEG, TIFF or DICOM files and one CSV table in it, with the columns
/// <c>image</c> (file name relative to the folder) and <c>label</c>; <c>split</c> (train or test; what is for validation is trained on) and <c>patient</c> are used when present.
/// </summary>
/// <remarks>
/// Several labels in one field are separated by <c>|</c>. A set with such fields becomes a two-class problem: the most
/// frequent label alone against everything else. Classes with fewer than <see cref="SmallestClass"/> images are left out.
/// </remarks>
public static class ImageFolder
{
    /// <summary>Fewest images of a class that is kept.</summary>
    public const int SmallestClass = 10;

    private static readonly string[] s_columns = ["image", "label"];

    /// <summary>Reads all images into memory.</summary>
    /// <param name="folder">The folder with the table.</param>
    /// <param name="size">Side of the images in pixels: a centred square, scaled.</param>
    /// <param name="grey">Whether to read one channel; else RGB.</param>
    /// <param name="progress">Told the share that is done, in [0, 1].</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There is no table, no image, a missing column, an unreadable image, or only one class.</exception>
    public static LabelledImages Load(string folder, int size, bool grey = true, IProgress<double>? progress = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var rows = ReadTable(folder).Where(row => row.Image.Length > 0 && row.Label.Length > 0).ToArray();
        if (rows.Length == 0)
        {
            throw new InvalidDataException($"The table in {folder} lists no image with a label.");
        }

        var notes = new List<string>();
        var named = Classes(rows, notes);
        var classes = named.Select(n => n.Class).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (classes.Length < 2)
        {
            throw new InvalidDataException($"The table in {folder} has only one class with at least {SmallestClass} images; two are needed to tell them apart.");
        }

        var isTest = Split(named, notes);
        var pixels = new List<Tensor>();
        foreach (var (row, _) in named)
        {
            pixels.Add(ImageFile.Read(Path.Combine(folder, row.Image), grey, size).DetachFromDisposeScope());
            progress?.Report((double)pixels.Count / named.Count);
        }

        var images = stack(pixels);
        pixels.ForEach(image => image.Dispose());
        var labels = tensor(named.Select(n => (long)Array.IndexOf(classes, n.Class)).ToArray());
        return new LabelledImages(images, labels, classes, [.. named.Select(n => n.Row.Image)], isTest, notes);
    }

    private static IEnumerable<ImageFolderRow> ReadTable(string folder)
    {
        var table = CsvTable.Read(OwnTable.FindTable(folder), s_columns, "Rename the columns that hold the file names and the classes to image and label.");
        return Enumerable.Range(0, table.Count).Select(row => new ImageFolderRow(table[row, "image"], table[row, "label"], table[row, "split"], table[row, "patient"]));
    }

    private static List<(ImageFolderRow Row, string Class)> Classes(ImageFolderRow[] rows, List<string> notes)
    {
        var named = rows.Select(row => (Row: row, Class: row.Label)).ToList();
        if (rows.Any(row => row.Label.Contains('|', StringComparison.Ordinal)))
        {
            var commonest = rows.GroupBy(row => row.Label).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).First().Key;
            var rest = "not " + commonest;
            named = [.. rows.Select(row => (row, row.Label == commonest ? commonest : rest))];
            notes.Add($"Images carry several labels, so the two classes are '{commonest}' and '{rest}'.");
        }

        var small = named.GroupBy(n => n.Class).Where(group => group.Count() < SmallestClass).ToArray();
        if (small.Length > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{small.Sum(group => group.Count())} images of {small.Length} classes with fewer than {SmallestClass} images were left out."));
            var dropped = small.Select(group => group.Key).ToHashSet();
            named.RemoveAll(n => dropped.Contains(n.Class));
        }

        return named;
    }

    // A patient's images stay together; the hash keeps the division the same on every machine and when images are added.
    private static bool[] Split(List<(ImageFolderRow Row, string Class)> named, List<string> notes)
    {
        var isTest = named.ConvertAll(n => OwnTable.SplitOf(n.Row.Split) == DataSplit.Test);
        if (isTest.Contains(true) && isTest.Contains(false))
        {
            return [.. Given(named, isTest, notes)];
        }

        var known = named.Count(n => n.Row.Patient.Length > 0);
        var unit = known == 0 ? "images" : known == named.Count ? "patients" : $"patients (each of {named.Count - known} images without one counts as a patient)";
        var reason = named.Any(n => n.Row.Split.Length > 0) ? "The table's split column does not name both images for testing and others" : "The table has no split column";
        notes.Add($"{reason}, so about 30 % of the {unit} were set aside for testing.");
        return [.. named.Select(n => SHA256.HashData(Encoding.UTF8.GetBytes(n.Row.Patient.Length > 0 ? n.Row.Patient : n.Row.Image))[0] < 77)];
    }

    // Images for training whose patients are tested on would raise the numbers, so they go.
    private static List<bool> Given(List<(ImageFolderRow Row, string Class)> named, List<bool> isTest, List<string> notes)
    {
        var items = named.Select((n, i) => new ImageItem(n.Row.Image) { Patient = n.Row.Patient, Split = isTest[i] ? DataSplit.Test : DataSplit.Train }).ToArray();
        var apart = ImageSet.KeepPatientsApart(items, []);
        var kept = Enumerable.Range(0, items.Length).Where(i => apart[i].Split != DataSplit.Unassigned).ToArray();
        if (kept.Length < items.Length)
        {
            notes.Add($"{items.Length - kept.Length} images for training were left out, since other images of the same patients are for testing.");
            var rest = kept.Select(i => named[i]).ToArray();
            named.Clear();
            named.AddRange(rest);
        }

        return [.. kept.Select(i => isTest[i])];
    }

    private sealed record ImageFolderRow(string Image, string Label, string Split, string Patient);
}
