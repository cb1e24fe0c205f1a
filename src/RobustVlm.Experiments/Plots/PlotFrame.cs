namespace RobustVlm.Experiments.Plots;

/// <summary>How an entry of the legend is drawn.</summary>
internal enum LegendMark
{
    Line,
    Box,
    Point,
}

/// <summary>An entry of the legend; a shape below zero means a line without points.</summary>
internal sealed record LegendEntry(string Name, string Color, LegendMark Mark, string? Dash = null, int Shape = -1);

/// <summary>Title, legend, axes and grid of a chart, laid out so that no text meets another, and the plot's area within.</summary>
internal sealed class PlotFrame
{
    private const double Edge = 18;
    private const double TitleLine = 22;
    private const double LegendLine = 21;
    private const double LegendGap = 22;
    private const double BrowserLegendGap = 44;   // plotly draws longer samples
    private const double Swatch = 26;
    private const double LabelLimit = 150;
    private readonly double _width;
    private readonly IReadOnlyList<string> _title;
    private readonly IReadOnlyList<(LegendEntry Entry, string Text, double X, int Row)> _legend;

    public PlotFrame(int width, int height, string title, Axis x, Axis y, IReadOnlyList<LegendEntry> legend, int legendRoom = 0)
    {
        if (width < 240 || height < 200)
        {
            throw new ArgumentException($"A chart of {width} x {height} pixels is too small; use at least 240 x 200.");
        }

        (XAxis, YAxis, _width) = (x, y, width);
        _title = title.Length == 0 ? [] : TextMetrics.Wrap(title, width - (2 * Edge), PlotStyle.TitleSize, bold: true);

        var yLabels = y.Ticks.Max(tick => TextMetrics.Width(tick.Label, PlotStyle.TickSize));
        Left = Edge + (y.Title.Length > 0 ? 20 : 0) + yLabels + 10;
        PlotWidth = width - Left - Edge - 6;

        TickLabelsTurned = !TicksFit(x.Ticks, horizontal: true);
        XTicks = TickLabelsTurned ? Thinned([.. x.Ticks.Select(tick => (tick.Position, TextMetrics.Fit(tick.Label, LabelLimit, PlotStyle.TickSize)))]) : x.Ticks;
        var longest = XTicks.Max(tick => TextMetrics.Width(tick.Label, PlotStyle.TickSize));
        var turned = PlotStyle.TickAngle * Math.PI / 180;
        if (TickLabelsTurned)
        {
            // The first labels reach to the left of their tick and may need more room there.
            var reach = XTicks.Max(tick =>
                (TextMetrics.Width(tick.Label, PlotStyle.TickSize) * Math.Cos(turned)) - (Across(tick.Position) * PlotWidth));
            var more = Math.Max(0, reach + 8 - Left);
            Left += more;
            PlotWidth -= more;
        }

        _legend = Arrange(legend, PlotWidth, LegendGap, out var legendRows);
        _ = Arrange(legend, PlotWidth, BrowserLegendGap, out var browserRows);
        BrowserLegendRows = browserRows;
        var rows = Math.Max(legendRows, legendRoom);
        Top = Edge + (_title.Count * TitleLine) + (rows * LegendLine) + (rows > 0 ? 8 : 2);
        TickLabelHeight = TickLabelsTurned ? (longest * Math.Sin(turned)) + 16 : 20;
        Bottom = TickLabelHeight + (x.Title.Length > 0 ? 26 : 4) + 8;
        PlotHeight = height - Top - Bottom;
        if (PlotHeight < 60)
        {
            throw new ArgumentException(
                $"Title, legend and labels leave no room for the plot in {width} x {height} pixels; make the chart higher.");
        }
    }

    public Axis XAxis { get; }

    public Axis YAxis { get; }

    public double Left { get; }

    public double Top { get; }

    public double Bottom { get; }

    public double PlotWidth { get; }

    public double PlotHeight { get; }

    public bool TickLabelsTurned { get; }

    /// <summary>The ticks of the x axis that have room, with labels as short as they must be.</summary>
    public IReadOnlyList<(double Position, string Label)> XTicks { get; }

    public int BrowserLegendRows { get; }

    /// <summary>The title, broken into lines.</summary>
    public string Title => string.Join('\n', _title);

    private double TickLabelHeight { get; }

    public double X(double value) => Left + (XAxis.Fraction(value) * PlotWidth);

    public double Y(double value) => Top + ((1 - YAxis.Fraction(value)) * PlotHeight);

