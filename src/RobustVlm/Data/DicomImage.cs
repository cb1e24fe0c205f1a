using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace RobustVlm.Data;

/// <summary>
/// One image of a DICOM file: the tags that say what its numbers mean, and its pixels. OpenCV's own DICOM reader ignores rescaling,
/// inversion and windows, so they are applied here, in the order of the standard (PS3.3 C.7.6.16, C.11.1, C.11.2).
/// </summary>
/// <remarks>Uncompressed pixels, run lengths and JPEG without loss are read here, JPEG and JPEG 2000 inside DICOM by OpenCV's codecs, other kinds of JPEG by OpenCV through GDCM.</remarks>
internal sealed class DicomImage
{
    private const uint PixelData = 0x7FE00010;
    private const uint Item = 0xFFFEE000;
    private const uint SequenceEnd = 0xFFFEE0DD;
    private const uint ItemEnd = 0xFFFEE00D;
    private const uint Undefined = 0xFFFFFFFF;
    private const int Preamble = 132;
    private const int DeepestSequence = 32;

    private const string ImplicitLittle = "1.2.840.10008.1.2";
    private const string ExplicitLittle = "1.2.840.10008.1.2.1";
    private const string ExplicitBig = "1.2.840.10008.1.2.2";
    private const string FullYbr = "YBR_FULL";

