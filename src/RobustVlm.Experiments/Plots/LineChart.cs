using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>One line of a <see cref="LineChart"/>.</summary>
/// <param name="Name">Its name in the legend; decides its colour, see <see cref="Palette"/>.</param>
/// <param name="X">Positions, in the unit of the x axis.</param>
/// <param name="Y">Values, as many as positions; NaN leaves a gap. Fractions on percent axes.</param>
public sealed record LineSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Lower edge of the band, as many as values, or null for no band.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Upper edge of the band, as many as values, or null for no band.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>Whether the points are marked; null marks them when there are at most 25.</summary>
    public bool? Markers { get; init; }

    /// <summary>Whether the points stay unconnected, for a scatter; they are marked then.</summary>
    public bool Unconnected { get; init; }

    /// <summary>Whether the line is dashed, e.g. for a control.</summary>
    public bool Dashed { get; init; }

    /// <summary>Whether the line is thin and pale, e.g. for raw values behind smoothed ones.</summary>
    public bool Faint { get; init; }

    /// <summary>Colour as <c>#RRGGBB</c>; null takes it from <see cref="Palette"/>.</summary>
    public string? Color { get; init; }
}

/// <summary>Lines over a common axis, with optional bands and horizontal reference lines.</summary>
public sealed record LineChart : Chart
{
    /// <summary>The lines, at least one; drawn and listed in this order.</summary>
    public required IReadOnlyList<LineSeries> Series { get; init; }

    /// <summary>Title of the x axis, with its unit, e.g. <c>perturbation budget (grey levels of 255)</c>.</summary>
    public string XTitle { get; init; } = "";

    /// <summary>Title of the y axis, with its unit.</summary>
    public string YTitle { get; init; } = "";

    /// <summary>Scale of the x axis.</summary>
    public AxisScale XScale { get; init; }

    /// <summary>Scale of the y axis: linear or logarithmic.</summary>
    public AxisScale YScale { get; init; }

    /// <summary>Labels of a categorical x axis, one per distinct x in ascending order; null prints the numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Whether y values are fractions, labelled as percent.</summary>
    public bool PercentY { get; init; }

    /// <summary>Ends of the y axis; null fits them to the data (percent axes start at zero).</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Horizontal dashed lines.</summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];

    /// <summary>Width of the picture in pixels, at least 240.</summary>
    public int Width { get; init; } = 760;

    /// <summary>Height of the picture in pixels, at least 200.</summary>
    public int Height { get; init; } = 460;

    /// <summary>Rows of a legend to leave free in place of listing names, where a chart beside this one lists them; null lists them where there is more than one.</summary>
    public int? LegendRoom { get; init; }

    internal override (int Width, int Height) Size => (Width, Height);

    /// <summary>The chart; one without a line says that no run is stored, since a chart needs a line and a finite number.</summary>
    internal LineChart OrGap()
    {
        if (Series.Count > 0)
        {
            return this;
        }

        double[] places = XScale == AxisScale.Categorical ? [.. Enumerable.Range(0, Categories?.Count ?? 2).Select(i => (double)i)] : XScale == AxisScale.Log ? [1, 100] : [0, 100];
        var nothing = YScale == AxisScale.Log ? 1e-3 : 0;
        return this with
        {
            Series = [new LineSeries("no stored run yet", places, [.. places.Select(_ => double.NaN)])],
            References = [new ReferenceLine(nothing, nothing == 0 ? "zero" : "0.001"), .. References],
            YRange = YRange ?? (nothing, PercentY || YScale == AxisScale.Log ? 1 : 100),
        };
    }

    /// <inheritdoc/>
    public override string ToSvg()
    {
        var lines = Lines();
        var frame = Frame(lines);
        var canvas = new SvgCanvas(Width, Height);
        frame.Draw(canvas);

        // Points on the edge of the area stay whole; only what leaves a fixed range is cut.
        const double slack = 6;
        canvas.BeginClip(frame.Left - slack, frame.Top - slack, frame.PlotWidth + (2 * slack), frame.PlotHeight + (2 * slack));
        foreach (var line in lines)
        {
            DrawBand(canvas, frame, line);
        }

        foreach (var reference in References)
        {
            var y = frame.Y(reference.Value);
            canvas.Line(frame.Left, y, frame.Left + frame.PlotWidth, y, PlotStyle.Reference, 1.4, PlotStyle.Dotted);
        }

        foreach (var line in lines)
        {
            foreach (var run in line.Series.Unconnected ? [] : Runs(line.X.Zip(line.Series.Y)))
            {
                canvas.Path([.. run.Select(point => (frame.X(point.X), frame.Y(point.Y)))], line.Color, line.Width, line.Dash);
            }

            foreach (var point in line.Points.Where(_ => line.HasMarkers))
            {
                canvas.Marker(line.Shape, frame.X(point.X), frame.Y(point.Y), line.Color);
            }
        }

        canvas.EndClip();
        return canvas.ToString();
    }

