using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RobustVlm.Data.Sets;

/// <summary>What an array in NumPy's format says of itself before its numbers.</summary>
/// <param name="Kind">u and i for whole numbers without and with sign, f for floating point.</param>
/// <param name="ItemBytes">Bytes of a number.</param>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="TotalBytes">Bytes of all numbers.</param>
internal sealed partial record NpyHeader(char Kind, int ItemBytes, IReadOnlyList<long> Shape, long TotalBytes)
{
    private const int LongestHeader = 1 << 16;

    private static readonly byte[] s_magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a header; the stream then stands at the first number.</summary>
    /// <param name="stream">Where the array starts.</param>
    /// <param name="name">The file and the array, for messages.</param>
    /// <param name="kinds">Kinds that are wanted.</param>
    /// <param name="wanted">The same in words.</param>
    /// <exception cref="InvalidDataException">It is no such array.</exception>
    internal static NpyHeader Read(Stream stream, string name, string kinds, string wanted)
    {
        var start = new byte[10];
        if (stream.ReadAtLeast(start, 10, throwOnEndOfStream: false) < 10 || !start.AsSpan(0, 6).SequenceEqual(s_magic))
        {
            throw Damaged(name, "is not an array of NumPy");
        }

        var length = start[8] | (start[9] << 8);
        if (start[6] >= 2)
        {
            var more = new byte[2];
            length = stream.ReadAtLeast(more, 2, throwOnEndOfStream: false) == 2 && more[1] == 0 ? length | (more[0] << 16) : int.MaxValue;
        }

        if (length > LongestHeader)
        {
            throw Damaged(name, "has an impossibly long header");
        }

        var header = new byte[length];
        if (stream.ReadAtLeast(header, length, throwOnEndOfStream: false) < length)
        {
            throw Damaged(name, "ends in its header");
        }

        var text = Encoding.Latin1.GetString(header);
        if (Type().Match(text) is not { Success: true } type || !kinds.Contains(type.Groups[1].Value, StringComparison.Ordinal) || Sizes().Match(text) is not { Success: true } sizes)
        {
            throw Damaged(name, $"holds no {wanted} in row-major order, the only kind that is read here");
        }

        var shape = new List<long>();
        var bytes = int.Parse(type.Groups[2].Value, CultureInfo.InvariantCulture);
        Int128 total = bytes;
        foreach (var size in sizes.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            shape.Add(long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Damaged(name, "has a shape that is no list of numbers"));
            total *= shape[^1];
            if (total > long.MaxValue)
            {
                throw Damaged(name, "has an impossibly large shape");
            }
        }

        return new NpyHeader(type.Groups[1].Value[0], bytes, shape, (long)total);
    }

    /// <summary>Writes the header of a row-major array of 4-byte floating-point numbers.</summary>
    internal static void WriteFloats(Stream stream, IReadOnlyList<long> shape)
    {
        var sizes = string.Concat(shape.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, ")));
        var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}";
        var length = ((10 + text.Length + 1 + 63) / 64 * 64) - 10;   // the numbers start at a multiple of 64
        stream.Write([.. s_magic, 1, 0, (byte)(length & 0xFF), (byte)(length >> 8), .. Encoding.Latin1.GetBytes(text.PadRight(length - 1)), (byte)'\n']);
    }

    internal static InvalidDataException Damaged(string name, string problem) => new($"{name} {problem}; copy the file again.");

    [GeneratedRegex(@"^\{'descr':\s*'[|<]([uif])([1248])',\s*'fortran_order':\s*False,")]
    private static partial Regex Type();

    [GeneratedRegex(@"'shape':\s*\(([0-9, ]*)\)")]
    private static partial Regex Sizes();
}
