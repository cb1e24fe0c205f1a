namespace RobustVlm.Data.Sets.Layouts;

/// <summary>SUN397 (Xiao et al., 2010): nested folders; ClassName.txt lists the classes as /a/abbey. No official parts, as in torchvision.</summary>
internal static class Sun397
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("SUN397");
        var classes = folder.Lines("ClassName.txt").Select(line => line.Length > 3 && line[0] == '/' ? line[1..] : throw folder.Wrong("ClassName.txt", $"has the line '{line}', which is no class like /a/abbey")).ToArray();
        return folder.Files([.. classes.Select(name => name[2..])], [.. folder.PerClass(folder.Path, classes, DataSplit.Unassigned)]);
    }
}
