using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>The parts of a plotly.js figure that charts share.</summary>
internal static class PlotlyFigure
{
    /// <summary>A figure with few buttons, shown while the mouse is over it.</summary>
    /// <remarks>plotly.js 4 offers to upload a chart unless told otherwise; pictures of patients must not be one click away from that.</remarks>
    public static JsonObject Of(JsonArray data, JsonObject layout) => new()
    {
        ["data"] = data,
        ["layout"] = layout,
        ["config"] = new JsonObject
        {
            ["responsive"] = true,
            ["displaylogo"] = false,
            ["displayModeBar"] = "hover",
            ["showSendToCloud"] = false,
            ["showEditInChartStudio"] = false,
            ["plotlyServerURL"] = "",
            ["modeBarButtonsToRemove"] = Texts(["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]),
        },
    };

    /// <summary>The layout of a chart with axes; margins and ranges equal those of the static picture.</summary>
    public static JsonObject AxesLayout(PlotFrame frame, int height, bool legend)
    {
        var layout = BaseLayout(frame.Title);

        // plotly sets the entries of a legend of several rows in columns, which can take a row more than ours.
        var moreLegend = frame.BrowserLegendRows > 1 ? 16 + (4 * frame.BrowserLegendRows) : 0;
        layout["height"] = height;
        layout["margin"] = new JsonObject
        {
            ["l"] = Math.Round(frame.Left),
            ["t"] = Math.Round(frame.Top) + moreLegend,
            ["r"] = 24,
            ["b"] = Math.Round(frame.Bottom),
        };
        layout["showlegend"] = legend;
        layout["legend"] = new JsonObject
        {
            ["orientation"] = "h",
            ["x"] = 0,
            ["xanchor"] = "left",
            ["y"] = 1.01,
            ["yanchor"] = "bottom",
            ["tracegroupgap"] = 0,
            ["font"] = Font(PlotStyle.TextSize, PlotStyle.Ink),
        };
        layout["xaxis"] = AxisLayout(frame.XAxis, grid: false);
        layout["yaxis"] = AxisLayout(frame.YAxis, grid: true);
        if (frame.TickLabelsTurned)
        {
            layout["xaxis"]!["tickangle"] = -PlotStyle.TickAngle;
            if (frame.XAxis.Scale == AxisScale.Categorical)
            {
                layout["xaxis"]!["tickvals"] = Texts(frame.XTicks.Select(tick => frame.XAxis.Ticks[(int)tick.Position].Label));
                layout["xaxis"]!["ticktext"] = Texts(frame.XTicks.Select(tick => tick.Label));
            }
        }

        return layout;
    }

    /// <summary>Title, font and colours.</summary>
    public static JsonObject BaseLayout(string title)
    {
        var layout = new JsonObject
        {
            ["font"] = Font(PlotStyle.TickSize, PlotStyle.Label),
            ["paper_bgcolor"] = "#FFFFFF",
            ["plot_bgcolor"] = "#FFFFFF",
        };
        if (title.Length > 0)
        {
            layout["title"] = new JsonObject
            {
                ["text"] = $"<b>{Text(title)}</b>",
                ["font"] = Font(PlotStyle.TitleSize, PlotStyle.Ink),
                ["x"] = 0,
                ["xanchor"] = "left",
                ["y"] = 1,
                ["yanchor"] = "top",
                ["yref"] = "container",
                ["pad"] = new JsonObject { ["l"] = 18, ["t"] = 18 },
            };
        }

        return layout;
    }

    public static JsonObject Font(double size, string color) => new()
    {
        ["family"] = PlotStyle.Font,
        ["size"] = size,
        ["color"] = color,
    };

    /// <summary>Numbers; JSON has no NaN, and plotly leaves a gap at null.</summary>
    public static JsonArray Numbers(IEnumerable<double> values) =>
        [.. values.Select(value => double.IsFinite(value) ? JsonValue.Create(value) : null)];

    public static JsonArray Texts(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(Text(value)))];

    /// <summary>Text as plotly shows it unchanged: it reads some HTML.</summary>
    public static string Text(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\n", "<br>", StringComparison.Ordinal);

    /// <summary>The line of a series.</summary>
    public static JsonObject Line(string color, double width, string? dash)
    {
        var line = new JsonObject { ["color"] = color, ["width"] = width };
        if (dash is not null)
        {
            line["dash"] = string.Join(',', dash.Split(' ').Select(part => part + "px"));
        }

        return line;
    }

    /// <summary>d3's format of the values of an axis, for mouse-over texts.</summary>
    public static string HoverFormat(Axis axis) => axis.Percent ? ".1%" : ".4~g";

    private static JsonObject AxisLayout(Axis axis, bool grid)
    {
        var layout = new JsonObject
        {
            ["title"] = new JsonObject { ["text"] = Text(axis.Title), ["font"] = Font(PlotStyle.TextSize, PlotStyle.Ink), ["standoff"] = 10 },
            ["type"] = axis.Scale switch { AxisScale.Log => "log", AxisScale.Categorical => "category", _ => "linear" },
            ["range"] = Numbers([axis.Low, axis.High]),
            ["showgrid"] = grid,
            ["gridcolor"] = PlotStyle.Grid,
            ["zeroline"] = false,
            ["showline"] = true,
            ["linecolor"] = PlotStyle.AxisLine,
            ["ticks"] = grid ? "" : "outside",
            ["tickcolor"] = PlotStyle.AxisLine,
            ["automargin"] = true,
        };
        if (axis.Scale == AxisScale.Categorical)
        {
            layout["categoryorder"] = "array";
            layout["categoryarray"] = Texts(axis.Ticks.Select(tick => tick.Label));
        }
        else
        {
            layout["tickformat"] = axis.Percent ? ",~%" : ",";
            layout["nticks"] = axis.Ticks.Count + 1;
            if (axis.Scale == AxisScale.Log)
            {
                // plotly would print "2" and "5" alone between powers of ten.
                layout["tickvals"] = Numbers(axis.Ticks.Select(tick => Math.Pow(10, tick.Position)));
                layout["ticktext"] = Texts(axis.Ticks.Select(tick => tick.Label));
            }
        }

        return layout;
    }
}
