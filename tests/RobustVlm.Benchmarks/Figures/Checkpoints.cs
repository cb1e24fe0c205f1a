namespace RobustVlm.Benchmarks.Figures;

/// <summary>The shipped models of the checkout that this program lies in.</summary>
internal static class Checkpoints
{
    /// <summary>Path of a model's weights.</summary>
    /// <param name="name">How the name of its folder begins, e.g. <c>mini-vit-</c>.</param>
    public static string Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var checkpoints = Path.Combine(folder.FullName, "data", "checkpoints");
            if (Directory.Exists(checkpoints))
            {
                return Directory.GetFiles(checkpoints, "*.safetensors", SearchOption.AllDirectories).FirstOrDefault(path => Path.GetFileName(Path.GetDirectoryName(path))?.StartsWith(name, StringComparison.Ordinal) == true)
                    ?? throw new FileNotFoundException($"{checkpoints} has no {name}…; restore it from the repository.");
            }
        }

        throw new DirectoryNotFoundException("No folder above this program holds data/checkpoints; run tests/bench inside a checkout.");
    }
}
