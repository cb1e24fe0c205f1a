using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RobustVlm.Data.Sets;

/// <summary>Reads MATLAB files of version 5 to 7: numbers, texts, cells and structures.</summary>
/// <remarks>
/// A value is a double[] (any numeric array, column by column), a string, an object[] (a cell), or a list of dictionaries (a structure array).
/// </remarks>
internal sealed class MatFile
{
    private const int HeaderBytes = 128;
    private const int DeepestNesting = 32;
    private const int LargestExpansion = 1100;   // deflate cannot do better

    private readonly string _path;
    private readonly bool _bigEndian;

    private MatFile(string path, bool bigEndian) => (_path, _bigEndian) = (path, bigEndian);

    /// <summary>Reads all variables.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another version.</exception>
    internal static Dictionary<string, object> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < HeaderBytes || bytes[126..128] is not ([(byte)'I', (byte)'M'] or [(byte)'M', (byte)'I']))
        {
            throw new InvalidDataException($"{path} is not a MATLAB file of version 5 to 7; copy it again.");
        }

        var file = new MatFile(path, bytes[126] == 'M');
        try
        {
            var variables = new Dictionary<string, object>();
            for (var at = HeaderBytes; at + 8 <= bytes.Length;)
            {
                var (type, data, next) = file.Element(bytes, at);
                at = next;
                if (type == 15)
                {
                    var inner = file.Unpack(data);
                    (type, data, _) = file.Element(inner, 0);
                }

                if (type == 14)
                {
                    var (name, value) = file.Matrix(data, 0);
                    variables[name] = value;
                }
            }

            return variables;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException or InvalidCastException)
        {
            throw file.Damaged(e);
        }
    }

    private byte[] Unpack(ReadOnlyMemory<byte> packed)
    {
        using var stream = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        using var result = new MemoryStream();
        var buffer = new byte[1 << 14];
        try
        {
            while (stream.Read(buffer) is > 0 and var got)
            {
                result.Write(buffer, 0, got);
                if (result.Length > ((long)LargestExpansion * packed.Length) + buffer.Length)
                {
                    throw Damaged(null);
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw Damaged(e);
        }

        return result.ToArray();
    }

    // A small element keeps type, length and data in eight bytes.
    private (int Type, ReadOnlyMemory<byte> Data, int Next) Element(ReadOnlyMemory<byte> bytes, int at)
    {
        var tag = Whole(bytes.Span[at..]);
        if (tag >> 16 is > 0 and <= 4)
        {
            return (tag & 0xFFFF, bytes.Slice(at + 4, tag >> 16), at + 8);
        }

        var length = Whole(bytes.Span[(at + 4)..]);
        var data = bytes.Slice(at + 8, length);
        var end = at + 8 + length;
        return (tag, data, tag == 15 ? end : (end + 7) & ~7);
    }

    private (string Name, object Value) Matrix(ReadOnlyMemory<byte> data, int depth)
    {
        if (depth > DeepestNesting || data.Length == 0)
        {
            return depth > DeepestNesting ? throw Damaged(null) : ("", Array.Empty<double>());
        }

        var (_, flags, at) = Element(data, 0);
        var kind = Whole(flags.Span) & 0xFF;
        var (sizeType, sizes, afterSizes) = Element(data, at);
        var count = Numbers(sizeType, sizes.Span).Aggregate(1.0, (product, size) => product * size);
        var (_, name, afterName) = Element(data, afterSizes);
        at = afterName;
        var label = Encoding.Latin1.GetString(name.Span);
        switch (kind)
        {
            case 1:
                return (label, Cells(data, ref at, count, depth));
            case 2:
                return (label, Structures(data, at, count, depth));
            case 4:
                var (textType, text, _) = Element(data, at);
                return (label, new string([.. Numbers(textType, text.Span).Select(code => (char)code)]));
            default:
                var (type, numbers, _) = Element(data, at);
                return (label, Numbers(type, numbers.Span));
        }
    }

    // Every element takes eight bytes at least, so a false count cannot make anything large.
    private object[] Cells(ReadOnlyMemory<byte> data, ref int at, double count, int depth)
    {
        if (count > (data.Length - at) / 8)
        {
            throw Damaged(null);
        }

        var cells = new object[(int)count];
        for (var i = 0; i < cells.Length; i++)
        {
            var (_, inner, next) = Element(data, at);
            at = next;
            cells[i] = Matrix(inner, depth + 1).Value;
        }

        return cells;
    }

    private List<Dictionary<string, object>> Structures(ReadOnlyMemory<byte> data, int at, double count, int depth)
    {
        var (_, lengths, afterLengths) = Element(data, at);
        var nameBytes = Whole(lengths.Span);
        var (_, names, afterNames) = Element(data, afterLengths);
        at = afterNames;
        var fields = new List<string>();
        for (var i = 0; nameBytes > 0 && i + nameBytes <= names.Length; i += nameBytes)
        {
            fields.Add(Encoding.Latin1.GetString(names.Span.Slice(i, nameBytes)).Split('\0')[0]);
        }

        var values = Cells(data, ref at, count * fields.Count, depth);
        var result = new List<Dictionary<string, object>>();
        for (var i = 0; fields.Count > 0 && i < count; i++)
        {
            result.Add(fields.Index().ToDictionary(field => field.Item, field => values[(i * fields.Count) + field.Index]));
        }

        return result;
    }

    private double[] Numbers(int type, ReadOnlySpan<byte> data)
    {
        var width = type switch { 1 or 2 or 16 => 1, 3 or 4 or 17 => 2, 5 or 6 or 7 => 4, 9 or 12 or 13 => 8, _ => throw Damaged(null) };
        var result = new double[data.Length / width];
        Span<byte> one = stackalloc byte[8];
        for (var i = 0; i < result.Length; i++)
        {
            data.Slice(i * width, width).CopyTo(one);
            if (_bigEndian)
            {
                one[..width].Reverse();
            }

            result[i] = type switch
            {
                1 => (sbyte)one[0],
                2 or 16 => one[0],
                3 => BinaryPrimitives.ReadInt16LittleEndian(one),
                4 or 17 => BinaryPrimitives.ReadUInt16LittleEndian(one),
                5 => BinaryPrimitives.ReadInt32LittleEndian(one),
                6 => BinaryPrimitives.ReadUInt32LittleEndian(one),
                7 => BinaryPrimitives.ReadSingleLittleEndian(one),
                9 => BinaryPrimitives.ReadDoubleLittleEndian(one),
                12 => BinaryPrimitives.ReadInt64LittleEndian(one),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(one),
            };
        }

        return result;
    }

    private int Whole(ReadOnlySpan<byte> bytes) => _bigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes);

    private InvalidDataException Damaged(Exception? inner) => new($"{_path} is damaged: its values cannot be read; copy it again.", inner);
}
