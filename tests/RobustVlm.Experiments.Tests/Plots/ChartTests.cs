using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using RobustVlm.Experiments.Plots;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

public sealed class ChartTests
{
    public static TheoryData<string> Names => [.. SampleCharts.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bundle_holds_the_figure_the_picture_and_a_text_and_nothing_else(string name)
    {
        var chart = SampleCharts.All[name];

        var bundle = chart.ToMimeBundle();

        Assert.Equal(["application/vnd.plotly.v1+json", "image/png", "text/plain"], bundle.Keys.Order(StringComparer.Ordinal));
        var figure = Assert.IsAssignableFrom<JsonNode>(bundle["application/vnd.plotly.v1+json"]).AsObject();
        Assert.Equal(["data", "layout", "config"], figure.Select(member => member.Key));
        Assert.False((bool)figure["config"]!["showSendToCloud"]!);
        Assert.StartsWith(chart.Title, (string)bundle["text/plain"], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Picture_decodes_at_twice_the_stated_size_and_is_not_blank(string name)
    {
        var chart = SampleCharts.All[name];

        var picture = new PngDecoder(Convert.FromBase64String((string)chart.ToMimeBundle()["image/png"]));
        var half = new PngDecoder(chart.ToPng(0.5));

        var size = (JsonNode)chart.ToMimeMetadata()["image/png"];
        Assert.Equal(((int)size["width"]! * 2, (int)size["height"]! * 2), (picture.Width, picture.Height));
        Assert.InRange(half.Width - (picture.Width / 4.0), -1, 1);
        Assert.InRange(picture.Pixels.Count(value => value < 128) / (double)picture.Pixels.Length, 0.005, 0.6);
        Assert.True(picture.Pixels.Distinct().Count() > 50);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Equal_charts_give_equal_bytes_in_every_culture(string name)
    {
        var chart = SampleCharts.All[name];
        var (svg, png, figure) = (chart.ToSvg(), chart.ToPng(), chart.ToPlotly().ToJsonString());
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal(svg, chart.ToSvg());
            Assert.Equal(png, chart.ToPng());
            Assert.Equal(figure, chart.ToPlotly().ToJsonString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_two_texts_of_a_picture_overlap(string name)
    {
        var boxes = TextBoxes(SampleCharts.All[name].ToSvg());

        AssertApart(boxes);
    }

    [Fact]
    public void No_two_texts_overlap_where_labels_are_long_and_many()
    {
        var bars = new BarChart
        {
            Title = string.Join(' ', Enumerable.Repeat("a long title", 12)),
            XTitle = "finding",
            YTitle = string.Join(' ', Enumerable.Repeat("a long axis title", 12)),
            Categories = [.. Enumerable.Range(0, 9).Select(i => $"a finding with a long name {i}")],
            Series = [.. Enumerable.Range(0, 9).Select(i => new BarSeries($"method number {i}", [.. Enumerable.Range(0, 9).Select(j => i + (double)j)]))],
            Height = 560,
        };
        var line = SampleCharts.Line with
        {
            Series = [new LineSeries("x", [.. Enumerable.Range(0, 60).Select(i => i * 1000.5)], [.. Enumerable.Range(0, 60).Select(i => i / 60.0)])],
            References = [],
        };

        AssertApart(TextBoxes(bars.ToSvg()));
        AssertApart(TextBoxes(line.ToSvg()));
        AssertApart(TextBoxes((line with { XScale = AxisScale.Linear, Width = 300 }).ToSvg()));
    }

    [Fact]
    public void Titles_with_markup_are_text_in_both_renderings()
    {
        var chart = SampleCharts.Line with { Title = "a < b & \u0001c" };

        var svg = XDocument.Parse(chart.ToSvg());

        Assert.Contains(svg.Descendants(), element => element.Name.LocalName == "text" && element.Value == "a < b & \uFFFDc");
        Assert.Equal("<b>a &lt; b &amp; \u0001c</b>", (string)chart.ToPlotly()["layout"]!["title"]!["text"]!);
    }

    [Fact]
    public void Saves_by_ending()
    {
        using var folder = new Results.TemporaryFolder();
        foreach (var ending in new[] { "png", "svg", "json" })
        {
            SampleCharts.Bars.Save(folder.File($"chart.{ending}"));
        }

        Assert.Equal(SampleCharts.Bars.ToPng(), File.ReadAllBytes(folder.File("chart.png")));
        Assert.Equal(SampleCharts.Bars.ToSvg(), File.ReadAllText(folder.File("chart.svg")));
        Assert.NotNull(JsonNode.Parse(File.ReadAllText(folder.File("chart.json")))!["layout"]);
        Assert.Equal("'chart.gif' should end in .png, .svg or .json.", Assert.Throws<ArgumentException>(() => SampleCharts.Bars.Save("chart.gif")).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(double.NaN)]
    public void Refuses_a_picture_that_no_surface_could_hold(double scale)
    {
        var error = Assert.Throws<PictureException>(() => SampleCharts.Bars.ToPng(scale));

        Assert.Contains("each side must lie between 1 and 16000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_librsvg_the_figure_stays_and_the_text_names_the_package()
    {
        // A second copy of the library, for which the system's libraries do not exist.
        var alone = new AssemblyLoadContext("no librsvg", isCollectible: true);
        var library = alone.LoadFromAssemblyPath(typeof(Chart).Assembly.Location);
        NativeLibrary.SetDllImportResolver(library, (name, _, _) => throw new DllNotFoundException(name));
        var series = Activator.CreateInstance(library.GetType(typeof(BarSeries).FullName!)!, "clean", new double[] { 1 })!;
        var all = Array.CreateInstance(series.GetType(), 1);
        all.SetValue(series, 0);
        var type = library.GetType(typeof(BarChart).FullName!)!;
        var chart = Activator.CreateInstance(type)!;
        type.GetProperty("Categories")!.SetValue(chart, new[] { "a" });
        type.GetProperty("Series")!.SetValue(chart, all);

        var bundle = (IReadOnlyDictionary<string, object>)type.GetMethod("ToMimeBundle")!.Invoke(chart, [])!;
        var error = Assert.Throws<TargetInvocationException>(() => type.GetMethod("ToPng")!.Invoke(chart, [2.0])).InnerException!;

        const string sentence = "Static pictures need librsvg 2.46 or later; install the apt package librsvg2-2.";
        Assert.Equal(["application/vnd.plotly.v1+json", "text/plain"], bundle.Keys);
        Assert.EndsWith($"(no static picture: {sentence})", (string)bundle["text/plain"], StringComparison.Ordinal);
        Assert.Equal(sentence, error.Message);
        alone.Unload();
    }

    [Fact]
    public void Figures_are_plain_JSON_without_NaN()
    {
        foreach (var chart in SampleCharts.All.Values)
        {
            var text = JsonSerializer.Serialize(chart.ToPlotly());

            Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        }

        Assert.Null(SampleCharts.Line.ToPlotly()["data"]![3]!["y"]![1]);
    }

    /// <summary>Corners of every text, with an average letter 0.6 of the font size wide; generous enough to find collisions.</summary>
    private static List<(string Text, double Left, double Top, double Right, double Bottom, double Angle)> TextBoxes(string svg) =>
        [.. XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == "text").Select(element =>
        {
            var size = Number(element, "font-size");
            var transform = (string?)element.Attribute("transform");
            double[] move = transform is null ? [0, 0, 0] : [.. transform.Split(['(', ')', ' '], StringSplitOptions.RemoveEmptyEntries)
                .Where(part => double.TryParse(part, CultureInfo.InvariantCulture, out _))
                .Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
            var (across, down) = (Outer(element, "x"), Outer(element, "y"));
            var x = transform is null ? Number(element, "x") : 0;
            var width = element.Value.Length * size * 0.56;
            if (move[2] == -90)
            {
                // A y axis title, centred and running upwards: a box like any other.
                return (element.Value, across + move[0] - (size / 2), down + move[1] - (width / 2), across + move[0] + (size / 2), down + move[1] + (width / 2), 0);
            }

            var left = (string?)element.Attribute("text-anchor") switch { "middle" => x - (width / 2), "end" => x - width, _ => x };
            var baseline = Number(element, "y");
            return (element.Value, across + left + move[0], down + baseline - (0.75 * size) + move[1], across + left + width + move[0], down + baseline + (0.1 * size) + move[1], move[2]);
        })];

    // A document may hold others, each at its place.
    private static double Outer(XElement element, string name) =>
        element.Ancestors().Where(outer => outer.Attribute(name) is not null).Sum(outer => Number(outer, name));

    private static void AssertApart(List<(string Text, double Left, double Top, double Right, double Bottom, double Angle)> boxes)
    {
        Assert.NotEmpty(boxes);

        // Turned labels are parallel to each other; only upright ones can be compared as boxes.
        var upright = boxes.Where(box => box.Angle == 0).ToList();
        for (var i = 0; i < upright.Count; i++)
        {
            for (var j = i + 1; j < upright.Count; j++)
            {
                var (a, b) = (upright[i], upright[j]);
                var apart = a.Right <= b.Left || b.Right <= a.Left || a.Bottom <= b.Top || b.Bottom <= a.Top;
                Assert.True(apart, $"'{a.Text}' and '{b.Text}' overlap.");
            }
        }

        var turned = boxes.Where(box => box.Angle != 0).OrderBy(box => box.Right).ToList();
        for (var i = 1; i < turned.Count; i++)
        {
            Assert.True(turned[i].Right - turned[i - 1].Right > 20, $"'{turned[i - 1].Text}' and '{turned[i].Text}' are too close.");
        }
    }

    private static double Number(XElement element, string attribute) => double.Parse((string)element.Attribute(attribute)!, CultureInfo.InvariantCulture);
}
