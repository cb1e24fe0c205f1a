using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>An open safetensors file: names, types and shapes at once, numbers when asked for.</summary>
/// <remarks>The file is mapped into memory, so loading one tensor reads only its own part.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    private SafetensorsFile(
        string path, MemoryMappedFile file, MemoryMappedViewAccessor view, SafetensorsHeader header, long dataStart)
    {
        FilePath = path;
        _file = file;
        _view = view;
        _header = header;
        _dataStart = dataStart;
    }

    /// <summary>The file as it was named to <see cref="Open"/>.</summary>
    public string FilePath { get; }

    /// <summary>Name to place of every tensor.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Text stored beside the tensors; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a complete safetensors file; the message says what is wrong.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw SafetensorsHeader.Broken(path, "it is a folder");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {path}; check the path or make the file first.", path);
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var (header, dataStart) = ReadHeader(stream, path);
        var file = MemoryMappedFile.CreateFromFile(
            path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        return new SafetensorsFile(
            path, file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), header, dataStart);
    }

    /// <summary>Loads one tensor onto the CPU.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>A new tensor [...] of the stored type and shape.</returns>
    /// <exception cref="KeyNotFoundException">The file has no tensor of this name.</exception>
    public torch.Tensor Load(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Entries.TryGetValue(name, out var entry))
        {
            throw new KeyNotFoundException(
                $"{FilePath} has no tensor '{name}'; it has {string.Join(", ", Entries.Keys.Take(5))}"
                + (Entries.Count > 5 ? $" and {Entries.Count - 5} more." : "."));
        }

        var tensor = torch.empty([.. entry.Shape], dtype: entry.Type);
        try
        {
            TensorBytes.Fill(tensor, (offset, bytes) => _view.SafeMemoryMappedViewHandle.ReadSpan(
                (ulong)(_dataStart + entry.Offset + offset), bytes));
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Loads every tensor onto the CPU.</summary>
    /// <returns>Name to tensor, in the order of the file.</returns>
    public Dictionary<string, torch.Tensor> LoadAll() => Entries.Keys.ToDictionary(name => name, Load);

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static (SafetensorsHeader Header, long DataStart) ReadHeader(FileStream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        if (stream.Length < prefix.Length)
        {
            throw SafetensorsHeader.Broken(path, $"it has only {stream.Length} bytes");
        }

        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.LargestHeader)
        {
            throw SafetensorsHeader.Broken(path, $"its header would have {length} bytes, so it is another kind of file");
        }

        var dataStart = prefix.Length + (long)length;
        if (dataStart > stream.Length)
        {
            throw SafetensorsHeader.Broken(
                path, $"its header should have {length} bytes, but the file ends after {stream.Length}");
        }

        var text = new byte[length];
        stream.ReadExactly(text);
        return (SafetensorsHeader.Parse(text, stream.Length - dataStart, path), dataStart);
    }
}
