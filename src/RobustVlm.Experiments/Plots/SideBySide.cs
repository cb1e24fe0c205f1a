using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>Two charts in one figure, left and right, aligned at the top; at most one of them has a legend.</summary>
public sealed record SideBySide : Chart
{
    private static readonly string[] s_moved = ["images", "shapes", "annotations"];

    /// <summary>The chart on the left; not itself a figure of several.</summary>
    public required Chart Left { get; init; }

    /// <summary>The chart on the right; not itself a figure of several.</summary>
    public required Chart Right { get; init; }

    /// <summary>Least height of the figure in pixels; the charts stay at the top. For figures that take turns in the same place.</summary>
    public int LeastHeight { get; init; }

    internal override (int Width, int Height) Size => (Left.Size.Width + Right.Size.Width, Math.Max(LeastHeight, Math.Max(Left.Size.Height, Right.Size.Height)));

    /// <inheritdoc/>
    public override string ToSvg()
    {
        var canvas = new SvgCanvas(Size.Width, Size.Height);
        canvas.Nested(0, 0, Left.ToSvg());
        canvas.Nested(Left.Size.Width, 0, Right.ToSvg());
        return canvas.ToString();
    }

    /// <inheritdoc/>
    public override JsonObject ToPlotly()
    {
        if (Left is SideBySide or SliderChart || Right is SideBySide or SliderChart)
        {
            throw new ArgumentException("Two charts can stand side by side, but not figures of several charts; put the slider outside.");
        }

        var layout = PlotlyFigure.BaseLayout("");
        (layout["width"], layout["height"]) = (Size.Width, Size.Height);
        layout["margin"] = new JsonObject { ["l"] = 0, ["t"] = 0, ["r"] = 0, ["b"] = 0 };
        layout["showlegend"] = false;
        var data = new JsonArray();
        Add(Left, 0, "", data, layout);
        Add(Right, Left.Size.Width, "2", data, layout);
        var figure = PlotlyFigure.Of(data, layout);
        figure["config"]!["displayModeBar"] = false;
        return figure;
    }

    private protected override string Describe() => $"{(Title.Length > 0 ? Title + '\n' : "")}{Left}\n{Right}";

    private void Add(Chart chart, int offset, string suffix, JsonArray data, JsonObject layout)
    {
        var part = chart.ToPlotly();
        var from = part["layout"]!.AsObject();
        Place(from, chart.Size.Width, chart.Size.Height, offset, suffix, layout);
        foreach (var key in s_moved)
        {
            var items = layout[key] as JsonArray ?? [];
            layout[key] = items.Parent is null ? items : items.DeepClone();
            foreach (var item in from[key]?.AsArray() ?? [])
            {
                var moved = item!.DeepClone();
                (moved["xref"], moved["yref"]) = ($"x{suffix}", $"y{suffix}");
                layout[key]!.AsArray().Add(moved);
            }
        }

        foreach (var trace in part["data"]!.AsArray())
        {
            var moved = trace!.DeepClone();
            (moved["xaxis"], moved["yaxis"]) = ($"x{suffix}", $"y{suffix}");
            if (from["showlegend"]?.GetValue<bool>() != true)
            {
                moved["showlegend"] = false;
            }

            data.Add(moved);
        }

        if (from["title"] is JsonObject title)
        {
            layout["annotations"]!.AsArray().Add(Heading(title, offset));
        }
    }

    private void Place(JsonObject from, int width, int height, int offset, string suffix, JsonObject layout)
    {
        var margin = from["margin"]!.AsObject();
        double Edge(string side) => margin[side].Deserialize<double>();
        var (whole, high) = ((double)Size.Width, (double)Size.Height);
        var across = PlotlyFigure.Numbers([(offset + Edge("l")) / whole, (offset + width - Edge("r")) / whole]);
        var top = 1 - (Edge("t") / high);
        foreach (var (letter, other, domain) in new[] { ("x", "y", across), ("y", "x", PlotlyFigure.Numbers([1 - ((height - Edge("b")) / high), top])) })
        {
            var axis = from[letter + "axis"]!.DeepClone();
            (axis["domain"], axis["anchor"], axis["automargin"]) = (domain, other + suffix, false);
            if (axis["scaleanchor"] is not null)
            {
                axis["scaleanchor"] = other + suffix;
            }

            layout[$"{letter}axis{suffix}"] = axis;
        }

        foreach (var (key, value) in from.Where(member => !layout.ContainsKey(member.Key) && member.Key is not ("title" or "legend" or "xaxis" or "yaxis") && !s_moved.Contains(member.Key)).ToArray())
        {
            layout[key] = value?.DeepClone();
        }

        if (from["showlegend"]?.GetValue<bool>() == true)
        {
            if (layout["showlegend"]!.GetValue<bool>())
            {
                throw new ArgumentException("Only one of two charts side by side can have a legend; give one of them a single series.");
            }

            layout["showlegend"] = true;
            var legend = from["legend"]!.DeepClone();
            (legend["x"], legend["y"]) = (across[0]!.GetValue<double>(), top + 0.01);
            layout["legend"] = legend;
        }
    }

    private JsonObject Heading(JsonObject title, int offset) => new()
    {
        ["text"] = title["text"]!.DeepClone(),
        ["font"] = title["font"]!.DeepClone(),
        ["xref"] = "paper",
        ["yref"] = "paper",
        ["x"] = (offset + title["pad"]!["l"].Deserialize<double>()) / Size.Width,
        ["y"] = 1 - (title["pad"]!["t"].Deserialize<double>() / Size.Height),
        ["xanchor"] = "left",
        ["yanchor"] = "top",
        ["align"] = "left",
        ["borderpad"] = 0,
        ["showarrow"] = false,
    };
}