    /// <inheritdoc/>
    public override JsonObject ToPlotly()
    {
        var lines = Lines();
        var frame = Frame(lines);
        var data = new JsonArray();
        foreach (var line in lines)
        {
            AddTraces(data, frame, line);
        }

        foreach (var reference in References)
        {
            var across = frame.XAxis.Scale == AxisScale.Categorical
                ? PlotlyFigure.Texts(frame.XAxis.Ticks.Select(tick => tick.Label))
                : PlotlyFigure.Numbers(new[] { frame.XAxis.Low, frame.XAxis.High }.Select(end => XScale == AxisScale.Log ? Math.Pow(10, end) : end));
            data.Add(new JsonObject
            {
                ["type"] = "scatter",
                ["mode"] = "lines",
                ["name"] = PlotlyFigure.Text(reference.Label),
                ["x"] = across,
                ["y"] = PlotlyFigure.Numbers(Enumerable.Repeat(reference.Value, across.Count)),
                ["line"] = PlotlyFigure.Line(PlotStyle.Reference, 1.4, PlotStyle.Dotted),
                ["hoverinfo"] = "name+y",
            });
        }

        return PlotlyFigure.Of(data, PlotlyFigure.AxesLayout(frame, Height, ShowsLegend));
    }

    private protected override string Describe()
    {
        var lines = Lines();
        var frame = Frame(lines);
        return string.Join('\n', lines
            .Select(line => $"{line.Series.Name}: " + ChartText.Join(line.Points.Select(point =>
                $"{ChartText.Label(frame.XAxis, point.X)} → {ChartText.Value(frame.YAxis, point.Y)}")))
            .Prepend(ChartText.Heading(Title, "Line chart", YTitle, XTitle)));
    }

    private bool ShowsLegend => LegendRoom is null && Series.Count + References.Count > 1;

    private PlotFrame Frame(IReadOnlyList<Line> lines)
    {
        var legend = lines
            .Select(line => new LegendEntry(line.Series.Name, line.Color, line.Series.Unconnected ? LegendMark.Point : LegendMark.Line, line.Dash, line.HasMarkers ? line.Shape : -1))
            .Concat(References.Select(reference => new LegendEntry(reference.Label, PlotStyle.Reference, LegendMark.Line, PlotStyle.Dotted)));
        return new PlotFrame(Width, Height, Title, XAxis(lines), YAxis(), ShowsLegend ? [.. legend] : [], LegendRoom ?? 0);
    }

    private Axis XAxis(IReadOnlyList<Line> lines)
    {
        if (XScale == AxisScale.Categorical)
        {
            return Axis.Categories(XTitle, CategoryLabels(), room: 0.3);
        }

        var (low, high) = ChartChecks.Range(lines.SelectMany(line => line.X), XScale, "x");
        var room = 0.025;
        return XScale == AxisScale.Log
            ? Axis.Values(XTitle, XScale, low * Math.Pow(low / high, room), high * Math.Pow(high / low, room), false, false, Width / 90)
            : Axis.Values(XTitle, XScale, low - (room * (high - low)), high + (room * (high - low)), false, false, Width / 90);
    }

    private Axis YAxis()
    {
        if (YScale == AxisScale.Categorical)
        {
            throw new ArgumentException("The y axis of a line chart is linear or logarithmic, not categorical.");
        }

        var values = Series.SelectMany(series => series.Y.Concat(series.Low ?? []).Concat(series.High ?? []))
            .Concat(References.Select(reference => reference.Value));
        return ChartChecks.YAxis(YTitle, YScale, PercentY, YRange, ChartChecks.Range(values, YScale, "y"), fromZero: false);
    }

    private List<Line> Lines()
    {
        if (Series.Count == 0)
        {
            throw new ArgumentException("A line chart needs at least one series.");
        }

        var positions = XScale == AxisScale.Categorical ? DistinctX() : null;
        var colors = Palette.Assign([.. Series.Select(series => series.Name)]);
        return [.. Series.Select((series, i) =>
        {
            ChartChecks.SameLength(series.Name, series.Y.Count, ("x", series.X), ("low", series.Low), ("high", series.High));
            if ((series.Low is null) != (series.High is null))
            {
                throw new ArgumentException($"The band of '{series.Name}' needs both a low and a high edge.");
            }

            IReadOnlyList<double> x = positions is null ? series.X : [.. series.X.Select(value => (double)positions.BinarySearch(value))];
            return new Line(series, x, series.Color is { } color ? ChartChecks.Color(color) : colors[i], i);
        })];
    }

