namespace RobustVlm.Data.Sets.Layouts;

/// <summary>One folder per class, as torchvision's ImageFolder reads it; below train, val and test where there are such folders.</summary>
internal static class ClassFolders
{
    private static readonly (string Folder, DataSplit Split)[] s_parts =
        [("train", DataSplit.Train), ("val", DataSplit.Validation), ("valid", DataSplit.Validation), ("validation", DataSplit.Validation), ("test", DataSplit.Test)];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var parts = s_parts.Where(part => folder.Has(part.Folder)).ToArray();
        if (parts.Length == 0)
        {
            return Whole(folder, folder.Path, name => name);
        }

        var classes = parts.SelectMany(part => SetFolder.FoldersIn(folder.At(part.Folder))).Distinct().Order(StringComparer.Ordinal).ToArray();
        return folder.Files(classes, [.. parts.SelectMany(part => folder.PerClass(folder.At(part.Folder), classes, part.Split))]);
    }

    /// <summary>A set without official parts.</summary>
    internal static ImageSet Whole(SetFolder folder, string root, Func<string, string> display, Func<string, bool>? keep = null)
    {
        var classes = SetFolder.FoldersIn(root).Where(name => keep?.Invoke(name) ?? true).ToArray();
        return folder.Files([.. classes.Select(display)], [.. folder.PerClass(root, classes, DataSplit.Unassigned)]);
    }

    internal static ImageSet EuroSat(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("eurosat");
        return Whole(folder, folder.Folder("2750"), name => name);
    }

    internal static ImageSet Caltech101(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("caltech101");
        return Whole(folder, folder.Folder("101_ObjectCategories"), name => name, name => name != "BACKGROUND_Google");
    }

    // Folders are called 001.ak47; the last one, 257.clutter, is read too, as torchvision does.
    internal static ImageSet Caltech256(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("caltech256");
        return Whole(folder, folder.Folder("256_ObjectCategories"), name => name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]);
    }
}
