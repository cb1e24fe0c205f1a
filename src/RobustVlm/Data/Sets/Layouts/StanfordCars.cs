namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Stanford Cars (Krause et al., 2013): labels as structures in MATLAB files. Without the file of test labels only the training part is read.</summary>
internal static class StanfordCars
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("stanford_cars");
        var meta = MatFile.Read(folder.Required("devkit", "cars_meta.mat")).GetValueOrDefault("class_names") as object[] ?? throw folder.Wrong("devkit/cars_meta.mat", "has no list 'class_names'");
        var classes = meta.Select(name => name as string ?? "").ToArray();
        var items = Part(folder, folder.Required("devkit", "cars_train_annos.mat"), "cars_train", DataSplit.Train, classes.Length);
        var test = folder.Has("cars_test_annos_withlabels.mat");
        return folder.Files(classes, test ? [.. items, .. Part(folder, folder.At("cars_test_annos_withlabels.mat"), "cars_test", DataSplit.Test, classes.Length)] : [.. items])
            is var set && test ? set : set.WithNote("cars_test_annos_withlabels.mat is not there, so only the training part was read.");
    }

    private static IEnumerable<ImageItem> Part(SetFolder folder, string file, string images, DataSplit split, int classes)
    {
        var rows = MatFile.Read(file).GetValueOrDefault("annotations") as List<Dictionary<string, object>> ?? throw folder.Wrong(Path.GetFileName(file), "has no structure 'annotations'");
        foreach (var row in rows)
        {
            if (row.GetValueOrDefault("fname") is not string name || row.GetValueOrDefault("class") is not double[] number || number is not [>= 1] || number[0] > classes)
            {
                throw folder.Wrong(Path.GetFileName(file), "has an entry without a file and one of the classes");
            }

            yield return new ImageItem($"{images}/{name}") { Label = (int)number[0] - 1, Split = split };
        }
    }
}
