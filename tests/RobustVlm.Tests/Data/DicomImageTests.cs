using RobustVlm.Data;
using RobustVlm.Tests.Data.Sets;
using Xunit;

namespace RobustVlm.Tests.Data;

/// <summary>DICOM files written byte by byte; expected values follow PS3.3 C.11 by hand. (pydicom 2.3.1 gives the same on random images.)</summary>
public sealed class DicomImageTests : IDisposable
{
    private static readonly ushort[] s_pixels = [0, 1000, 2047, 4095];

    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-dicom-").FullName;

    private string FilePath => Path.Combine(_folder, "image.dcm");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("1.2.840.10008.1.2.1")]
    [InlineData("1.2.840.10008.1.2")]
    [InlineData("1.2.840.10008.1.2.2")]
    public void Stored_bits_are_the_full_range_in_every_byte_order(string syntax)
    {
        SampleFiles.Dicom(FilePath, s_pixels, 2, 2, syntax: syntax);

        Same([0, 1000 / 4095.0, 2047 / 4095.0, 1]);
    }

    [Fact]
    public void Monochrome1_is_turned_round()
    {
        SampleFiles.Dicom(FilePath, s_pixels, 2, 2, tags => tags[0x00280004] = ("CS", SampleFiles.Ascii("MONOCHROME1")));

        Same([1, 1 - (1000 / 4095.0), 1 - (2047 / 4095.0), 0]);
    }

    [Fact]
    public void The_first_window_applies_after_rescaling()
    {
        SampleFiles.Dicom(FilePath, s_pixels, 2, 2, tags =>
        {
            tags[0x00281050] = ("DS", SampleFiles.Ascii(@"1000.5\40"));
            tags[0x00281051] = ("DS", SampleFiles.Ascii(@"2001\400"));
            tags[0x00281052] = ("DS", SampleFiles.Ascii("-1000"));
            tags[0x00281053] = ("DS", SampleFiles.Ascii("2"));
        });

        Same([0, 1000 / 2000.0, 1, 1]);
    }

    [Fact]
    public void Signed_pixels_start_below_zero()
    {
        ushort[] pixels = [0x0800, 0x0000, 0x07ff, 0x0fff];   // -2048, 0, 2047, -1 in twelve bits
        SampleFiles.Dicom(FilePath, pixels, 2, 2, tags => tags[0x00280103] = ("US", [1, 0]));

        Same([0, 2048 / 4095.0, 1, 2047 / 4095.0]);
    }

    [Fact]
    public void A_cut_off_file_and_one_without_pixels_are_told_apart()
    {
        SampleFiles.Dicom(FilePath, s_pixels, 2, 2);
        var bytes = File.ReadAllBytes(FilePath);
        File.WriteAllBytes(FilePath, bytes[..^3]);
        Assert.Contains("cut off", Assert.Throws<InvalidDataException>(() => ImageFile.Read(FilePath)).Message, StringComparison.Ordinal);

        SampleFiles.Dicom(FilePath, s_pixels, 2, 2, tags => tags.Remove(0x7FE00010));
        Assert.Contains("no image", Assert.Throws<InvalidDataException>(() => ImageFile.Read(FilePath)).Message, StringComparison.Ordinal);

        SampleFiles.Dicom(FilePath, s_pixels, 3, 2);
        Assert.Contains("need 12 bytes", Assert.Throws<InvalidDataException>(() => ImageFile.Read(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sequence_of_unknown_type_and_length_is_written_in_the_plain_form()
    {
        // An item of open length with one tag, whose length would be a type and a short length in the explicit form.
        byte[] sequence = [0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0x10, 0, 0x20, 0, 2, 0, 0, 0, (byte)'x', (byte)' ', 0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];
        SampleFiles.Dicom(FilePath, s_pixels, 2, 2, tags => tags[0x00091001] = ("UN*", sequence));

        Same([0, 1000 / 4095.0, 2047 / 4095.0, 1]);
    }

    [Fact]
    public void Uncompressed_luminance_and_colour_differences_become_red_green_and_blue()
    {
        SampleFiles.Dicom(FilePath, [], 1, 2, tags =>
        {
            (tags[0x00280002], tags[0x00280100], tags[0x00280101]) = (("US", [3, 0]), ("US", [8, 0]), ("US", [8, 0]));
            tags[0x00280004] = ("CS", SampleFiles.Ascii("YBR_FULL"));
            tags[0x7FE00010] = ("OB", [76, 85, 255, 29, 255, 107]);   // red, blue
        });

        using var image = ImageFile.Read(FilePath, ImageTransform.Original());

        Assert.All(image.data<float>().ToArray().Zip([1.0, 0, 0, 0, 0, 1]), pair => Assert.Equal(pair.Second, pair.First, 0.01));
    }

    [Fact]
    public void Any_change_of_one_byte_gives_an_image_or_a_sentence()
    {
        SampleFiles.Dicom(FilePath, s_pixels, 2, 2);
        var bytes = File.ReadAllBytes(FilePath);

        for (var at = 132; at < bytes.Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7f, 0xff })
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

    private void Same(double[] expected)
    {
        using var image = ImageFile.Read(FilePath, ImageTransform.Original(grey: true));
        var values = image.data<float>().ToArray();
        Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
