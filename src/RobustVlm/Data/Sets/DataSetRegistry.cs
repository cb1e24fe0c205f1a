namespace RobustVlm.Data.Sets;

/// <summary>All image sets that can be opened, with licence, address and layout. Nothing is downloaded.</summary>
public static class DataSetRegistry
{
    /// <summary>The environment variable that names a folder in which each set has a folder of its name.</summary>
    public const string RootVariable = "ROBUSTVLM_DATA";

    private static readonly Dictionary<string, DataSetInfo> s_byName =
        MedicalSets.All.Concat(MedMnistSets.All).Concat(NaturalSets.All).ToDictionary(info => info.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All sets: medical ones, MedMNIST, natural images, somebody's own.</summary>
    public static IReadOnlyList<DataSetInfo> All { get; } = [.. s_byName.Values];

    /// <summary>What is known of a set.</summary>
    /// <param name="name">Its short name; case does not matter.</param>
    /// <exception cref="ArgumentException">There is no such set.</exception>
    public static DataSetInfo Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return s_byName.TryGetValue(name, out var info)
            ? info
            : throw new ArgumentException($"There is no image set '{name}'; known are {string.Join(", ", s_byName.Keys)}.", nameof(name));
    }

    /// <summary>Whether a set's folder is known and there.</summary>
    /// <param name="name">Its short name.</param>
    public static bool IsAvailable(string name) => FolderOf(Find(name)) is { } folder && Directory.Exists(folder);

    /// <summary>Opens a set; tables and lists are read, images are not.</summary>
    /// <param name="name">Its short name, e.g. <c>chexpert</c>; case does not matter.</param>
    /// <param name="folder">Where it was unpacked; null takes the set's environment variable, or the folder of its name in the one that <see cref="RootVariable"/> names.</param>
    /// <param name="options">Choices that concern some sets; null takes the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder; the message says where to get the set and how it must lie.</exception>
    /// <exception cref="FileNotFoundException">A table or list of the set is missing.</exception>
    /// <exception cref="InvalidDataException">A table or list is damaged or belongs to another set.</exception>
    public static IImageSet Open(string name, string? folder = null, ImageSetOptions? options = null)
    {
        var info = Find(name);
        var chosen = folder ?? FolderOf(info);
        if (chosen is null || !Directory.Exists(chosen))
        {
            throw new DirectoryNotFoundException(info.HowToGetIt(chosen));
        }

        return info.Reader(new SetFolder(info, Path.GetFullPath(chosen)), options ?? new ImageSetOptions());
    }

    private static string? FolderOf(DataSetInfo info)
    {
        var own = Environment.GetEnvironmentVariable(info.Variable);
        if (!string.IsNullOrWhiteSpace(own))
        {
            return own;
        }

        var root = Environment.GetEnvironmentVariable(RootVariable);
        return string.IsNullOrWhiteSpace(root) ? null : Path.Combine(root, info.Name);
    }
}
