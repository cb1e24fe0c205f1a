namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Oxford 102 Flower (Nilsback and Zisserman, 2008): labels and parts in MATLAB files. The files hold no names of classes.</summary>
internal static class Flowers102
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("flowers-102");
        var labels = Numbers(folder, "imagelabels.mat", "labels");
        var items = new List<ImageItem>();
        foreach (var (name, split) in new[] { ("trnid", DataSplit.Train), ("valid", DataSplit.Validation), ("tstid", DataSplit.Test) })
        {
            foreach (var id in Numbers(folder, "setid.mat", name))
            {
                if (id < 1 || id > labels.Length || labels[(int)id - 1] < 1)
                {
                    throw folder.Wrong("setid.mat", $"has the image {id}, for which imagelabels.mat has no label");
                }

                items.Add(new ImageItem($"jpg/image_{(int)id:00000}.jpg") { Label = (int)labels[(int)id - 1] - 1, Split = split });
            }
        }

        return folder.Files([.. Enumerable.Range(1, (int)labels.DefaultIfEmpty(0).Max()).Select(number => $"flower {number}")], items);
    }

    private static double[] Numbers(SetFolder folder, string file, string name) =>
        MatFile.Read(folder.Required(file)).GetValueOrDefault(name) as double[] ?? throw folder.Wrong(file, $"has no numbers '{name}'");
}
