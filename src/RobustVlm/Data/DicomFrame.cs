using System.Buffers.Binary;
using System.Text;

namespace RobustVlm.Data;

/// <summary>The compressed pixels of one DICOM image, with what its tags say about them.</summary>
/// <param name="Name">The file, for messages.</param>
/// <param name="Syntax">UID of the compression.</param>
/// <param name="Rows">Height.</param>
/// <param name="Columns">Width.</param>
/// <param name="Samples">Samples of a pixel.</param>
/// <param name="Allocated">Bits of a sample.</param>
/// <param name="Stored">Those of them that count.</param>
/// <param name="Signed">Whether the highest of those is a sign.</param>
/// <param name="Kind">What samples mean, e.g. <c>RGB</c>.</param>
internal sealed record DicomFrame(string Name, string Syntax, int Rows, int Columns, int Samples, int Allocated, int Stored, bool Signed, string Kind)
{
    internal const string RunLengths = "1.2.840.10008.1.2.5";
    internal const string Jpeg = "1.2.840.10008.1.2.4.50";
    internal const string ExtendedJpeg = "1.2.840.10008.1.2.4.51";

    private const string SecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

    private static readonly string[] s_lossless = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];

    // The last two are JPEG-LS.
    private static readonly string[] s_jpegs = [ExtendedJpeg, .. s_lossless, "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"];
    private static readonly string[] s_jpegs2000 = ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"];

    /// <summary>Whether OpenCV's own codec reads it: its JPEG has 8 bits only, its JPEG 2000 no signs.</summary>
    internal bool IsPlain => !Signed && (Syntax == Jpeg || s_jpegs2000.Contains(Syntax) || (Syntax == ExtendedJpeg && Stored <= 8));

    /// <summary>What is decoded here: run lengths and JPEG without loss.</summary>
    /// <returns>The samples of each pixel together, unused bits and all; null for other kinds.</returns>
    internal int[]? Unpack(byte[] packed) =>
        Syntax == RunLengths ? UndoRunLengths(packed)
        : s_lossless.Contains(Syntax) ? LosslessJpeg.Decode(packed, Rows, Columns, Samples, BitsIn(packed), Damaged)
        : null;

    /// <summary>Undoes the run lengths of PS3.5 G: one segment for each sample and byte, the highest byte first.</summary>
    /// <returns>The samples of each pixel together; unused bits are still there.</returns>
    private int[] UndoRunLengths(ReadOnlySpan<byte> packed)
    {
        const int head = 64;
        var (pixels, width) = (Rows * (long)Columns, Allocated / 8);
        if (packed.Length < head || BinaryPrimitives.ReadInt32LittleEndian(packed) != Samples * width)
        {
            throw Damaged($"has not the {Samples * width} runs of bytes that its tags promise");
        }

        // A pair of bytes makes at most 128; nothing is allocated for more.
        if (pixels > packed.Length * 64L || pixels * Samples > Array.MaxLength)
        {
            throw Damaged("is cut off in its pixels");
        }

        var values = new int[pixels * Samples];
        for (var segment = 0; segment < Samples * width; segment++)
        {
            var start = BinaryPrimitives.ReadUInt32LittleEndian(packed[(4 + (4 * segment))..]);
            if (start < head || start > packed.Length)
            {
                throw Damaged("has runs of bytes that begin outside of it");
            }

            Undo(packed[(int)start..], values, segment / width, 8 * (width - 1 - (segment % width)));
        }

        return values;
    }

    private void Undo(ReadOnlySpan<byte> packed, int[] values, int sample, int shift)
    {
        for (var (at, place) = (0, sample); place < values.Length;)
        {
            if (at + 1 >= packed.Length)
            {
                throw Damaged("is cut off in its pixels");
            }

            var code = (sbyte)packed[at++];
            var count = code == sbyte.MinValue ? 0 : Math.Abs((int)code) + 1;
            for (var k = 0; k < count && place < values.Length; k++, place += Samples)
            {
                var from = code >= 0 ? at + k : at;
                values[place] |= (from < packed.Length ? packed[from] : throw Damaged("is cut off in its pixels")) << shift;
            }

            at += code >= 0 ? count : count > 0 ? 1 : 0;
        }
    }

    /// <summary>A DICOM file of nothing but this image, for GDCM: it believes tags, which are checked here against what the codec will find.</summary>
    internal byte[] ForGdcm(byte[] packed)
    {
        _ = BitsIn(packed);
        using var file = new MemoryStream();
        file.Write([.. new byte[128], .. "DICM"u8]);
        using (var meta = new MemoryStream())
        {
            Tag(meta, 0x00020002, "UI", Text(SecondaryCapture, '\0'));
            Tag(meta, 0x00020003, "UI", Text("1.2.3.4", '\0'));
            Tag(meta, 0x00020010, "UI", Text(Syntax, '\0'));
            Tag(file, 0x00020000, "UL", BitConverter.GetBytes((int)meta.Length));
            file.Write(meta.ToArray());
        }

        Tag(file, 0x00080016, "UI", Text(SecondaryCapture, '\0'));
        Tag(file, 0x00080018, "UI", Text("1.2.3.4", '\0'));
        Tag(file, 0x00280002, "US", Short(Samples));
        Tag(file, 0x00280004, "CS", Text(Samples == 3 ? "RGB" : "MONOCHROME2", ' '));
        if (Samples == 3)
        {
            Tag(file, 0x00280006, "US", Short(0));
        }

        Tag(file, 0x00280010, "US", Short(Rows));
        Tag(file, 0x00280011, "US", Short(Columns));
        Tag(file, 0x00280100, "US", Short(Allocated));
        Tag(file, 0x00280101, "US", Short(Stored));
        Tag(file, 0x00280102, "US", Short(Stored - 1));
        Tag(file, 0x00280103, "US", Short(Signed ? 1 : 0));
        byte[] padding = packed.Length % 2 == 0 ? [] : [0];
        file.Write([0xE0, 0x7F, 0x10, 0, (byte)'O', (byte)'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        file.Write([0xFE, 0xFF, 0, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0, 0xE0, .. BitConverter.GetBytes(packed.Length + padding.Length), .. packed, .. padding]);
        file.Write([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
        return file.ToArray();
    }

    // Compares the tags with what a codec will find.
    private int BitsIn(byte[] packed)
    {
        var (height, width, samples, bits) = s_jpegs.Contains(Syntax) ? JpegHead(packed) : s_jpegs2000.Contains(Syntax) ? Jpeg2000Head(packed)
            : throw new InvalidDataException($"{Name} is compressed in a way that is not read here ({Syntax}); convert it to an uncompressed one.");
        if ((height, width) != (Rows, Columns))
        {
            throw Damaged($"says {Columns}x{Rows} pixels, but holds {width}x{height}");
        }

        if (samples != Samples || bits < Stored || bits > Allocated || (bits <= 8) != (Allocated == 8))
        {
            throw Damaged($"says {Samples} samples of {Stored} bits, but holds {samples} of {bits}");
        }

        return bits;
    }

    // The frame's head, of whatever process, comes before the first scan.
    private (int Height, int Width, int Samples, int Bits) JpegHead(ReadOnlySpan<byte> packed)
    {
        for (var at = 2; at + 10 <= packed.Length && packed[at] == 0xFF && packed[at + 1] != 0xDA;)
        {
            var marker = packed[at + 1];
            if (marker == 0xF7 || (marker is >= 0xC0 and <= 0xCF && marker is not (0xC4 or 0xC8 or 0xCC)))
            {
                return (BinaryPrimitives.ReadUInt16BigEndian(packed[(at + 5)..]), BinaryPrimitives.ReadUInt16BigEndian(packed[(at + 7)..]), packed[at + 9], packed[at + 4]);
            }

            at += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(packed[(at + 2)..]);
        }

        throw Damaged("holds no JPEG image");
    }

    private (int Height, int Width, int Samples, int Bits) Jpeg2000Head(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < 43 || BinaryPrimitives.ReadUInt32BigEndian(packed) != 0xFF4FFF51)
        {
            throw Damaged("holds no JPEG 2000 image");
        }

        uint Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        return ((int)(Long(packed, 12) - Long(packed, 20)), (int)(Long(packed, 8) - Long(packed, 16)), BinaryPrimitives.ReadUInt16BigEndian(packed[40..]), (packed[42] & 0x7F) + 1);
    }

    private static void Tag(MemoryStream file, uint tag, string type, byte[] value) =>
        file.Write([(byte)(tag >> 16), (byte)(tag >> 24), (byte)tag, (byte)(tag >> 8), (byte)type[0], (byte)type[1], .. Short(value.Length), .. value]);

    private static byte[] Short(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Text(string text, char padding) => Encoding.ASCII.GetBytes(text.Length % 2 == 0 ? text : text + padding);

    private InvalidDataException Damaged(string problem) => new($"{Name} {problem}, so it is not a DICOM image that can be read; copy it again or take it out of the list.");
}
