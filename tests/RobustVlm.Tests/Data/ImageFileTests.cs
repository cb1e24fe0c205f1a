using RobustVlm.Data;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data;

public sealed class ImageFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-images-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_png_comes_back_as_it_was_written(long channels)
    {
        using var scope = NewDisposeScope();
        var image = randint(0, 256, [channels, 20, 30], generator: new Generator(1)).to(ScalarType.Float32) / 255;
        var path = Path.Combine(_folder, "a.png");

        ImageFile.Write(path, image);
        var read = ImageFile.Read(path, grey: channels == 1);

        Assert.Equal(image.shape, read.shape);
        Assert.True(read.allclose(image, atol: 1e-6));
    }

    [Fact]
    public void Scaling_cuts_the_centred_square_and_averages()
    {
        using var scope = NewDisposeScope();
        var image = zeros(1, 20, 40);
        image[.., .., TensorIndex.Slice(10, 20)] = ones(1, 20, 10);   // left half of the centred square
        var path = Path.Combine(_folder, "wide.png");
        ImageFile.Write(path, image);

        var read = ImageFile.Read(path, size: 2);

        Assert.Equal([1, 2, 2], read.shape);
        Assert.Equal([1f, 0f, 1f, 0f], read.ToArray<float>());
    }

    [Fact]
    public void A_jpeg_is_close()
    {
        using var scope = NewDisposeScope();
        var image = linspace(0, 1, 64).view(1, 1, 64).expand(1, 64, 64);
        var path = Path.Combine(_folder, "ramp.jpg");

        ImageFile.Write(path, image);

        Assert.InRange((ImageFile.Read(path) - image).abs().max().ToDouble(), 0, 0.03);
    }

    [Fact]
    public void Both_ways_to_read_agree_and_neither_turns_a_photo()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "photo.jpg");
        ImageFile.Write(path, rand([3, 20, 30], generator: new Generator(1)));
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif"u8, 0, 0, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];   // a quarter turn
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [.. bytes[..2], .. exif, .. bytes[2..]]);

        var read = ImageFile.Read(path, grey: false);

        Assert.Equal([3, 20, 30], read.shape);
        Assert.True(read.equal(ImageFile.Read(path, ImageTransform.Original())).all().ToBoolean());
        Assert.Equal([3, 30, 20], ImageFile.Read(path, ImageTransform.Original() with { Upright = true }).shape);
    }

    [Theory]
    [InlineData("no image.png", "this is text", "is not an image")]
    [InlineData("empty.png", "", "is empty")]
    public void Something_else_than_an_image_is_named(string name, string content, string part)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);

        var error = Assert.Throws<InvalidDataException>(() => ImageFile.Read(path));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_off_png_is_refused()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "cut.png");
        ImageFile.Write(path, rand([1, 64, 64], generator: new Generator(1)));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..40]);

        Assert.Throws<InvalidDataException>(() => ImageFile.Read(path));
    }

    [Fact]
    public void Wrong_shapes_and_endings_are_refused()
    {
        using var scope = NewDisposeScope();

        Assert.Contains("[2, 4, 4]", Assert.Throws<ArgumentException>(() => ImageFile.Write(Path.Combine(_folder, "x.png"), ones(2, 4, 4))).Message, StringComparison.Ordinal);
        Assert.Contains(".png", Assert.Throws<ArgumentException>(() => ImageFile.Write(Path.Combine(_folder, "x.xyz"), ones(1, 4, 4))).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => ImageFile.Read(Path.Combine(_folder, "none.png")));
    }
}