    // Those whose length field has four bytes.
    private static readonly string[] s_longTypes = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];

    private readonly string _name;
    private readonly Dictionary<uint, (int Start, int Length)> _tags = [];
    private readonly List<(int Start, int Length)> _fragments = [];
    private bool _bigEndian;
    private bool _implicit;

    private DicomImage(string name) => _name = name;

    internal string TransferSyntax { get; private set; } = ImplicitLittle;

    internal string Patient { get; private set; } = "";

    private int Rows { get; set; }

    private int Columns { get; set; }

    private int Samples { get; set; }

    private int Allocated { get; set; }

    private int Stored { get; set; }

    private bool Signed { get; set; }

    private bool Planar { get; set; }

    private bool Inverted { get; set; }

    private string Kind { get; set; } = "";

    private double Slope { get; set; }

    private double Intercept { get; set; }

    private (double Centre, double Width)? Window { get; set; }

    internal static bool IsDicom(ReadOnlySpan<byte> bytes) => bytes.Length >= Preamble && bytes[128..Preamble].SequenceEqual("DICM"u8);

    /// <summary>Reads the tags; whatever passes can be decoded safely.</summary>
    internal static DicomImage Parse(ReadOnlySpan<byte> bytes, string name)
    {
        var image = new DicomImage(name);
        image.ReadTags(bytes);
        image.ReadMeaning(bytes);
        return image;
    }

    /// <summary>The pixels in [0, 1]: rescaled, through the file's first window (else its full range), brighter is denser.</summary>
    internal DecodedImage Decode(ReadOnlySpan<byte> bytes)
    {
        var (values, channels) = Values(bytes);
        if (channels == 1)
        {
            Show(values);
        }
        else
        {
            var scale = 1f / ((1L << Stored) - 1);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Math.Clamp(values[i] * scale, 0, 1);
            }
        }

        return DecodedImage.FromFloats(values, Columns, Rows, channels);
    }

    // The linear function of PS3.3 C.11.2.1.2.
    private void Show(float[] values)
    {
        var lowest = Signed ? -(1L << (Stored - 1)) : 0;
        var (low, high) = (Rescaled(lowest), Rescaled(lowest + (1L << Stored) - 1));
        var (from, span) = (Math.Min(low, high), Math.Abs(high - low));
        if (Window is { } window)
        {
            (from, span) = (window.Centre - 0.5 - ((window.Width - 1) / 2), window.Width - 1);
        }

        for (var i = 0; i < values.Length; i++)
        {
            var value = Rescaled(values[i]);
            var shown = span > 0 ? (value - from) / span : value > from ? 1 : 0;
            values[i] = (float)Math.Clamp(Inverted ? 1 - shown : shown, 0, 1);
        }
    }

    private double Rescaled(double value) => (value * Slope) + Intercept;

    private (float[] Values, int Channels) Values(ReadOnlySpan<byte> bytes)
    {
        if (TransferSyntax is ImplicitLittle or ExplicitLittle or ExplicitBig)
        {
            return (InRgb(Uncompressed(bytes)), Samples);
        }

        var joined = Joined(bytes);
        if (!Frame.IsPlain)
        {
            return (Frame.Unpack(joined) is { } unpacked ? InRgb(Array.ConvertAll(unpacked, value => (float)Meant(value))) : ThroughGdcm(joined), Samples);
        }

        using var inner = DecodedImage.ByCodec(joined, _name, upright: false);
        if (inner.Width != Columns || inner.Height != Rows)
        {
            throw Damaged($"says {Columns}x{Rows} pixels, but holds {inner.Width}x{inner.Height}");
        }

        var values = inner.Samples();
        if (inner.Channels == 3)   // blue first
        {
            for (var i = 0; i + 2 < values.Length; i += 3)
            {
                (values[i], values[i + 2]) = (values[i + 2], values[i]);
            }
        }

        return (values, inner.Channels);
    }

    private DicomFrame Frame => new(_name, TransferSyntax, Rows, Columns, Samples, Allocated, Stored, Signed, Kind);

    // OpenCV says rows where it means columns, but the pixels lie row by row, as GDCM gives them: red first, signs and unused bits included.
    private float[] ThroughGdcm(byte[] joined)
    {
        using var inner = DecodedImage.ByCodec(Frame.ForGdcm(joined), _name, upright: false, signed: true);
        if (((inner.Width, inner.Height) != (Rows, Columns) && (inner.Width, inner.Height) != (Columns, Rows)) || inner.Channels != Samples)
        {
            throw Damaged($"says {Columns}x{Rows} pixels of {Samples} samples, but holds {inner.Height}x{inner.Width} of {inner.Channels}");
        }

        return Array.ConvertAll(inner.Samples(), value => (float)Meant((int)value));
    }

    // Only the stored bits count, the highest of them may be a sign.
    private int Meant(int raw)
    {
        var mask = (1 << Stored) - 1;
        raw &= mask;
        return Signed && (raw & (1 << (Stored - 1))) != 0 ? raw - mask - 1 : raw;
    }

    // PS3.3 C.7.6.3.1.2.
    private float[] InRgb(float[] values)
    {
        if (Kind != FullYbr)
        {
            return values;
        }

        var middle = 1 << (Stored - 1);
        for (var i = 0; i + 2 < values.Length; i += 3)
        {
            var (y, blue, red) = (values[i], values[i + 1] - middle, values[i + 2] - middle);
            (values[i], values[i + 1], values[i + 2]) = (y + (1.402f * red), y - (0.344136f * blue) - (0.714136f * red), y + (1.772f * blue));
        }

        return values;
    }

    private byte[] Joined(ReadOnlySpan<byte> bytes)
    {
        if (_fragments.Count == 0)
        {
            throw Damaged("holds no compressed pixels");
        }

        var joined = new byte[_fragments.Sum(fragment => fragment.Length)];
        var at = 0;
        foreach (var (start, length) in _fragments)
        {
            bytes.Slice(start, length).CopyTo(joined.AsSpan(at));
            at += length;
        }

        return joined;
    }

    private float[] Uncompressed(ReadOnlySpan<byte> bytes)
    {
        var (start, length) = _tags[PixelData];
        var count = (long)Rows * Columns * Samples;
        var width = Allocated / 8;
        if (count * width > length)
        {
            throw new InvalidDataException($"{_name} is cut off: {Columns}x{Rows} pixels need {count * width} bytes, but it holds {length}; copy it again or take it out of the list.");
        }

        var values = new float[count];
        var pixels = (long)Rows * Columns;
        for (var i = 0; i < count; i++)
        {
            var at = start + (i * width);
            int raw = width == 1 ? bytes[at] : _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
            var place = Planar && Samples == 3 ? ((i % pixels) * 3) + (i / pixels) : i;
            values[place] = Meant(raw);
        }

        return values;
    }

    private void ReadMeaning(ReadOnlySpan<byte> bytes)
    {
        (Rows, Columns) = (Whole(bytes, 0x00280010, 0), Whole(bytes, 0x00280011, 0));
        (Samples, Allocated) = (Whole(bytes, 0x00280002, 1), Whole(bytes, 0x00280100, 16));
        Stored = Whole(bytes, 0x00280101, Allocated);
        Signed = Whole(bytes, 0x00280103, 0) == 1;
        Planar = Whole(bytes, 0x00280006, 0) == 1;
        Patient = Text(bytes, 0x00100020);
        Kind = Text(bytes, 0x00280004);
        Inverted = Kind == "MONOCHROME1";
        (Slope, Intercept) = (Number(bytes, 0x00281053) ?? 1, Number(bytes, 0x00281052) ?? 0);
        if (Number(bytes, 0x00281050) is { } centre && Number(bytes, 0x00281051) is { } width && width >= 1)
        {
            Window = (centre, width);
        }

        if (!_tags.ContainsKey(PixelData) || Rows == 0 || Columns == 0)
        {
            throw Damaged("holds no image");
        }

        if (Allocated is not (8 or 16) || Stored < 1 || Stored > Allocated || Samples is not (1 or 3) || Kind == "PALETTE COLOR"
            || (Kind.StartsWith("MONOCHROME", StringComparison.Ordinal) && Samples != 1))
        {
            throw new InvalidDataException($"{_name} holds pixels of a kind that is not read here ({Kind}, {Samples} samples of {Allocated} bits); convert it to 8 or 16 bits grey or RGB.");
        }

        // Before any codec sees them: OpenCV's makes room for one frame, but fills in all.
        if (Text(bytes, 0x00280008) is { Length: > 0 } frames && !(int.TryParse(frames, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number is 0 or 1))
        {
            throw new InvalidDataException($"{_name} holds {frames} frames, but one image is read from a file; write each frame into a file of its own.");
        }

        // OpenCV's own codecs turn colours themselves; of the others only the plain kind is turned here.
        if (Kind.StartsWith("YBR", StringComparison.Ordinal) && !Frame.IsPlain
            && !(Kind == FullYbr && Samples == 3 && TransferSyntax is ImplicitLittle or ExplicitLittle or ExplicitBig or DicomFrame.RunLengths))
        {
            throw new InvalidDataException($"{_name} holds colours of the kind {Kind} in a form that is not read here ({TransferSyntax}); convert it to RGB.");
        }
    }

    private void ReadTags(ReadOnlySpan<byte> bytes)
    {
        var at = Preamble;
        // The group that describes the file is always written in one way.
        while (at + 8 <= bytes.Length && BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) == 2)
        {
            ReadTag(bytes, ref at, 0);
        }

        if (Text(bytes, 0x00020010) is { Length: > 0 } syntax)
        {
            TransferSyntax = syntax;
        }

        if (TransferSyntax == "1.2.840.10008.1.2.1.99")
        {
            throw new InvalidDataException($"{_name} is a deflated DICOM file, which is not read here; convert it to an uncompressed one.");
        }

        _implicit = TransferSyntax == ImplicitLittle;
        _bigEndian = TransferSyntax == ExplicitBig;
        while (at + 8 <= bytes.Length && !_tags.ContainsKey(PixelData))
        {
            ReadTag(bytes, ref at, 0);
        }
    }

    private void ReadTag(ReadOnlySpan<byte> bytes, ref int at, int depth)
    {
        var (tag, length, start) = ReadHeader(bytes, at);
        if (length == Undefined)
        {
            // Of unknown type and length is what was converted from the plain form, and is still written in it (PS3.5 6.2.2).
            var (plain, big) = (_implicit, _bigEndian);
            var unknown = !plain && bytes.Slice(at + 4, 2).SequenceEqual("UN"u8);
            (_implicit, _bigEndian) = (plain || unknown, big && !unknown);
            at = start;
            SkipItems(bytes, ref at, tag == PixelData && depth == 0, depth);
            (_implicit, _bigEndian) = (plain, big);
            Keep(tag, start, at - start, depth);
            return;
        }

        if (length > bytes.Length - start)
        {
            throw new InvalidDataException($"{_name} is cut off in tag ({tag >> 16:X4},{tag & 0xFFFF:X4}); copy it again or take it out of the list.");
        }

        at = start + (int)length;
        Keep(tag, start, (int)length, depth);
    }

    // Of two equal tags another reader of the same bytes may take the other one.
    private void Keep(uint tag, int start, int length, int depth)
    {
        if (depth == 0 && !_tags.TryAdd(tag, (start, length)))
        {
            throw Damaged($"has the tag ({tag >> 16:X4},{tag & 0xFFFF:X4}) twice");
        }
    }

    private (uint Tag, uint Length, int Start) ReadHeader(ReadOnlySpan<byte> bytes, int at)
    {
        if (at + 8 > bytes.Length)
        {
            throw Damaged("ends in the middle of a tag");
        }

        var tag = ((uint)Short(bytes, at) << 16) | Short(bytes, at + 2);
        if (_implicit || tag >> 16 == 0xFFFE)
        {
            return (tag, Long(bytes, at + 4), at + 8);
        }

        var type = Encoding.Latin1.GetString(bytes.Slice(at + 4, 2));
        if (!s_longTypes.Contains(type))
        {
            return (tag, Short(bytes, at + 6), at + 8);
        }

        return at + 12 <= bytes.Length ? (tag, Long(bytes, at + 8), at + 12) : throw Damaged("ends in the middle of a tag");
    }

    // A sequence, or pixels in pieces, up to the tag that ends it.
    private void SkipItems(ReadOnlySpan<byte> bytes, ref int at, bool pixels, int depth)
    {
        if (depth > DeepestSequence)
        {
            throw Damaged("nests too deeply");
        }

        for (var number = 0; ; number++)
        {
            var (tag, length, start) = ReadHeader(bytes, at);
            at = start;
            if (tag == SequenceEnd)
            {
                return;
            }

            if (tag != Item)
            {
                throw Damaged("has a sequence without items");
            }

            if (length == Undefined)
            {
                while (ReadHeader(bytes, at).Tag != ItemEnd)
                {
                    ReadTag(bytes, ref at, depth + 1);
                }

                at += 8;
                continue;
            }

            if (length > bytes.Length - start)
            {
                throw new InvalidDataException($"{_name} is cut off in its {(pixels ? "pixels" : "tags")}; copy it again or take it out of the list.");
            }

            if (pixels && number > 0)   // the first one lists places
            {
                _fragments.Add((start, (int)length));
            }

            at = start + (int)length;
        }
    }

    private ushort Short(ReadOnlySpan<byte> bytes, int at) =>
        _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private uint Long(ReadOnlySpan<byte> bytes, int at) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private int Whole(ReadOnlySpan<byte> bytes, uint tag, int otherwise) =>
        _tags.TryGetValue(tag, out var place) && place.Length >= 2 ? Short(bytes, place.Start) : otherwise;

    private string Text(ReadOnlySpan<byte> bytes, uint tag) =>
        _tags.TryGetValue(tag, out var place) ? Encoding.Latin1.GetString(bytes.Slice(place.Start, place.Length)).TrimEnd(' ', '\0').Trim() : "";

    // The first of several values.
    private double? Number(ReadOnlySpan<byte> bytes, uint tag) =>
        double.TryParse(Text(bytes, tag).Split('\\')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private InvalidDataException Damaged(string problem) => new($"{_name} {problem}, so it is not a DICOM image that can be read; copy it again or take it out of the list.");
}
