using System.Buffers.Binary;
using RobustVlm.Data;
using RobustVlm.Tests.Data.Sets;
using Xunit;

namespace RobustVlm.Tests.Data;

/// <summary>Compressed DICOM files, written by the two small encoders below (PS3.5 G, ITU-T T.81 H); what comes back must be what went in.</summary>
public sealed class CompressedDicomTests : IDisposable
{
    private const string RunLengths = "1.2.840.10008.1.2.5";
    private const string LosslessJpeg = "1.2.840.10008.1.2.4.70";
    private const int Height = 3;
    private const int Width = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-dicom-").FullName;

    private string FilePath => Path.Combine(_folder, "image.dcm");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(RunLengths, 8, 8)]
    [InlineData(RunLengths, 16, 12)]
    [InlineData(LosslessJpeg, 8, 8)]
    [InlineData(LosslessJpeg, 16, 12)]
    [InlineData(LosslessJpeg, 16, 16)]
    public void Grey_images_keep_their_shape_and_values(string syntax, int allocated, int stored)
    {
        var values = Values(1, (1 << stored) - 1);

        Write(syntax, values, 1, allocated, stored);

        Same([.. values.Select(value => value / (double)((1 << stored) - 1))], 1);
    }

    [Theory]
    [InlineData(RunLengths, 16, 16)]
    [InlineData(RunLengths, 16, 12)]
    [InlineData(LosslessJpeg, 16, 16)]
    [InlineData(LosslessJpeg, 16, 12)]
    public void Signed_images_start_below_zero(string syntax, int allocated, int stored)
    {
        var half = 1 << (stored - 1);
        int[] values = [.. Values(1, (2 * half) - 1).Select(value => value - half)];

        Write(syntax, values, 1, allocated, stored, tags => tags[0x00280103] = ("US", [1, 0]));

        Same([.. values.Select(value => (value + half) / ((2.0 * half) - 1))], 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Every_prediction_of_lossless_jpeg_is_undone(byte predictor)
    {
        var values = Values(3, 255);

        var read = RobustVlm.Data.LosslessJpeg.Decode(Lossless(values, 3, 8, predictor), Height, Width, 3, 8, problem => new InvalidDataException(problem));

        Assert.Equal(values, read);
    }

    [Theory]
    [InlineData(RunLengths, 0)]
    [InlineData(RunLengths, 1)]
    [InlineData(LosslessJpeg, 0)]
    public void Colours_stay_red_first(string syntax, byte planar)
    {
        var values = Values(3, 255);

        Write(syntax, values, 3, 8, 8, tags => tags[0x00280006] = ("US", [planar, 0]));

        Same([.. values.Select(value => value / 255.0)], 3);
    }

    [Fact]
    public void Luminance_and_colour_differences_become_red_green_and_blue()
    {
        Write(RunLengths, [.. Enumerable.Repeat(new[] { 76, 85, 255 }, Height * Width).SelectMany(pixel => pixel)], 3, 8, 8, tags => tags[0x00280004] = ("CS", SampleFiles.Ascii("YBR_FULL")));

        using var image = ImageFile.Read(FilePath, ImageTransform.Original());
        Assert.All(image.data<float>().ToArray().Index(), entry => Assert.Equal(entry.Index < Height * Width ? 1 : 0, entry.Item, 0.01));
    }

    [Theory]
    [InlineData(LosslessJpeg, 8, "says 5x9 pixels, but holds 5x3")]
    [InlineData(LosslessJpeg, 16, "samples of 8 bits, but holds")]
    [InlineData(RunLengths, 16, "runs of bytes")]
    public void Tags_that_promise_another_image_are_refused_before_a_codec_sees_them(string syntax, byte allocated, string part)
    {
        Write(syntax, Values(1, 255), 1, 8, 8, tags => (tags[0x00280010], tags[0x00280100]) = (("US", [(byte)(allocated == 8 ? 9 : Height), 0]), ("US", [allocated, 0])));

        Assert.Contains(part, Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunLengths)]
    [InlineData("1.2.840.10008.1.2.1")]
    public void Several_frames_are_refused_before_a_codec_sees_them(string syntax)
    {
        Write(syntax, Values(1, 255), 1, 8, 8, tags => tags[0x00280008] = ("IS", SampleFiles.Ascii("4096")));

        Assert.Contains("4096 frames", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_grey_image_with_three_samples_is_refused()
    {
        Write(RunLengths, Values(3, 255), 3, 8, 8, tags => tags[0x00280004] = ("CS", SampleFiles.Ascii("MONOCHROME2")));

        Assert.Contains("MONOCHROME2, 3 samples", Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LosslessJpeg, "YBR_FULL")]
    [InlineData(RunLengths, "YBR_FULL_422")]
    [InlineData("1.2.840.10008.1.2.1", "YBR_FULL_422")]
    public void Colours_of_another_kind_are_refused(string syntax, string kind)
    {
        Write(syntax, Values(3, 255), 3, 8, 8, tags => tags[0x00280004] = ("CS", SampleFiles.Ascii(kind)));

        Assert.Contains($"the kind {kind}", Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunLengths)]
    [InlineData(LosslessJpeg)]
    public void Any_change_of_one_byte_gives_an_image_or_a_sentence(string syntax)
    {
        Write(syntax, Values(1, 4095), 1, 16, 12);
        var bytes = File.ReadAllBytes(FilePath);

        for (var at = 132; at < bytes.Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0xff })
            {
                var changed = (byte[])bytes.Clone();
                changed[at] = value;
                try
                {
                    using var image = DicomImage.Parse(changed, "changed.dcm").Decode(changed);
                }
                catch (InvalidDataException e)
                {
                    Assert.Contains("changed.dcm", e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    private static int[] Values(int channels, int most) => [.. Enumerable.Range(0, Height * Width * channels).Select(i => i == 0 ? 0 : i == 1 ? most : (int)(i * 7919L % (most + 1)))];

    private string Message() => Assert.Throws<InvalidDataException>(() => ImageFile.Read(FilePath)).Message;

    private void Same(double[] interleaved, int channels)
    {
        using var image = ImageFile.Read(FilePath, ImageTransform.Original(grey: channels == 1));
        Assert.Equal([channels, Height, Width], image.shape);
        using var turned = image.permute(1, 2, 0).contiguous();
        Assert.All(interleaved.Zip(turned.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    private void Write(string syntax, int[] values, int channels, int allocated, int stored, Action<SortedDictionary<uint, (string Type, byte[] Value)>>? change = null)
    {
        byte[] Short(int value) => [(byte)value, (byte)(value >> 8)];
        SampleFiles.Dicom(FilePath, [], Height, Width, tags =>
        {
            tags[0x00280002] = ("US", Short(channels));
            tags[0x00280004] = ("CS", SampleFiles.Ascii(channels == 3 ? "RGB" : "MONOCHROME2"));
            tags[0x00280006] = ("US", [0, 0]);
            tags[0x00280100] = ("US", Short(allocated));
            tags[0x00280101] = ("US", Short(stored));
            tags[0x00280102] = ("US", Short(stored - 1));
            tags[0x7FE00010] = syntax is RunLengths or LosslessJpeg
                ? ("OB*", Encapsulated(syntax == RunLengths ? RunLength(values, channels, allocated / 8) : Lossless(values, channels, stored)))
                : ("OB", [.. values.Select(value => (byte)value), .. new byte[values.Length % 2]]);
            change?.Invoke(tags);
        }, syntax);
    }

    private static byte[] Encapsulated(byte[] fragment)
    {
        byte[] even = fragment.Length % 2 == 0 ? fragment : [.. fragment, 0];
        return [0xFE, 0xFF, 0, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0, 0xE0, .. BitConverter.GetBytes(even.Length), .. even, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];
    }

    // One segment per sample and byte, the highest byte first; everything as literal runs.
    private static byte[] RunLength(int[] values, int channels, int width)
    {
        var segments = new List<byte[]>();
        for (var channel = 0; channel < channels; channel++)
        {
            for (var place = width - 1; place >= 0; place--)
            {
                byte[] plane = [.. values.Where((_, i) => i % channels == channel).Select(value => (byte)(value >> (8 * place)))];
                byte[] packed = [.. plane.Chunk(128).SelectMany(chunk => chunk.Prepend((byte)(chunk.Length - 1)))];
                segments.Add(packed.Length % 2 == 0 ? packed : [.. packed, 0x80]);
            }
        }

        var header = new byte[64];
        BinaryPrimitives.WriteInt32LittleEndian(header, segments.Count);
        for (var (i, at) = (0, 64); i < segments.Count; at += segments[i++].Length)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4 + (4 * i)), at);
        }

        return [.. header, .. segments.SelectMany(segment => segment)];
    }

    // Process 14; all 17 sizes of a difference have codes of five bits.
    private static byte[] Lossless(int[] values, int channels, int stored, byte predictor = 1)
    {
        var bits = new List<bool>();
        void Put(int value, int count)
        {
            for (var k = count - 1; k >= 0; k--)
            {
                bits.Add((value >> k & 1) != 0);
            }
        }

        var mask = (1 << stored) - 1;
        for (var i = 0; i < values.Length; i++)
        {
            var (pixel, channel) = (i / channels, i % channels);
            int At(int place) => values[(place * channels) + channel] & mask;
            var (first, line) = (pixel % Width == 0, pixel < Width);
            var (a, b, c) = (first ? 0 : At(pixel - 1), line ? 0 : At(pixel - Width), first || line ? 0 : At(pixel - Width - 1));
            int[] rules = [a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1];
            var predicted = pixel == 0 ? 1 << (stored - 1) : first ? b : line ? a : rules[predictor - 1];
            var difference = (short)(At(pixel) - predicted);
            var size = difference == short.MinValue ? 16 : 32 - int.LeadingZeroCount(Math.Abs((int)difference));
            Put(size, 5);
            Put(difference < 0 ? difference - 1 : difference, size == 16 ? 0 : size);
        }

        while (bits.Count % 8 != 0)
        {
            bits.Add(true);
        }

        var coded = bits.Chunk(8).Select(eight => (byte)eight.Aggregate(0, (sum, bit) => (sum << 1) | (bit ? 1 : 0))).SelectMany(value => value == 0xFF ? new byte[] { 0xFF, 0 } : [value]);
        return
        [
            0xFF, 0xD8,
            0xFF, 0xC3, 0, (byte)(8 + (3 * channels)), (byte)stored, 0, Height, 0, Width, (byte)channels, .. Enumerable.Range(1, channels).SelectMany(id => new byte[] { (byte)id, 0x11, 0 }),
            0xFF, 0xC4, 0, 19 + 17, 0, 0, 0, 0, 0, 17, .. new byte[11], .. Enumerable.Range(0, 17).Select(size => (byte)size),
            0xFF, 0xDA, 0, (byte)(6 + (2 * channels)), (byte)channels, .. Enumerable.Range(1, channels).SelectMany(id => new byte[] { (byte)id, 0 }), predictor, 0, 0,
            .. coded,
            0xFF, 0xD9,
        ];
    }
}
