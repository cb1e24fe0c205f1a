using System.Text.Json.Nodes;
using RobustVlm.Experiments.Plots;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

public sealed class SliderChartTests
{
    [Fact]
    public void Each_place_shows_its_own_traces_and_pictures()
    {
        var figure = SampleCharts.Slider.ToPlotly();

        var shown = figure["data"]!.AsArray().Select(trace => trace!["visible"]!.GetValue<bool>()).ToArray();
        var steps = figure["layout"]!["sliders"]![0]!["steps"]!.AsArray();
        Assert.Equal(["0/255", "1/255", "2/255", "3/255"], steps.Select(step => step!["label"]!.GetValue<string>()));
        Assert.Equal(shown, Visible(steps[1]!));
        Assert.All(steps, step => Assert.Equal(shown.Length, Visible(step!).Length));
        Assert.All(Enumerable.Range(0, shown.Length), trace => Assert.Single(steps, step => Visible(step!)[trace]));
        Assert.All(steps, step => Assert.Equal(3, step!["args"]![1]!["images"]!.AsArray().Count));
    }

    [Fact]
    public void The_right_part_has_its_own_axes_beside_the_left_one()
    {
        var layout = SampleCharts.Beside.ToPlotly()["layout"]!;

        var (left, right) = (layout["xaxis"]!["domain"]!.AsArray(), layout["xaxis2"]!["domain"]!.AsArray());
        Assert.True(left[1]!.GetValue<double>() <= right[0]!.GetValue<double>());
        Assert.All(layout["images"]!.AsArray(), image => Assert.Equal("x", image!["xref"]!.GetValue<string>()));
        Assert.Contains(layout["annotations"]!.AsArray(), note => note!["text"]!.GetValue<string>().Contains("Clean and robust accuracy", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_part_with_a_legend_is_in_it()
    {
        var named = SampleCharts.Beside.ToPlotly()["data"]!.AsArray().Where(trace => trace!["showlegend"]?.GetValue<bool>() != false);

        Assert.Equal(["clean", "PGD-10", "chance"], named.Select(trace => trace!["name"]!.GetValue<string>()));
    }

    [Fact]
    public void Places_of_different_size_and_single_places_are_refused()
    {
        var wide = SampleCharts.Slider with { Steps = [new SliderStep("a", SampleCharts.Bars), new SliderStep("b", SampleCharts.Bars with { Width = 500 })], Start = 0 };

        Assert.Contains("same size", Assert.Throws<ArgumentException>(wide.ToSvg).Message, StringComparison.Ordinal);
        Assert.Contains("two places", Assert.Throws<ArgumentException>((wide with { Steps = [wide.Steps[0]] }).ToPlotly).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_of_several_charts_do_not_stand_side_by_side() =>
        Assert.Contains("slider outside", Assert.Throws<ArgumentException>((SampleCharts.Beside with { Left = SampleCharts.Slider }).ToPlotly).Message, StringComparison.Ordinal);

    /// <summary>A reader moves the slider: pressing on its rail changes picture and bars.</summary>
    [SkippableFact]
    public void Pressing_the_rail_in_a_browser_shows_that_place()
    {
        var moves = Browser.MoveSlider(SampleCharts.Slider.ToPlotly(), [0.02, 0.98]);

        Assert.Equal([1, 0, 3], moves.Select(move => move.Active));
        Assert.All(moves, move => Assert.Equal([.. SampleCharts.Slider.ToPlotly()["layout"]!["sliders"]![0]!["steps"]![move.Active]!["args"]![0]!["visible"]!.AsArray().Index().Where(at => at.Item!.GetValue<bool>()).Select(at => at.Index)], move.Visible));
    }

    private static bool[] Visible(JsonNode step) => [.. step["args"]![0]!["visible"]!.AsArray().Select(value => value!.GetValue<bool>())];
}
