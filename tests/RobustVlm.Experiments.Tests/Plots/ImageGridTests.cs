using System.Xml.Linq;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

public sealed class ImageGridTests
{
    [Fact]
    public void Draws_headers_labels_captions_and_frames()
    {
        // The pictures' own bytes are checked below; zlib versions may differ in how they pack them.
        var svg = System.Text.RegularExpressions.Regex.Replace(SampleCharts.Grid.ToSvg(), "base64,[^\"]*", "base64,(picture)");

        Snapshot.Match(svg);
    }

    [Fact]
    public void Small_pictures_are_enlarged_by_whole_pixels()
    {
        var uri = (string)XDocument.Parse(SampleCharts.Grid.ToSvg()).Descendants().First(element => element.Name.LocalName == "image").Attribute("href")!;

        var picture = new PngDecoder(Convert.FromBase64String(uri["data:image/png;base64,".Length..]));

        var small = new PngDecoder(SampleCharts.Ramp(1, 8, 8).ToPng());
        Assert.Equal((288, 288, 1), (picture.Width, picture.Height, picture.Channels));
        for (var y = 0; y < 288; y++)
        {
            for (var x = 0; x < 288; x++)
            {
                Assert.Equal(small.Pixels[(y / 36 * 8) + (x / 36)], picture.Pixels[(y * 288) + x]);
            }
        }
    }

    [Theory]
    [InlineData(64, 128)]
    [InlineData(28, 140)]
    [InlineData(224, 144)]
    [InlineData(1000, 144)]
    public void Every_picture_fills_its_cell_and_none_leaves_it(int side, double expected)
    {
        var grid = new ImageGrid { Rows = [new GridRow([new GridCell(SampleCharts.Ramp(1, side, side))])] };

        var image = grid.ToPlotly()["layout"]!["images"]![0]!;

        Assert.Equal(expected, (double)image["sizex"]!, 9);
        Assert.Equal(expected, (double)image["sizey"]!, 9);
        Assert.True(((string)image["source"]!).Length < 400_000);
    }

    [Fact]
    public void Plotly_figure_places_the_same_pictures_and_texts()
    {
        var figure = SampleCharts.Grid.ToPlotly();

        var layout = figure["layout"]!;
        Assert.Equal(3, layout["images"]!.AsArray().Count);
        Assert.Equal([Palette.Right, Palette.Wrong], layout["shapes"]!.AsArray().Select(shape => (string)shape!["line"]!["color"]!));
        var texts = layout["annotations"]!.AsArray().Select(text => (string)text!["text"]!).ToArray();
        Assert.Contains("<b>attacked</b>", texts);
        Assert.Contains("✓ cardiomegaly", texts);
        Assert.Contains("✗ pleural effusion", texts);
        Assert.Contains("&lt;99%", texts);
        Assert.StartsWith("truth: cardiomegaly<br>clean<br>✓ cardiomegaly", (string)figure["data"]![0]!["text"]![0]!, StringComparison.Ordinal);
        Assert.False((bool)figure["config"]!["displayModeBar"]!);
    }

    [Fact]
    public void Planar_values_become_interleaved_bytes()
    {
        var image = PixelImage.FromPlanar([0, 1, 0.5f, -1, 2, 0.25f], 3, 1, 2);

        var png = new PngDecoder(image.ToPng());

        Assert.Equal([0, 128, 255, 255, 0, 64], png.Pixels);
        Assert.Equal(png.Pixels, new PngDecoder(PixelImage.FromBytes(png.Pixels, 3, 1, 2).ToPng()).Pixels);
    }

    [Fact]
    public void A_difference_is_grey_where_nothing_changed()
    {
        float[] clean = [0.5f, 0.5f, 0.5f];

        var automatic = PixelImage.Difference(clean, [0.5f, 0.6f, 0.4f], 1, 1, 3);
        var fixedFactor = PixelImage.Difference(clean, [0.5f, 0.6f, 0.4f], 1, 1, 3, amplification: 2.5);
        var nothing = PixelImage.Difference(clean, clean, 1, 1, 3);

        Assert.Equal([128, 255, 0], new PngDecoder(automatic.ToPng()).Pixels);
        Assert.Equal([128, 191, 64], new PngDecoder(fixedFactor.ToPng()).Pixels.Select(value => (int)value));
        Assert.Equal([128, 128, 128], new PngDecoder(nothing.ToPng()).Pixels);
    }

    [Fact]
    public void Random_pixels_survive_every_row_filter()
    {
        var random = new Random(4);
        for (var size = 1; size < 40; size += 3)
        {
            foreach (var channels in new[] { 1, 3 })
            {
                // Noise, gradients and flat parts make the encoder choose different filters.
                byte[] pixels = [.. Enumerable.Range(0, size * size * channels).Select(i => (byte)((i / 50 % 3) switch
                {
                    0 => random.Next(256),
                    1 => i * 3,
                    _ => 128,
                }))];

                Assert.Equal(pixels, new PngDecoder(PixelImage.FromBytes(pixels, channels, size, size).ToPng()).Pixels);
            }
        }
    }

    [Fact]
    public void Bad_input_is_refused_with_a_sentence()
    {
        Assert.Equal("A picture of 1 x 2 x 2 has 4 values, but 3 were given.", Message(() => PixelImage.FromPlanar([0, 0, 0], 1, 2, 2)));
        Assert.Equal("A picture has 1 channel (grey) or 3 (RGB), not 2.", Message(() => PixelImage.FromBytes([0, 0], 2, 1, 1)));
        Assert.Equal("Value 1 of the picture is NaN; only numbers can be drawn.", Message(() => PixelImage.FromPlanar([0, float.NaN], 1, 1, 2)));
        Assert.Equal("A grid of images needs at least one image.", Message(() => new ImageGrid { Rows = [] }.ToSvg()));
        Assert.Equal(
            "There are 3 column headers for 2 columns; give at most one each.",
            Message(() => (SampleCharts.Grid with { ColumnHeaders = ["a", "b", "c"] }).ToSvg()));
        Assert.Equal("Cells of 8 pixels are too small for a grid of images; use at least 32.", Message(() => (SampleCharts.Grid with { CellSize = 8 }).ToSvg()));
    }

    private static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
}
