using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// TorchSharp's layout of tensors in streams: element type, number of dimensions and sizes as LEB128 numbers, then the
/// elements in row-major order, little-endian.
/// </summary>
internal static unsafe class TensorFormat
{
    private const int PieceBytes = 1 << 26;
    private const int MostDimensions = 64;

    public static void WriteNumber(BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);

    public static long ReadNumber(BinaryReader reader)
    {
        try
        {
            return reader.Read7BitEncodedInt64();
        }
        catch (FormatException)
        {
            throw new InvalidDataException("it holds a number that is none");
        }
    }

    public static void Write(BinaryWriter writer, Tensor tensor)
    {
        using var noGrad = no_grad();
        using var here = Tensor.OutsideScopes(() => tensor.detach().cpu().contiguous());
        WriteNumber(writer, (long)here.dtype);
        var shape = here.shape;
        WriteNumber(writer, shape.Length);
        foreach (var size in shape)
        {
            WriteNumber(writer, size);
        }

        writer.Flush();
        var count = here.numel() * here.ElementSize;
        for (var start = 0L; start < count; start += PieceBytes)
        {
            writer.BaseStream.Write(new ReadOnlySpan<byte>((byte*)here.DataPointer() + start, (int)Math.Min(PieceBytes, count - start)));
        }

        GC.KeepAlive(here);
    }

    /// <summary>Reads a tensor into the main memory.</summary>
    /// <exception cref="InvalidDataException">The data are no tensor; the message is a part of a sentence for <see cref="Guard(BinaryReader, Action)"/>.</exception>
    public static Tensor Read(BinaryReader reader)
    {
        var (type, shape) = ReadHeader(reader);
        var tensor = empty(shape, dtype: type);
        try
        {
            var count = tensor.numel() * tensor.ElementSize;
            for (var start = 0L; start < count; start += PieceBytes)
            {
                reader.BaseStream.ReadExactly(new Span<byte>((byte*)tensor.DataPointer() + start, (int)Math.Min(PieceBytes, count - start)));
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Writes a file under a temporary name and renames it, so that it is complete or not there.</summary>
    public static void WriteFile(string location, Action<BinaryWriter> write) => Replace(location, path =>
    {
        using var writer = new BinaryWriter(File.Create(path));
        write(writer);
    });

    /// <summary>Lets a file be made under a temporary name beside its place, then renames it.</summary>
    public static void Replace(string location, Action<string> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        var folder = Path.GetDirectoryName(Path.GetFullPath(location));
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder {folder} to save {location} in; make it first.");
        }

        var temporary = $"{location}.{Guid.NewGuid():N}.tmp";
        try
        {
            make(temporary);
            File.Move(temporary, location, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public static BinaryReader OpenFile(string location)
    {
        CheckExists(location);
        return new BinaryReader(File.OpenRead(location));
    }

    public static void CheckExists(string location)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        if (Directory.Exists(location))
        {
            throw new FileNotFoundException($"{location} is a folder; name the file in it.", location);
        }

        if (!File.Exists(location))
        {
            throw new FileNotFoundException($"There is no file {location}; check the path or save the file first.", location);
        }
    }

    /// <summary>Turns everything that damaged data can cause into one sentence with the file's name.</summary>
    public static void Guard(BinaryReader reader, Action read)
    {
        var name = NameOf(reader);
        try
        {
            read();
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException($"{name} cannot be loaded: it ends too early, so it is damaged or of another kind.");
        }
        catch (FormatException)
        {
            throw new InvalidDataException($"{name} cannot be loaded: it is damaged or of another kind.");
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{name} cannot be loaded: {error.Message}.");
        }
    }

    public static string NameOf(BinaryReader reader) => (reader.BaseStream as FileStream)?.Name ?? "The stream";

    private static (ScalarType Type, long[] Shape) ReadHeader(BinaryReader reader)
    {
        var type = ReadNumber(reader);
        if (type is < 0 or > sbyte.MaxValue || !Enum.IsDefined((ScalarType)type))
        {
            throw new InvalidDataException($"it holds an element type {type}, which does not exist; it is damaged or of another kind");
        }

        var rank = ReadNumber(reader);
        if (rank is < 0 or > MostDimensions)
        {
            throw new InvalidDataException($"it holds a tensor with {rank} dimensions; it is damaged or of another kind");
        }

        var shape = new long[rank];
        var elements = 1.0;
        for (var i = 0; i < rank; i++)
        {
            shape[i] = ReadNumber(reader);
            elements *= shape[i];
            if (shape[i] < 0)
            {
                throw new InvalidDataException("it holds a negative size; it is damaged or of another kind");
            }
        }

        // Damaged sizes must not ask for memory that no data will fill.
        if (reader.BaseStream.CanSeek && elements > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw new EndOfStreamException();
        }

        return ((ScalarType)type, shape);
    }
}
