using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>One place of a slider.</summary>
/// <param name="Label">Short text at the place, e.g. <c>2/255</c>.</param>
/// <param name="Chart">What is shown there.</param>
public sealed record SliderStep(string Label, Chart Chart);

/// <summary>Charts of equal size under one slider; the static picture shows the place at which the slider starts.</summary>
public sealed record SliderChart : Chart
{
    private const int Room = 84;
    private const int Side = 40;

    // What of a layout may differ from one place to the next.
    private static readonly string[] s_changing = ["images", "shapes", "annotations", "title"];
    private static readonly string[] s_axisChanging = ["range", "tickvals", "ticktext"];

    /// <summary>What the slider changes, with its unit, e.g. <c>budget</c>.</summary>
    public required string Label { get; init; }

    /// <summary>The places from left to right, at least two.</summary>
    public required IReadOnlyList<SliderStep> Steps { get; init; }

    /// <summary>The place shown first, counted from 0.</summary>
    public int Start { get; init; }

    internal override (int Width, int Height) Size => (Steps[0].Chart.Size.Width, Steps[0].Chart.Size.Height + Room);

    /// <inheritdoc/>
    public override string ToSvg()
    {
        Check();
        var canvas = new SvgCanvas(Size.Width, Size.Height);
        canvas.Nested(0, 0, Steps[Start].Chart.ToSvg());
        var y = Size.Height - 40.0;
        var gap = (Size.Width - (2.0 * Side)) / (Steps.Count - 1);
        canvas.Text(Side, y - 26, $"{Label}: {Steps[Start].Label}", PlotStyle.TextSize, PlotStyle.Ink, bold: true);
        canvas.Line(Side, y, Size.Width - Side, y, PlotStyle.AxisLine, 4);
        var last = double.NegativeInfinity;
        for (var i = 0; i < Steps.Count; i++)
        {
            var x = Side + (i * gap);
            canvas.Line(x, y + 6, x, y + 12, PlotStyle.AxisLine);
            var half = TextMetrics.Width(Steps[i].Label, PlotStyle.TickSize) / 2;
            if (x - half > last + 6)
            {
                canvas.Text(x, y + 22, Steps[i].Label, PlotStyle.TickSize, PlotStyle.Label, Anchor.Middle);
                last = x + half;
            }
        }

        canvas.Marker(0, Side + (Start * gap), y, PlotStyle.Ink);
        return canvas.ToString();
    }

    /// <inheritdoc/>
    public override JsonObject ToPlotly()
    {
        Check();
        var figures = Steps.Select(step => step.Chart.ToPlotly()).ToArray();
        var counts = figures.Select(figure => figure["data"]!.AsArray().Count).ToArray();
        var data = new JsonArray();
        for (var i = 0; i < figures.Length; i++)
        {
            foreach (var trace in figures[i]["data"]!.AsArray())
            {
                var copy = trace!.DeepClone();
                copy["visible"] = i == Start;
                data.Add(copy);
            }
        }

        var keys = s_changing.Where(key => figures.Any(figure => figure["layout"]![key] is not null)).ToArray();
        var steps = figures.Select((figure, i) => new JsonObject
        {
            ["label"] = PlotlyFigure.Text(Steps[i].Label),
            ["method"] = "update",
            ["args"] = new JsonArray(
                new JsonObject { ["visible"] = new JsonArray([.. counts.SelectMany((count, at) => Enumerable.Repeat(at == i, count)).Select(shown => JsonValue.Create(shown))]) },
                Changes(figure["layout"]!.AsObject(), keys)),
        });
        var layout = figures[Start]["layout"]!.DeepClone().AsObject();
        (layout["width"], layout["height"]) = (Size.Width, Size.Height);
        layout["margin"]!["b"] = layout["margin"]!["b"].Deserialize<double>() + Room;
        layout["sliders"] = new JsonArray(new JsonObject
        {
            ["active"] = Start,
            ["x"] = 0,
            ["y"] = 0,
            ["len"] = 1,
            ["pad"] = new JsonObject { ["l"] = Side, ["r"] = Side, ["t"] = 6, ["b"] = 4 },
            ["currentvalue"] = new JsonObject { ["prefix"] = $"{PlotlyFigure.Text(Label)}: ", ["font"] = PlotlyFigure.Font(PlotStyle.TextSize, PlotStyle.Ink) },
            ["font"] = PlotlyFigure.Font(PlotStyle.TickSize, PlotStyle.Label),
            ["steps"] = new JsonArray([.. steps]),
        });
        var config = figures[Start]["config"]!.DeepClone();
        return new JsonObject { ["data"] = data, ["layout"] = layout, ["config"] = config };
    }

    private protected override string Describe() => string.Join('\n', Steps.Select(step => $"{Label} {step.Label}: {step.Chart}").Prepend($"{Title} (slider over {Label})"));

    private static JsonObject Changes(JsonObject layout, IEnumerable<string> keys)
    {
        var changes = new JsonObject();
        foreach (var key in keys)
        {
            changes[key] = layout[key]?.DeepClone() ?? new JsonArray();
        }

        foreach (var (name, axis) in layout.Where(member => member.Key.StartsWith("xaxis", StringComparison.Ordinal) || member.Key.StartsWith("yaxis", StringComparison.Ordinal)))
        {
            foreach (var key in s_axisChanging.Where(key => axis![key] is not null))
            {
                changes[$"{name}.{key}"] = axis![key]!.DeepClone();
            }
        }

        return changes;
    }

    private void Check()
    {
        if (Steps.Count < 2 || Start < 0 || Start >= Steps.Count)
        {
            throw new ArgumentException($"A slider needs at least two places and starts at one of them; there are {Steps.Count}, and the start is {Start}.");
        }

        if (Steps.Select(step => step.Chart.Size).Distinct().Count() > 1)
        {
            throw new ArgumentException("The charts under a slider must all have the same size.");
        }
    }
}
