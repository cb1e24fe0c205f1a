using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace RobustVlm.Data.Sets;

/// <summary>An array of whole numbers of 1 to 8 bytes from NumPy's format, kept in pieces that grow with what was really there; large ones in a temporary file.</summary>
internal sealed partial class NpyArray
{
    private const int PieceBytes = 1 << 20;
    private const int LongestHeader = 1 << 16;
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
        InvalidDataException Damaged(string problem) => new($"{name} {problem}; copy the file again.");
        var start = new byte[10];
        if (stream.ReadAtLeast(start, 10, throwOnEndOfStream: false) < 10 || !start.AsSpan(0, 6).SequenceEqual(s_magic))
        {
            throw Damaged("is not an array of NumPy");
        }

        var length = start[8] | (start[9] << 8);
        if (start[6] >= 2)
        {
            var more = new byte[2];
            length = stream.ReadAtLeast(more, 2, throwOnEndOfStream: false) == 2 && more[1] == 0 ? length | (more[0] << 16) : int.MaxValue;
        }

        if (length > LongestHeader)
        {
            throw Damaged("has an impossibly long header");
        }

        var header = new byte[length];
        if (stream.ReadAtLeast(header, length, throwOnEndOfStream: false) < length)
        {
            throw Damaged("ends in its header");
        }

        var text = Encoding.Latin1.GetString(header);
        if (Type().Match(text) is not { Success: true } type || Sizes().Match(text) is not { Success: true } sizes)
        {
            throw Damaged("holds no whole numbers of up to 8 bytes in row-major order, the only kind that is read here");
        }

        var shape = new List<long>();
        var bytes = int.Parse(type.Groups[2].Value, CultureInfo.InvariantCulture);
        Int128 total = bytes;
        foreach (var size in sizes.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            shape.Add(long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Damaged("has a shape that is no list of numbers"));
            total *= shape[^1];
            if (total > long.MaxValue)
            {
                throw Damaged("has an impossibly large shape");
            }
        }

        var array = new NpyArray(shape, bytes, type.Groups[1].Value == "i");
        array.Fill(stream, (long)total, mostInMemory, name, Damaged);
        return array;
    }

    // No piece is larger than what came before it, so a false size costs at most twice what is really there.
    private void Fill(Stream stream, long total, long mostInMemory, string name, Func<string, InvalidDataException> damaged)
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
                    throw damaged(string.Create(CultureInfo.InvariantCulture, $"should have {total} bytes, but ends after {at + got}"));
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

    private static readonly byte[] s_magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    [GeneratedRegex(@"^\{'descr':\s*'[|<]([ui])([1248])',\s*'fortran_order':\s*False,")]
    private static partial Regex Type();

    [GeneratedRegex(@"'shape':\s*\(([0-9, ]*)\)")]
    private static partial Regex Sizes();
}
