using System.Text.Json;

namespace RobustVlm.Data.Sets;

/// <summary>The folder of a set while it is opened: finds files and says in one sentence what is missing.</summary>
internal sealed class SetFolder(DataSetInfo info, string path)
{
    internal static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".dcm", ".webp"];

    internal DataSetInfo Info => info;

    internal string Path => path;

    /// <summary>Goes into the folder that unpacking makes, where somebody named the one above it.</summary>
    internal SetFolder Inside(params string[] names)
    {
        foreach (var name in names)
        {
            var inner = System.IO.Path.Combine(path, name);
            if (Directory.Exists(inner))
            {
                return new SetFolder(info, inner).Inside(names[(Array.IndexOf(names, name) + 1)..]);
            }
        }

        return this;
    }

    internal string At(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([path, .. parts]);

    internal bool Has(params ReadOnlySpan<string> parts) => File.Exists(At(parts)) || Directory.Exists(At(parts));

    /// <summary>A file that must be there.</summary>
    internal string Required(params ReadOnlySpan<string> parts)
    {
        var file = At(parts);
        return File.Exists(file) ? file : throw Missing(string.Join('/', parts.ToArray()));
    }

    /// <summary>The first of several folders that is there.</summary>
    internal string Folder(params string[] names)
    {
        foreach (var name in names)
        {
            if (Directory.Exists(At(name)))
            {
                return At(name);
            }
        }

        throw Missing(string.Join("' nor '", names));
    }

    internal CsvTable Table(string name, params string[] required)
    {
        var packed = CsvTable.PackedOrNot(At(name));
        return File.Exists(packed) ? CsvTable.Read(packed, required) : throw Missing(name);
    }

    /// <summary>Lines of a text file, without empty ones.</summary>
    internal IReadOnlyList<string> Lines(params ReadOnlySpan<string> parts) =>
        [.. File.ReadLines(Required(parts)).Select(line => line.Trim()).Where(line => line.Length > 0)];

    /// <summary>Names of the folders in a folder, in ordinal order.</summary>
    internal static string[] FoldersIn(string folder) => [.. Directory.GetDirectories(folder).Select(inner => System.IO.Path.GetFileName(inner)).Order(StringComparer.Ordinal)];

    /// <summary>Images of a folder and those below it, relative to it, in ordinal order.</summary>
    internal static IEnumerable<string> ImagesIn(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => Extensions.Contains(System.IO.Path.GetExtension(file).ToLowerInvariant()))
        .Select(file => System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    internal Dictionary<string, List<string>> JsonLists(params string[] parts)
    {
        var file = Required(parts);
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, List<string>>>(File.ReadAllText(file)) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is not the JSON list of {info.Title}; copy it again.", e);
        }
    }

    /// <summary>A set of files below this folder; the key of an item is its path.</summary>
    internal ImageSet Files(IReadOnlyList<string> classes, IReadOnlyList<ImageItem> items, MaskSource? masks = null, Func<int, string>? texts = null, ImageTask? task = null) =>
        new(info, path, classes, items, new FilePixels(i => System.IO.Path.Combine(path, items[i].Key))) { Task = task ?? info.Task, Masks = masks, Texts = texts, Licence = LicenceOf(items) };

    // A table may tell the licence of each image.
    private string LicenceOf(IReadOnlyList<ImageItem> items) =>
        items.Select(item => item.Licence).Where(licence => licence.Length > 0).Distinct().Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } several ? string.Join("; ", several) : info.Licence;

    /// <summary>Items of a folder with one folder of images per class.</summary>
    internal IEnumerable<ImageItem> PerClass(string folder, IReadOnlyList<string> classes, DataSplit split)
    {
        var prefix = System.IO.Path.GetRelativePath(path, folder).Replace('\\', '/');
        foreach (var (label, name) in classes.Index())
        {
            var inner = System.IO.Path.Combine(folder, name);
            foreach (var image in Directory.Exists(inner) ? ImagesIn(inner) : [])
            {
                yield return new ImageItem(prefix == "." ? $"{name}/{image}" : $"{prefix}/{name}/{image}") { Label = label, Split = split };
            }
        }
    }

    internal InvalidDataException Wrong(string file, string problem) => new($"{System.IO.Path.Combine(path, file)} {problem}; check that it belongs to {info.Title}, or copy it again.");

    internal FileNotFoundException Missing(string what) =>
        new($"{path} holds no '{what}', which belongs to {info.Title}; expected is {info.Layout}{(info.Images > 0 ? $" Get it from {info.Address} ({info.Licence})." : "")}", System.IO.Path.Combine(path, what));
}
