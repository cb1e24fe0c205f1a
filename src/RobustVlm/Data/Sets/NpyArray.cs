using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace RobustVlm.Data.Sets;

/// <summary>An array of whole numbers of 1 to 8 bytes from NumPy's format, kept in pieces that grow with what was really there; large ones in a temporary file.</summary>
internal sealed class NpyArray
{
    private const int PieceBytes = 1 << 20;
    private const long MostInMemory = 1L << 30;

    private readonly List<byte[]> _pieces = [];
    private readonly int _itemBytes;
    private readonly bool _signed;
    private SafeFileHandle? _file;

    private NpyArray(IReadOnlyList<long> shape, int itemBytes, bool signed) => (Shape, _itemBytes, _signed) = (shape, itemBytes, signed);

    internal IReadOnlyList<long> Shape { get; }

    internal bool IsOnDisk => _file is not null;

    internal bool IsBytes => _itemBytes == 1 && !_signed;

    internal long Count => Shape.Aggregate(1L, (product, size) => product * size);

    internal long this[long index]
    {
        get
        {
            Span<byte> raw = stackalloc byte[sizeof(long)];
            raw.Clear();
            CopyTo(index * _itemBytes, raw[.._itemBytes]);
            var value = BinaryPrimitives.ReadInt64LittleEndian(raw);

            var unused = 64 - (8 * _itemBytes);
            return _signed ? value << unused >> unused : value;
        }
    }

    internal void CopyTo(long start, Span<byte> target)
    {
        while (_file is not null && target.Length > 0)
        {
            var got = RandomAccess.Read(_file, target, start);
            ArgumentOutOfRangeException.ThrowIfZero(got, nameof(start));
            target = target[got..];
            start += got;
        }

        while (target.Length > 0)
        {
            var piece = _pieces[(int)(start / PieceBytes)].AsSpan((int)(start % PieceBytes));
            var part = piece[..Math.Min(piece.Length, target.Length)];
            part.CopyTo(target);
            target = target[part.Length..];
            start += part.Length;
        }
    }

    /// <summary>Reads an array.</summary>
    /// <param name="stream">Where it starts.</param>
    /// <param name="name">The file and the array, for messages.</param>
    /// <param name="mostInMemory">Bytes above which it goes into a temporary file, which is gone with the array or the process.</param>
    /// <exception cref="InvalidDataException">It is no such array, or not all of it is there.</exception>
    internal static NpyArray Read(Stream stream, string name, long mostInMemory = MostInMemory)
    {
        var header = NpyHeader.Read(stream, name, "ui", "whole numbers of up to 8 bytes");
        var array = new NpyArray(header.Shape, header.ItemBytes, header.Kind == 'i');
        array.Fill(stream, header.TotalBytes, mostInMemory, name);
        return array;
    }

    // No piece is larger than what came before it, so a false size costs at most twice what is really there.
    private void Fill(Stream stream, long total, long mostInMemory, string name)
    {
        for (var at = 0L; at < total;)
        {
            var wanted = (int)Math.Min(PieceBytes, total - at);
            var piece = new byte[Math.Min(wanted, Math.Max(1 << 12, at))];
            for (var got = 0; got < wanted;)
            {
                if (got == piece.Length)
                {
                    Array.Resize(ref piece, Math.Min(wanted, 2 * piece.Length));
                }

                var read = stream.Read(piece, got, piece.Length - got);
                if (read == 0)
                {
                    throw NpyHeader.Damaged(name, string.Create(CultureInfo.InvariantCulture, $"should have {total} bytes, but ends after {at + got}"));
                }

                got += read;
            }

            _pieces.Add(piece);
            if (_file is not null || at + wanted > mostInMemory)
            {
                MoveOut(at + wanted, total, name);
            }

            at += wanted;
        }
    }

    // A file without a name needs no cleaning up, however the process ends.
    private void MoveOut(long end, long total, string name)
    {
        var folder = Path.GetTempPath();
        try
        {
            if (_file is null)
            {
                var path = Path.Combine(folder, Path.GetRandomFileName());
                _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
                File.Delete(path);
            }

            RandomAccess.Write(_file, [.. _pieces.Select(piece => (ReadOnlyMemory<byte>)piece)], end - _pieces.Sum(piece => (long)piece.Length));
            _pieces.Clear();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{name} unpacks to {total / 1e9:0.0} GB, for which {folder} has no room; free some or name another folder in TMPDIR."), e);
        }
    }
}
