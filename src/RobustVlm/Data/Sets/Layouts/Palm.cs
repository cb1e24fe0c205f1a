namespace RobustVlm.Data.Sets.Layouts;

/// <summary>PALM fundus images for pathologic myopia (Fu et al., 2019): H (high myopia), N (normal) or P (pathologic) begins a file's name.</summary>
internal static class Palm
{
    private static readonly string[] s_classes = ["no pathologic myopia", "pathologic myopia"];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("PALM-Training400").Inside("PALM-Training400");
        var items = new List<ImageItem>();
        foreach (var file in SetFolder.ImagesIn(folder.Path).Where(file => !file.Contains('/', StringComparison.Ordinal)))
        {
            items.Add(new ImageItem(file)
            {
                Label = file[0] switch { 'P' => 1, 'H' or 'N' => 0, _ => throw folder.Wrong(file, "is not named like H0001.jpg, N0001.jpg or P0001.jpg") },
            });
        }

        return folder.Files(s_classes, items);
    }
}
