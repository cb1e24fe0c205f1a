using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Tests.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

public sealed class LineChartTests
{
    private static readonly LineSeries s_series = new("PGD", [1, 10, 100], [1, 2, 3]);

    [Fact]
    public void Draws_bands_gaps_markers_and_the_reference() => Snapshot.Match(SampleCharts.Line.ToSvg());

    [Fact]
    public void Plotly_figure_has_band_line_and_reference_with_the_same_titles()
    {
        var figure = SampleCharts.Line.ToPlotly();

        var (data, layout) = (figure["data"]!.AsArray(), figure["layout"]!);
        Assert.Equal([null, null, "FGSM", "PGD-10", "chance (1 in 7)"], data.Select(trace => (string?)trace!["name"]));
        Assert.Equal("tonexty", (string)data[1]!["fill"]!);
        Assert.Equal((string)data[1]!["legendgroup"]!, (string)data[2]!["legendgroup"]!);
        Assert.Equal(["0", "0.5", "2", "8"], data[2]!["x"]!.AsArray().Select(x => (string)x!));
        Assert.Equal([0.81, 0.63, 0.3, 0.02], data[2]!["y"]!.AsArray().Select(y => (double)y!));
        Assert.Equal("6px,4px", (string)data[3]!["line"]!["dash"]!);
        Assert.Equal("perturbation budget (grey levels of 255)", (string)layout["xaxis"]!["title"]!["text"]!);
        Assert.Equal("zero-shot accuracy (7 classes)", (string)layout["yaxis"]!["title"]!["text"]!);
        Assert.Equal(",~%", (string)layout["yaxis"]!["tickformat"]!);
        Assert.Equal("category", (string)layout["xaxis"]!["type"]!);
        Assert.True((bool)layout["showlegend"]!);
    }

    [Fact]
    public void Logarithmic_axes_label_powers_of_ten() => Snapshot.Match(new LineChart
    {
        Title = "Loss against learning rate",
        XScale = AxisScale.Log,
        YScale = AxisScale.Log,
        XTitle = "learning rate",
        YTitle = "loss",
        Series = [new LineSeries("AdamW", [1e-5, 1e-4, 1e-3, 1e-2], [2, 1, 0.5, 4])],
    }.ToSvg());

    [Fact]
    public void One_point_is_enough()
    {
        var chart = new LineChart { Series = [new LineSeries("a", [3], [0.5])], PercentY = true };

        Assert.Contains("<circle", chart.ToSvg(), StringComparison.Ordinal);
        Assert.Equal("Line chart\na: 3 → 50.0%", chart.ToString());
    }

    [Fact]
    public void Bad_input_is_refused_with_a_sentence()
    {
        Refused("A line chart needs at least one series.", new LineChart { Series = [] });
        Refused("'PGD' has 3 values but 2 for x; give as many of both.", new LineChart { Series = [s_series with { X = [1, 2] }] });
        Refused("The band of 'PGD' needs both a low and a high edge.", new LineChart { Series = [s_series with { Low = [0, 0, 0] }] });
        Refused("There is nothing to draw: no finite y value.", new LineChart { Series = [s_series with { Y = [double.NaN, double.NaN, double.NaN] }] });
        Refused(
            "A logarithmic x axis needs values above zero, and there is 0; use a linear or a categorical one.",
            new LineChart { Series = [s_series with { X = [0, 1, 2] }], XScale = AxisScale.Log });
        Refused(
            "There are 1 category labels for 3 different x values; give one label per value.",
            new LineChart { Series = [s_series], XScale = AxisScale.Categorical, Categories = ["clean"] });
        Refused("'red' is not a colour; write it as #RRGGBB.", new LineChart { Series = [s_series with { Color = "red" }] });
        Refused("A chart of 100 x 460 pixels is too small; use at least 240 x 200.", new LineChart { Series = [s_series], Width = 100 });
        Refused(
            "The y range 2 to 1 is no range; give the smaller end first, above zero on a logarithmic axis.",
            new LineChart { Series = [s_series], YRange = (2, 1) });
    }

    [Fact]
    public void Loss_curve_averages_without_lag_and_keeps_the_raw_values()
    {
        var lines = (SampleCharts.Loss with { Losses = [.. Enumerable.Range(0, 40).Select(i => 100.0 - (2 * i))] }).ToLineChart();

        Assert.Equal(["each step", "moving average"], lines.Series.Select(series => series.Name));
        Assert.Equal(lines.Series[0].Y, lines.Series[1].Y.Select(value => Math.Round(value, 9)));
        Assert.Equal([1.0, 2.0, 3.0], lines.Series[0].X.Take(3));
        Assert.Single((SampleCharts.Loss with { SmoothingWindow = 1 }).ToLineChart().Series);
        Snapshot.Match(SampleCharts.Loss.ToSvg());
    }

    [Fact]
    public void Loss_curve_average_is_the_mean_of_its_window_and_skips_NaN()
    {
        var average = new LossCurve { Losses = [1, 2, 6, double.NaN, 10], SmoothingWindow = 3 }.ToLineChart().Series[1].Y;

        Assert.Equal([1, 3, 4, double.NaN, 10], average);
    }

    private static void Refused(string message, Chart chart)
    {
        Assert.Equal(message, Assert.Throws<ArgumentException>(chart.ToSvg).Message);
        Assert.Equal(message, Assert.Throws<ArgumentException>(chart.ToPlotly).Message);
    }
}
