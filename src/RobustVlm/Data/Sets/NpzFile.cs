using System.IO.Compression;

namespace RobustVlm.Data.Sets;

/// <summary>A zip file of NumPy arrays (<c>.npz</c>); each array is read when it is asked for, once.</summary>
internal sealed class NpzFile(string path)
{
    private readonly Dictionary<string, Lazy<NpyArray>> _arrays = [];
    private readonly Lock _gate = new();

    internal string Path => path;

    /// <summary>Reads an array, or gives the one that was read.</summary>
    /// <exception cref="InvalidDataException">The file or the array is damaged or missing.</exception>
    internal NpyArray Array(string name)
    {
        Lazy<NpyArray>? lazy;
        lock (_gate)
        {
            if (!_arrays.TryGetValue(name, out lazy))
            {
                _arrays[name] = lazy = new Lazy<NpyArray>(() => Read(path, name));
            }
        }

        return lazy.Value;
    }

    internal static NpyArray Read(string path, string name)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var entry = zip.GetEntry(name + ".npy")
                ?? throw new InvalidDataException($"{path} has no array '{name}'; it has {string.Join(", ", zip.Entries.Take(12).Select(e => System.IO.Path.GetFileNameWithoutExtension(e.Name)))}.");
            using var stream = entry.Open();
            return NpyArray.Read(stream, $"The array {name} of {path}");
        }
        catch (Exception e) when (e is EndOfStreamException or NotSupportedException or ArgumentException or IOException and not FileNotFoundException
            || (e is InvalidDataException && e.Source?.StartsWith("System.IO.Compression", StringComparison.Ordinal) == true))
        {
            throw new InvalidDataException($"{path} is not a usable .npz file: its zip structure is damaged; copy it again.", e);
        }
    }
}
