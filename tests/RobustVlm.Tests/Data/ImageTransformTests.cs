using System.Text.Json;
using RobustVlm.Data;
using RobustVlm.Data.Sets;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data;

/// <summary>
/// Scaling against Pillow 9.4: the stored cases hold random pixels and what <c>Image.fromarray(a).resize((w, h), filter)</c> (with Grey:
/// <c>convert('L')</c>) made of them; filters BOX, BILINEAR and BICUBIC.
/// </summary>
public sealed class ImageTransformTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-transform-").FullName;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Stored().Length)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Cases))]
    public void Scaling_gives_Pillow_s_grey_levels(int number)
    {
        using var scope = NewDisposeScope();
        var stored = Stored()[number];
        using var image = DecodedImage.FromBytes([.. stored.Pixels.Select(pixel => (byte)pixel)], stored.Width, stored.Height, stored.Channels);
        var result = new float[(stored.Grey ? 1 : stored.Channels) * stored.ScaledHeight * stored.ScaledWidth];

        image.Scale(stored.ScaledWidth, stored.ScaledHeight, stored.Interpolation, stored.Grey || stored.Channels == 1, result);

        Assert.Equal(stored.Expected, result.Select(value => (int)MathF.Round(value * 255)));
    }

    [Theory]
    [InlineData(ImageFit.ShorterSide, 0, 100, 50, 16, 8, 4, 0)]
    [InlineData(ImageFit.ShorterSide, 12, 30, 40, 12, 16, 2, 4)]
    [InlineData(ImageFit.Stretch, 0, 30, 40, 8, 8, 0, 0)]
    [InlineData(ImageFit.Pad, 0, 100, 50, 8, 4, 0, -2)]
    public void The_way_from_shape_to_square_is_torchvision_s(ImageFit fit, int resizeTo, int width, int height, int scaledWidth, int scaledHeight, int left, int top)
    {
        var plan = new ImageTransform { Size = 8, Fit = fit, ResizeTo = resizeTo }.PlanFor(width, height);

        Assert.Equal((scaledWidth, scaledHeight, left, top), (plan.ScaledWidth, plan.ScaledHeight, plan.Left, plan.Top));
    }

    [Fact]
    public void Padding_is_black_and_the_centre_square_is_cut_out()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "wide.png");
        ImageFile.Write(path, ones(1, 8, 16));

        var padded = ImageFile.Read(path, new ImageTransform { Size = 8, Fit = ImageFit.Pad, Grey = true });
        var cut = ImageFile.Read(path, new ImageTransform { Size = 8, Fit = ImageFit.CentreSquare, Grey = true });

        Assert.Equal([0f, 0f, 1f, 1f, 1f, 1f, 0f, 0f], padded[0, .., 3].ToArray<float>());
        Assert.Equal(64, cut.sum().ToDouble());
    }

    [Theory]
    [InlineData("jpg", "cut off")]
    [InlineData("png", "cut off")]
    [InlineData("tiff", "damaged")]
    public void Cut_off_files_are_named(string ending, string part)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "cut." + ending);
        ImageFile.Write(path, rand([3, 40, 50], generator: new Generator(1)));
        var bytes = File.ReadAllBytes(path);

        foreach (var share in new[] { 0.3, 0.6, 0.9, 0.99 })
        {
            File.WriteAllBytes(path, bytes[..(int)(share * bytes.Length)]);
            var error = Assert.Throws<InvalidDataException>(() => ImageFile.Read(path, ImageTransform.Clip()));
            Assert.Contains("cut." + ending, error.Message, StringComparison.Ordinal);
            Assert.True(share < 0.5 || error.Message.Contains(part, StringComparison.Ordinal), error.Message);
        }
    }

    [Fact]
    public void A_png_that_declares_more_pixels_than_its_bytes_can_hold_is_refused()
    {
        var path = Path.Combine(_folder, "huge.png");
        using (var image = ones(1, 8, 8))
        {
            ImageFile.Write(path, image);
        }

        var bytes = File.ReadAllBytes(path);
        bytes[16] = 0x3f;   // the width's first byte
        File.WriteAllBytes(path, bytes);

        Assert.Throws<InvalidDataException>(() => ImageFile.Read(path, ImageTransform.Clip()));
    }

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageFile.Read("x", new ImageTransform { Size = -1 }));
        Assert.Throws<ArgumentException>(() => ImageFile.Read("x", new ImageTransform { Size = 1 << 20 }));
    }

    [SkippableFact]
    public void Clip_s_transform_of_real_images_is_within_one_grey_level_of_the_stored_ones()
    {
        using var scope = NewDisposeScope();
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        Skip.If(root is null || !Directory.Exists(Path.Combine(root, "_preprocess")), "ROBUSTVLM_REALDATA names no folder with _preprocess.");
        var table = CsvTable.Read(Path.Combine(root!, "_preprocess", "_preprocess.csv"), ["input", "output"]);   // not null: skipped above

        for (var row = 0; row < table.Count; row++)
        {
            var ours = ImageFile.Read(Path.Combine(root!, table[row, "input"]), ImageTransform.Clip());
            var stored = ImageFile.Read(Path.Combine(root!, "_preprocess", table[row, "output"]), ImageTransform.Original());

            Assert.InRange((ours - stored).abs().max().ToDouble(), 0, 1.001 / 255);
        }
    }

    private static Case[] Stored() =>
        JsonSerializer.Deserialize<Case[]>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "pillow-resize-reference.json")), s_options) ?? [];

    private static readonly JsonSerializerOptions s_options = new() { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    private sealed record Case(ImageInterpolation Interpolation, int Height, int Width, int Channels, int ScaledHeight, int ScaledWidth, bool Grey, int[] Pixels, int[] Expected);
}
