using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

public sealed class BarChartTests
{
    [Fact]
    public void Draws_groups_error_bars_and_the_reference() => Snapshot.Match(SampleCharts.Bars.ToSvg());

    [Fact]
    public void Plotly_figure_has_the_same_bars_and_asymmetric_errors()
    {
        var data = SampleCharts.Bars.ToPlotly()["data"]!.AsArray();

        Assert.Equal(["clean", "PGD-10", "chance"], data.Select(trace => (string)trace!["name"]!));
        Assert.Equal([0.81, 0.74, 0.78], data[0]!["y"]!.AsArray().Select(y => (double)y!));
        Assert.Equal(0.84 - 0.81, (double)data[0]!["error_y"]!["array"]![0]!, 12);
        Assert.Equal(0.81 - 0.77, (double)data[0]!["error_y"]!["arrayminus"]![0]!, 12);
        Assert.Null(data[1]!["y"]![2]);
    }

    [Fact]
    public void Dots_stand_over_their_bar_in_both_renderings()
    {
        var chart = new BarChart { Categories = ["x"], Series = [new BarSeries("a", [1]), new BarSeries("b", [2]) { Dots = [[1.5, 2.5, double.NaN]] }] };

        var dots = chart.ToPlotly()["data"]![2]!;

        Assert.Equal([1.5, 2.5], dots["y"]!.AsArray().Select(y => (double)y!));
        Assert.All(dots["x"]!.AsArray(), x => Assert.InRange((double)x!, 0, 0.39));   // the right half of the group
        Assert.Equal(2, chart.ToSvg().Split("<circle").Length - 1);
        Assert.Throws<ArgumentException>(() => new BarChart { Categories = ["x"], Series = [new BarSeries("a", [1]) { Dots = [] }] }.ToSvg());
    }

    [Fact]
    public void Negative_bars_hang_from_zero()
    {
        var chart = new BarChart { Categories = ["a", "b"], Series = [new BarSeries("d", [-0.2, 0.1])] };

        var range = chart.ToPlotly()["layout"]!["yaxis"]!["range"]!.AsArray();

        Assert.True((double)range[0]! < -0.2);
        Assert.True((double)range[1]! > 0.1);
        Assert.Equal("Bar chart\nd: a −0.2, b 0.1", chart.ToString());
    }

    [Fact]
    public void Colours_by_category_follow_the_palette()
    {
        var chart = new BarChart { Categories = ["FGSM", "PGD-10"], Series = [new BarSeries("s", [1, 2])], ColorByCategory = true };

        var colors = chart.ToPlotly()["data"]![0]!["marker"]!["color"]!.AsArray().Select(color => (string)color!);

        Assert.Equal([Palette.Of("FGSM"), Palette.Of("PGD")], colors);
    }

    [Fact]
    public void Bad_input_is_refused_with_a_sentence()
    {
        Refused("A bar chart needs at least one series and one category.", new BarChart { Categories = [], Series = [] });
        Refused("'a' has 1 values for 2 categories; give one value per category.", new BarChart { Categories = ["x", "y"], Series = [new BarSeries("a", [1])] });
        Refused("The error bars of 'a' need both a low and a high end.", new BarChart { Categories = ["x"], Series = [new BarSeries("a", [1]) { Low = [0] }] });
        Refused(
            "Colours by category need a single series; with several, each series has its colour.",
            new BarChart { Categories = ["x"], Series = [new BarSeries("a", [1]), new BarSeries("b", [1])], ColorByCategory = true });
    }

    private static void Refused(string message, Chart chart) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(chart.ToSvg).Message);
}
