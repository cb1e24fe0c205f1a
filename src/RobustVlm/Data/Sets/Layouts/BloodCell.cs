namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Blood Cell Images (P. Mooney, Kaggle): four kinds of white cells. TRAIN trains, TEST validates, TEST_SIMPLE tests, as in MeLo's code (Zhu et al., 2023).</summary>
internal static class BloodCell
{
    private static readonly string[] s_classes = ["EOSINOPHIL", "LYMPHOCYTE", "MONOCYTE", "NEUTROPHIL"];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("dataset2-master").Inside("dataset2-master", "images");
        var items = new List<ImageItem>();
        foreach (var (name, split) in new[] { ("TRAIN", DataSplit.Train), ("TEST", DataSplit.Validation), ("TEST_SIMPLE", DataSplit.Test) })
        {
            items.AddRange(folder.PerClass(folder.Folder(name), s_classes, split));
        }

        return folder.Files(s_classes, items)
            .WithNote("The images are augmented from few originals, and the set does not say which belong together: its parts may share originals.");
    }
}
