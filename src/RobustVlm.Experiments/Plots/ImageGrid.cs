using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>Whether a cell's answer was right; shown as coloured frame and as a sign before the caption.</summary>
public enum CellMark
{
    /// <summary>No frame.</summary>
    None,

    /// <summary>Green frame and a tick.</summary>
    Right,

    /// <summary>Red frame and a cross.</summary>
    Wrong,
}

/// <summary>One picture of an <see cref="ImageGrid"/>.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Caption">Lines below it; each may wrap.</param>
public sealed record GridCell(PixelImage Image, params IReadOnlyList<string> Caption)
{
    /// <summary>Whether the answer below it was right.</summary>
    public CellMark Mark { get; init; }
}

/// <summary>One row of an <see cref="ImageGrid"/>.</summary>
/// <param name="Cells">Its pictures from left to right; null leaves a gap.</param>
/// <param name="Label">Text to the left of the row, or null.</param>
public sealed record GridRow(IReadOnlyList<GridCell?> Cells, string? Label = null);

/// <summary>Pictures in rows and columns with headers and captions.</summary>
public sealed record ImageGrid : Chart
{
    /// <summary>The rows, from top to bottom, at least one picture in all.</summary>
    public required IReadOnlyList<GridRow> Rows { get; init; }

    /// <summary>Texts above the columns, from left to right; may be empty.</summary>
    public IReadOnlyList<string> ColumnHeaders { get; init; } = [];

    /// <summary>Side of the square in which each picture is drawn, in pixels, at least 32; small pictures are enlarged without blur.</summary>
    public int CellSize { get; init; } = 144;

    internal override (int Width, int Height) Size
    {
        get
        {
            var layout = new GridLayout(this);
            return (layout.Width, layout.Height);
        }
    }

    /// <inheritdoc/>
    public override string ToSvg()
    {
        var layout = new GridLayout(this);
        var canvas = new SvgCanvas(layout.Width, layout.Height);
        foreach (var picture in layout.Pictures)
        {
            canvas.Image(picture.X, picture.Y, picture.Width, picture.Height, picture.DataUri);
            if (picture.Frame is { } color)
            {
                var out1 = GridLayout.FrameWidth / 2;
                canvas.Frame(
                    picture.X - out1, picture.Y - out1, picture.Width + (2 * out1), picture.Height + (2 * out1), color, GridLayout.FrameWidth);
            }
        }

        foreach (var text in layout.Texts)
        {
            canvas.Text(text.X, text.Y, text.Content, text.Size, text.Color, text.Anchor, text.Bold);
        }

        return canvas.ToString();
    }

    /// <inheritdoc/>
    public override JsonObject ToPlotly()
    {
        var layout = new GridLayout(this);
        var figure = PlotlyFigure.BaseLayout("");
        figure["width"] = layout.Width;
        figure["height"] = layout.Height;
        figure["margin"] = new JsonObject { ["l"] = 0, ["t"] = 0, ["r"] = 0, ["b"] = 0 };
        figure["showlegend"] = false;
        figure["xaxis"] = HiddenAxis(0, layout.Width);
        figure["yaxis"] = HiddenAxis(layout.Height, 0);
        figure["yaxis"]!["scaleanchor"] = "x";
        figure["images"] = new JsonArray([.. layout.Pictures.Select(PlotlyImage)]);
        figure["shapes"] = new JsonArray([.. layout.Pictures.Where(picture => picture.Frame is not null).Select(PlotlyFrame)]);
        figure["annotations"] = new JsonArray([.. layout.Texts.Select(PlotlyText)]);

        // Invisible points carry the captions as mouse-over texts, and make plotly draw the axes the pictures hang on.
        var hover = new JsonObject
        {
            ["type"] = "scatter",
            ["mode"] = "markers",
            ["x"] = PlotlyFigure.Numbers(layout.Pictures.Select(picture => picture.X + (picture.Width / 2))),
            ["y"] = PlotlyFigure.Numbers(layout.Pictures.Select(picture => picture.Y + (picture.Height / 2))),
            ["text"] = PlotlyFigure.Texts(layout.Pictures.Select(picture => picture.Caption)),
            ["hovertemplate"] = "%{text}<extra></extra>",
            ["marker"] = new JsonObject { ["size"] = 40, ["opacity"] = 0 },
        };
        var all = PlotlyFigure.Of([hover], figure);

        // The buttons would cover the pictures; dragging still zooms and a double click goes back.
        all["config"]!["displayModeBar"] = false;
        return all;
    }

    private protected override string Describe() => string.Join('\n', new GridLayout(this).Pictures
        .Select(picture => picture.Caption.Replace('\n', ' '))
        .Where(caption => caption.Length > 0)
        .Prepend(ChartText.Heading(Title, "Image grid", "", "")));

    private static JsonObject HiddenAxis(int low, int high) => new()
    {
        ["visible"] = false,
        ["range"] = PlotlyFigure.Numbers([low, high]),
        ["constrain"] = "domain",
    };

    private static JsonObject PlotlyImage(GridPicture picture) => new()
    {
        ["source"] = picture.DataUri,
        ["xref"] = "x",
        ["yref"] = "y",
        ["x"] = picture.X,
        ["y"] = picture.Y,
        ["sizex"] = picture.Width,
        ["sizey"] = picture.Height,
        ["sizing"] = "stretch",
        ["layer"] = "below",
    };

    private static JsonObject PlotlyFrame(GridPicture picture) => new()
    {
        ["type"] = "rect",
        ["xref"] = "x",
        ["yref"] = "y",
        ["x0"] = picture.X - (GridLayout.FrameWidth / 2),
        ["y0"] = picture.Y - (GridLayout.FrameWidth / 2),
        ["x1"] = picture.X + picture.Width + (GridLayout.FrameWidth / 2),
        ["y1"] = picture.Y + picture.Height + (GridLayout.FrameWidth / 2),
        ["line"] = new JsonObject { ["color"] = picture.Frame, ["width"] = GridLayout.FrameWidth },
    };

    private static JsonObject PlotlyText(GridText text) => new()
    {
        ["text"] = text.Bold ? $"<b>{PlotlyFigure.Text(text.Content)}</b>" : PlotlyFigure.Text(text.Content),
        ["xref"] = "x",
        ["yref"] = "y",
        ["x"] = text.X,
        ["y"] = text.Y,
        ["xanchor"] = text.Anchor switch { Anchor.Middle => "center", Anchor.End => "right", _ => "left" },
        ["yanchor"] = "middle",
        ["showarrow"] = false,
        ["borderpad"] = 0,
        ["font"] = PlotlyFigure.Font(text.Size, text.Color),
    };
}
