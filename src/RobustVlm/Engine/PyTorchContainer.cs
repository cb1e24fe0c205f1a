using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Numerics;

namespace RobustVlm.Engine;

/// <summary>The numbers of one storage.</summary>
/// <param name="Length">Number of bytes.</param>
/// <param name="Read">Fills a span from a position on.</param>
internal sealed record PyTorchStorage(long Length, PyTorchStorage.Reader Read)
{
    internal delegate void Reader(long position, Span<byte> bytes);
}

/// <summary>The two layouts of PyTorch's files: a zip archive of one pickle and one entry per storage, or (before 1.6) pickles and storages in a row.</summary>
internal sealed class PyTorchContainer : IDisposable
{
    private const long LargestPickle = 1 << 28;

    private static readonly BigInteger s_legacyMagic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);   // 0x1950a86a20f9469cfc6c

    private readonly ZipArchive? _archive;

    private PyTorchContainer(object? root, IReadOnlyDictionary<string, PyTorchStorage> storages, ZipArchive? archive = null) =>
        (Root, Storages, _archive) = (root, storages, archive);

    /// <summary>What was saved, as <see cref="PickleReader"/> gives it.</summary>
    internal object? Root { get; }

    internal IReadOnlyDictionary<string, PyTorchStorage> Storages { get; }

    public void Dispose() => _archive?.Dispose();

    internal static bool IsZip(ReadOnlySpan<byte> start) => start is [0x50, 0x4b, 0x03, 0x04];

    // The second byte is the protocol. A safetensors file, which begins with the length of its header, has a zero in the fourth.
    internal static bool IsPickle(ReadOnlySpan<byte> start) => start is [0x80, >= 1 and <= 5, _, not 0];

    internal static PyTorchContainer Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            Span<byte> start = stackalloc byte[4];
            var read = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
            if (read == 4 && IsZip(start))
            {
                return OpenZip(stream, path);
            }

            stream.Dispose();
            return read == 4 && IsPickle(start) ? OpenLegacy(path)
                : throw new InvalidDataException($"{path} was not written by PyTorch's torch.save: it begins neither as a zip archive nor as a pickle.");
        }
        catch (Exception e) when (e is EndOfStreamException || (e is InvalidDataException && !e.Message.StartsWith(path, StringComparison.Ordinal)))
        {
            stream.Dispose();
            throw new InvalidDataException($"{path} is not a complete zip archive; copy the file again.", e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static PyTorchContainer OpenZip(FileStream stream, string path)
    {
        var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        var list = archive.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new InvalidDataException($"{path} is a zip archive without the object list data.pkl, so PyTorch's torch.save did not write it.");
        var folder = list.FullName[..^"data.pkl".Length];
        if (list.Length > Math.Min(LargestPickle, stream.Length))
        {
            throw new InvalidDataException($"{path} is damaged: its object list would have {list.Length} bytes; copy the file again.");
        }

        var bytes = new byte[list.Length];
        using (var content = list.Open())
        {
            content.ReadExactly(bytes);
        }

        var storages = new Dictionary<string, PyTorchStorage>();
        foreach (var entry in archive.Entries.Where(entry => entry.FullName.StartsWith(folder + "data/", StringComparison.Ordinal)))
        {
            if (entry.CompressedLength != entry.Length || entry.Length > stream.Length)
            {
                throw new InvalidDataException($"{path} holds packed numbers, which torch.save never writes; save it anew with PyTorch.");
            }

            storages[entry.FullName[(folder.Length + "data/".Length)..]] = new PyTorchStorage(entry.Length, (position, into) => ReadEntry(entry, path, position, into));
        }

        var at = 0;
        return new PyTorchContainer(PickleReader.Read(bytes, ref at, path), storages, archive);
    }

    private static void ReadEntry(ZipArchiveEntry entry, string path, long position, Span<byte> into)
    {
        try
        {
            using var content = entry.Open();
            if (content.CanSeek)
            {
                content.Position = position;
            }
            else
            {
                Skip(content, position);
            }

            content.ReadExactly(into);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new InvalidDataException($"{path} is damaged: the numbers of {entry.Name} are not all there; copy the file again.", e);
        }
    }

    private static void Skip(Stream content, long count)
    {
        var buffer = new byte[Math.Min(count, 1 << 16)];
        while (count > 0)
        {
            var piece = (int)Math.Min(count, buffer.Length);
            content.ReadExactly(buffer, 0, piece);
            count -= piece;
        }
    }

    private static PyTorchContainer OpenLegacy(string path)
    {
        if (new FileInfo(path).Length > int.MaxValue)
        {
            throw new InvalidDataException($"{path} is a file of PyTorch's old format above 2 GB; save it anew with a newer PyTorch.");
        }

        var bytes = File.ReadAllBytes(path);
        var at = 0;
        if (PickleReader.Read(bytes, ref at, path) is not BigInteger magic || magic != s_legacyMagic)
        {
            throw new InvalidDataException($"{path} is a plain pickle, not a file of PyTorch's torch.save; save the weights with torch.save(model.state_dict(), …).");
        }

        _ = PickleReader.Read(bytes, ref at, path);   // protocol
        _ = PickleReader.Read(bytes, ref at, path);   // system
        var root = PickleReader.Read(bytes, ref at, path);
        var kinds = new Dictionary<string, int>();
        CollectKinds(root, kinds, new HashSet<object>(ReferenceEqualityComparer.Instance));
        var storages = new Dictionary<string, PyTorchStorage>();
        foreach (var key in PickleReader.Read(bytes, ref at, path) as List<object?> ?? [])
        {
            var name = key?.ToString() ?? "";
            var size = kinds.GetValueOrDefault(name);
            var count = bytes.Length - at >= 8 ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)) : -1;
            at += 8;
            if (size == 0 || count < 0 || count > (bytes.Length - at) / size)
            {
                throw new InvalidDataException($"{path} is damaged: the numbers of storage {name} are not all there; copy the file again.");
            }

            var start = at;
            storages[name] = new PyTorchStorage(count * size, (position, into) => bytes.AsSpan(start + (int)position, into.Length).CopyTo(into));
            at += (int)(count * size);
        }

        return new PyTorchContainer(root, storages);
    }

    // The old layout keeps a storage's element type only where a tensor refers to it.
    private static void CollectKinds(object? value, Dictionary<string, int> kinds, HashSet<object> seen)
    {
        var open = new Stack<object?>([value]);
        while (open.TryPop(out var next))
        {
            if (next is null or string or long or bool or double || !seen.Add(next))
            {
                continue;
            }

            IEnumerable<object?> inside = next switch
            {
                Dictionary<object, object?> dictionary => dictionary.Values,
                List<object?> list => list,
                object?[] tuple => tuple,
                PickleCall call => [.. call.Arguments, call.State],
                PickleReference reference => [reference.Id],
                _ => [],
            };
            if (next is PickleReference { Id: object?[] and ["storage", PickleName kind, var key, ..] } && PyTorchTensors.TypeOf(kind.Name) is { } type)
            {
                kinds[key?.ToString() ?? ""] = type.Bytes;
            }

            foreach (var item in inside)
            {
                open.Push(item);
            }
        }
    }
}