    /// <summary>Draws everything except the data.</summary>
    public void Draw(SvgCanvas canvas)
    {
        for (var i = 0; i < _title.Count; i++)
        {
            canvas.Text(Edge, Edge + (TitleLine * (i + 0.4)), _title[i], PlotStyle.TitleSize, PlotStyle.Ink, bold: true);
        }

        DrawLegend(canvas);
        var (right, floor) = (Left + PlotWidth, Top + PlotHeight);
        foreach (var (position, label) in YAxis.Ticks)
        {
            var y = floor - ((position - YAxis.Low) / (YAxis.High - YAxis.Low) * PlotHeight);
            canvas.Line(Left, y, right, y, PlotStyle.Grid);
            canvas.Text(Left - 8, y, label, PlotStyle.TickSize, PlotStyle.Label, Anchor.End);
        }

        foreach (var (position, label) in XTicks)
        {
            var x = Left + (Across(position) * PlotWidth);
            canvas.Line(x, floor, x, floor + 5, PlotStyle.AxisLine);
            if (TickLabelsTurned)
            {
                canvas.Text(x + 3, floor + 13, label, PlotStyle.TickSize, PlotStyle.Label, Anchor.End, degrees: PlotStyle.TickAngle);
            }
            else
            {
                canvas.Text(x, floor + 15, label, PlotStyle.TickSize, PlotStyle.Label, Anchor.Middle);
            }
        }

        canvas.Line(Left, floor, right, floor, PlotStyle.AxisLine);
        canvas.Line(Left, Top, Left, floor, PlotStyle.AxisLine);
        canvas.Text(
            Left + (PlotWidth / 2), floor + TickLabelHeight + 14, TextMetrics.Fit(XAxis.Title, _width - (2 * Edge), PlotStyle.TextSize),
            PlotStyle.TextSize, PlotStyle.Ink, Anchor.Middle);
        canvas.Text(
            Edge + 4, Top + (PlotHeight / 2), TextMetrics.Fit(YAxis.Title, PlotHeight + 16, PlotStyle.TextSize),
            PlotStyle.TextSize, PlotStyle.Ink, Anchor.Middle, degrees: 90);
    }

    private void DrawLegend(SvgCanvas canvas)
    {
        var top = Edge + (_title.Count * TitleLine) + (LegendLine / 2);
        foreach (var (entry, text, x, row) in _legend)
        {
            var y = top + (row * LegendLine);
            if (entry.Mark == LegendMark.Box)
            {
                canvas.Fill(Left + x + 4, y - 6, 16, 12, entry.Color);
            }
            else
            {
                if (entry.Mark == LegendMark.Line)
                {
                    canvas.Line(Left + x, y, Left + x + 20, y, entry.Color, PlotStyle.LineWidth, entry.Dash);
                }

                if (entry.Shape >= 0)
                {
                    canvas.Marker(entry.Shape, Left + x + 10, y, entry.Color, outlined: false);
                }
            }

            canvas.Text(Left + x + Swatch, y, text, PlotStyle.TextSize, PlotStyle.Ink);
        }
    }

    private static List<(LegendEntry Entry, string Text, double X, int Row)> Arrange(
        IReadOnlyList<LegendEntry> entries, double width, double gap, out int rows)
    {
        var placed = new List<(LegendEntry, string, double, int)>();
        var (x, row) = (0.0, 0);
        foreach (var entry in entries)
        {
            var text = TextMetrics.Fit(entry.Name, width - Swatch, PlotStyle.TextSize);
            var needed = Swatch + TextMetrics.Width(text, PlotStyle.TextSize);
            if (x > 0 && x + needed > width)
            {
                (x, row) = (0, row + 1);
            }

            placed.Add((entry, text, x, row));
            x += needed + gap;
        }

        rows = entries.Count == 0 ? 0 : row + 1;
        return placed;
    }

    private double Across(double position) => (position - XAxis.Low) / (XAxis.High - XAxis.Low);

    private bool TicksFit(IReadOnlyList<(double Position, string Label)> ticks, bool horizontal)
    {
        const double gap = 8;
        for (var i = 1; i < ticks.Count; i++)
        {
            var distance = (Across(ticks[i].Position) - Across(ticks[i - 1].Position)) * PlotWidth;
            var needed = horizontal
                ? ((TextMetrics.Width(ticks[i].Label, PlotStyle.TickSize) + TextMetrics.Width(ticks[i - 1].Label, PlotStyle.TickSize)) / 2) + gap
                : PlotStyle.TickSize * 1.9;
            if (distance < needed)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Every second, third, … tick, until even turned labels fit.</summary>
    private (double Position, string Label)[] Thinned(IReadOnlyList<(double Position, string Label)> ticks)
    {
        for (var stride = 1; stride < ticks.Count; stride++)
        {
            (double Position, string Label)[] kept = [.. ticks.Where((_, i) => i % stride == 0)];
            if (TicksFit(kept, horizontal: false))
            {
                return kept;
            }
        }

        return [.. ticks.Take(1)];
    }
}