    private List<double> DistinctX() => [.. Series.SelectMany(series => series.X).Where(double.IsFinite).Distinct().Order()];

    private IReadOnlyList<string> CategoryLabels()
    {
        var distinct = DistinctX();
        if (Categories is not null && Categories.Count != distinct.Count)
        {
            throw new ArgumentException(
                $"There are {Categories.Count} category labels for {distinct.Count} different x values; give one label per value.");
        }

        return Categories ?? [.. distinct.Select(value => Axis.Number(value))];
    }

    private static void DrawBand(SvgCanvas canvas, PlotFrame frame, Line line)
    {
        if (line.Series is { Low: { } low, High: { } high })
        {
            var edges = line.X.Select((x, i) => (X: x, Low: low[i], High: high[i]));
            foreach (var run in ChartChecks.Split(edges, edge => double.IsFinite(edge.X + edge.Low + edge.High)))
            {
                canvas.Area(
                    [
                        .. run.Select(edge => (frame.X(edge.X), frame.Y(edge.High))),
                        .. Enumerable.Reverse(run).Select(edge => (frame.X(edge.X), frame.Y(edge.Low))),
                    ],
                    line.Color,
                    PlotStyle.BandOpacity);
            }
        }
    }

    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Runs(IEnumerable<(double X, double Y)> points) =>
        ChartChecks.Split(points, point => double.IsFinite(point.X) && double.IsFinite(point.Y));

    private static void AddTraces(JsonArray data, PlotFrame frame, Line line)
    {
        var group = FormattableString.Invariant($"series{line.Index}");
        var hover = $"%{{x}} → %{{y:{PlotlyFigure.HoverFormat(frame.YAxis)}}}";
        var trace = new JsonObject
        {
            ["type"] = "scatter",
            ["mode"] = line.Series.Unconnected ? "markers" : line.HasMarkers ? "lines+markers" : "lines",
            ["name"] = PlotlyFigure.Text(line.Series.Name),
            ["x"] = PlotlyX(frame, line),
            ["y"] = PlotlyFigure.Numbers(line.Series.Y),
            ["line"] = PlotlyFigure.Line(line.Color, line.Width, line.Dash),
        };
        if (line.HasMarkers)
        {
            trace["marker"] = new JsonObject { ["size"] = 8, ["symbol"] = MarkerShapes.Name(line.Shape), ["color"] = line.Color };
        }

        if (line.Series is { Low: { } low, High: { } high })
        {
            var format = PlotlyFigure.HoverFormat(frame.YAxis);
            hover += $" [%{{customdata[0]:{format}}}, %{{customdata[1]:{format}}}]";
            trace["legendgroup"] = group;
            trace["customdata"] = new JsonArray([.. low.Zip(high, (l, h) => PlotlyFigure.Numbers([l, h]))]);
            data.Add(Edge(low, null));
            data.Add(Edge(high, PlotStyle.Rgba(line.Color, PlotStyle.BandOpacity)));
        }

        trace["hovertemplate"] = hover;
        data.Add(trace);

        JsonObject Edge(IReadOnlyList<double> values, string? fill)
        {
            var edge = new JsonObject
            {
                ["type"] = "scatter",
                ["mode"] = "lines",
                ["legendgroup"] = group,
                ["showlegend"] = false,
                ["hoverinfo"] = "skip",
                ["x"] = PlotlyX(frame, line),
                ["y"] = PlotlyFigure.Numbers(values),
                ["line"] = new JsonObject { ["width"] = 0, ["color"] = line.Color },
            };
            if (fill is not null)
            {
                edge["fill"] = "tonexty";
                edge["fillcolor"] = fill;
            }

            return edge;
        }
    }

    private static JsonArray PlotlyX(PlotFrame frame, Line line) => frame.XAxis.Scale == AxisScale.Categorical
        ? PlotlyFigure.Texts(line.X.Select(x => frame.XAxis.Ticks[(int)x].Label))
        : PlotlyFigure.Numbers(line.X);

    /// <summary>A series with everything that depends on its neighbours.</summary>
    private sealed record Line(LineSeries Series, IReadOnlyList<double> X, string BaseColor, int Index)
    {
        public string Color => Series.Faint ? ChartChecks.Pale(BaseColor) : BaseColor;

        public double Width => Series.Faint ? 1.2 : PlotStyle.LineWidth;

        // Colours start over after a full round; dashes keep those series apart.
        public string? Dash => Series.Dashed || Index >= Palette.Count ? PlotStyle.Dashed : null;

        public int Shape => Index;

        public bool HasMarkers => Series.Unconnected || (Series.Markers ?? Series.Y.Count <= 25);

        public IEnumerable<(double X, double Y)> Points =>
            X.Zip(Series.Y).Where(point => double.IsFinite(point.First) && double.IsFinite(point.Second));
    }
}
