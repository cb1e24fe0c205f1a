using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>One colour of bars in a <see cref="BarChart"/>.</summary>
/// <param name="Name">Its name in the legend; decides its colour, see <see cref="Palette"/>.</param>
/// <param name="Values">One value per category; NaN draws no bar but a dash.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> Values)
{
    /// <summary>Lower ends of the error bars, one per category, or null for none.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Upper ends of the error bars, one per category, or null for none.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>Single values drawn as dots over the bars, e.g. one per seed: one list per category, or null for none.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Dots { get; init; }

    /// <summary>Colour as <c>#RRGGBB</c>; null takes it from <see cref="Palette"/>.</summary>
    public string? Color { get; init; }
}

/// <summary>Bars in groups, with optional error bars, dots and horizontal reference lines.</summary>
public sealed record BarChart : Chart
{
    // Of the room between two categories: the bars' share, and one bar's share of its slot.
    private const double GroupShare = 0.78;
    private const double BarShare = 0.92;

    // Dots of one bar stand beside one another, so that equal values stay visible; they use this share of it.
    private const double DotShare = 0.6;
    private const double DotRadius = 2.5;

    /// <summary>Labels under the groups, at least one.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>The bars, at least one series.</summary>
    public required IReadOnlyList<BarSeries> Series { get; init; }

    /// <summary>Whether each category has its own colour from <see cref="Palette"/>; for a single series over methods or attacks.</summary>
    public bool ColorByCategory { get; init; }

    /// <summary>Title of the x axis.</summary>
    public string XTitle { get; init; } = "";

    /// <summary>Title of the y axis, with its unit.</summary>
    public string YTitle { get; init; } = "";

    /// <summary>Whether values are fractions, labelled as percent.</summary>
    public bool PercentY { get; init; }

    /// <summary>Ends of the y axis; null fits them to the data and includes zero.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Horizontal dashed lines.</summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];

    /// <summary>Width of the picture in pixels, at least 240.</summary>
    public int Width { get; init; } = 760;

    /// <summary>Height of the picture in pixels, at least 200.</summary>
    public int Height { get; init; } = 460;

    internal override (int Width, int Height) Size => (Width, Height);

    /// <inheritdoc/>
    public override string ToSvg()
    {
        Check();
        var frame = Frame();
        var canvas = new SvgCanvas(Width, Height);
        frame.Draw(canvas);
        canvas.BeginClip(frame.Left, frame.Top - 2, frame.PlotWidth, frame.PlotHeight + 3);
        var slot = GroupShare / Series.Count;
        var barWidth = BarShare * slot * frame.PlotWidth / (frame.XAxis.High - frame.XAxis.Low);
        var zero = frame.Y(Math.Clamp(0, frame.YAxis.Low, frame.YAxis.High));
        canvas.Line(frame.Left, zero, frame.Left + frame.PlotWidth, zero, PlotStyle.AxisLine);
        for (var i = 0; i < Series.Count; i++)
        {
            for (var category = 0; category < Categories.Count; category++)
            {
                var x = frame.X(category + ((i - ((Series.Count - 1) / 2.0)) * slot));
                DrawBar(canvas, frame, Series[i], category, x, barWidth, zero, Color(i, category));
                foreach (var (place, value) in DotsOf(i, category))
                {
                    canvas.Circle(frame.X(place), frame.Y(value), DotRadius, "#FFFFFF", PlotStyle.Ink);
                }
            }
        }

        foreach (var reference in References)
        {
            var y = frame.Y(reference.Value);
            canvas.Line(frame.Left, y, frame.Left + frame.PlotWidth, y, PlotStyle.Ink, 1.4, PlotStyle.Dotted);
        }

        canvas.EndClip();
        return canvas.ToString();
    }

    /// <inheritdoc/>
    public override JsonObject ToPlotly()
    {
        Check();
        var frame = Frame();
        var data = new JsonArray();
        for (var i = 0; i < Series.Count; i++)
        {
            data.Add(Trace(frame, Series[i], i));
        }

        for (var i = 0; i < Series.Count; i++)
        {
            var dots = Enumerable.Range(0, Categories.Count).SelectMany(category => DotsOf(i, category)).ToArray();
            if (dots.Length > 0)
            {
                data.Add(new JsonObject
                {
                    ["type"] = "scatter",
                    ["mode"] = "markers",
                    ["name"] = PlotlyFigure.Text(Series[i].Name),
                    ["showlegend"] = false,
                    ["x"] = PlotlyFigure.Numbers(dots.Select(dot => dot.Place)),
                    ["y"] = PlotlyFigure.Numbers(dots.Select(dot => dot.Value)),
                    ["marker"] = new JsonObject { ["size"] = 2 * DotRadius, ["color"] = "#FFFFFF", ["line"] = new JsonObject { ["color"] = PlotStyle.Ink, ["width"] = 1 } },
                    ["hovertemplate"] = $"%{{y:{PlotlyFigure.HoverFormat(frame.YAxis)}}}",
                });
            }
        }

        foreach (var reference in References)
        {
            data.Add(new JsonObject
            {
                ["type"] = "scatter",
                ["mode"] = "lines",
                ["name"] = PlotlyFigure.Text(reference.Label),
                ["x"] = PlotlyFigure.Numbers([-1, Categories.Count]),
                ["xaxis"] = "x",
                ["y"] = PlotlyFigure.Numbers([reference.Value, reference.Value]),
                ["line"] = PlotlyFigure.Line(PlotStyle.Ink, 1.4, PlotStyle.Dotted),
                ["hoverinfo"] = "name+y",
            });
        }

        var layout = PlotlyFigure.AxesLayout(frame, Height, ShowsLegend);
        layout["barmode"] = "group";
        layout["bargap"] = 1 - GroupShare;
        layout["bargroupgap"] = 1 - BarShare;
        layout["yaxis"]!["zeroline"] = true;
        layout["yaxis"]!["zerolinecolor"] = PlotStyle.AxisLine;

        // Positions instead of a category axis: a reference line may then reach from edge to edge.
        var across = layout["xaxis"]!.AsObject();
        across.Remove("categoryorder");
        across.Remove("categoryarray");
        across["type"] = "linear";
        across["tickvals"] = PlotlyFigure.Numbers(frame.XTicks.Select(tick => tick.Position));
        across["ticktext"] = PlotlyFigure.Texts(frame.XTicks.Select(tick => tick.Label));
        return PlotlyFigure.Of(data, layout);
    }

    private protected override string Describe()
    {
        Check();
        var frame = Frame();
        return string.Join('\n', Series
            .Select(series => $"{series.Name}: " + ChartText.Join(Categories.Select((category, i) =>
                $"{category} {ChartText.Value(frame.YAxis, series.Values[i])}")))
            .Prepend(ChartText.Heading(Title, "Bar chart", YTitle, XTitle)));
    }

    private bool ShowsLegend => Series.Count + References.Count > 1;

    private void Check()
    {
        if (Series.Count == 0 || Categories.Count == 0)
        {
            throw new ArgumentException("A bar chart needs at least one series and one category.");
        }

        if (ColorByCategory && Series.Count > 1)
        {
            throw new ArgumentException("Colours by category need a single series; with several, each series has its colour.");
        }

        foreach (var series in Series)
        {
            if (series.Values.Count != Categories.Count)
            {
                throw new ArgumentException(
                    $"'{series.Name}' has {series.Values.Count} values for {Categories.Count} categories; give one value per category.");
            }

            ChartChecks.SameLength(series.Name, series.Values.Count, ("low", series.Low), ("high", series.High));
            if (series.Dots is { } dots && dots.Count != Categories.Count)
            {
                throw new ArgumentException($"'{series.Name}' has dots for {dots.Count} of {Categories.Count} categories; give one list per category.");
            }

            if ((series.Low is null) != (series.High is null))
            {
                throw new ArgumentException($"The error bars of '{series.Name}' need both a low and a high end.");
            }
        }
    }

    private PlotFrame Frame()
    {
        var values = Series.SelectMany(series => series.Values.Concat(series.Low ?? []).Concat(series.High ?? []).Concat(series.Dots?.SelectMany(dots => dots) ?? []))
            .Concat(References.Select(reference => reference.Value));
        var range = ChartChecks.Range(values, AxisScale.Linear, "y");
        var legend = Series
            .Select((series, i) => new LegendEntry(series.Name, Color(i, 0), LegendMark.Box))
            .Concat(References.Select(reference => new LegendEntry(reference.Label, PlotStyle.Ink, LegendMark.Line, PlotStyle.Dotted)))
            .Where(entry => !(ColorByCategory && entry.Mark == LegendMark.Box));
        return new PlotFrame(
            Width,
            Height,
            Title,
            Axis.Categories(XTitle, Categories),
            ChartChecks.YAxis(YTitle, AxisScale.Linear, PercentY, YRange, range, fromZero: true),
            ShowsLegend ? [.. legend] : []);
    }

    private string Color(int series, int category) => ColorByCategory ? Palette.Assign(Categories)[category]
        : Series[series].Color is { } own ? ChartChecks.Color(own)
        : Palette.Assign([.. Series.Select(one => one.Name)])[series];

    private IEnumerable<(double Place, double Value)> DotsOf(int series, int category)
    {
        var dots = Series[series].Dots?[category].Where(double.IsFinite).ToArray() ?? [];
        var slot = GroupShare / Series.Count;
        var centre = category + ((series - ((Series.Count - 1) / 2.0)) * slot);
        return dots.Select((value, i) => (centre + ((i - ((dots.Length - 1) / 2.0)) * slot * BarShare * DotShare / Math.Max(1, dots.Length - 1)), value));
    }

    private static void DrawBar(
        SvgCanvas canvas, PlotFrame frame, BarSeries series, int category, double x, double width, double zero, string color)
    {
        var value = series.Values[category];
        if (!double.IsFinite(value))
        {
            canvas.Text(x, zero - 9, "–", PlotStyle.TitleSize, PlotStyle.Label, Anchor.Middle);
            return;
        }

        var y = frame.Y(value);
        canvas.Fill(x - (width / 2), Math.Min(y, zero), width, Math.Abs(y - zero), color);
        if (series is { Low: { } lows, High: { } highs } && double.IsFinite(lows[category] + highs[category]))
        {
            var (low, high) = (frame.Y(lows[category]), frame.Y(highs[category]));
            var cap = Math.Min(5, width / 3);

            // A white rim keeps the whisker visible on dark bars.
            canvas.Line(x, low, x, high, "#FFFFFF", 2.8);
            canvas.Line(x, low, x, high, PlotStyle.Ink, 1.4);
            canvas.Line(x - cap, low, x + cap, low, PlotStyle.Ink, 1.4);
            canvas.Line(x - cap, high, x + cap, high, PlotStyle.Ink, 1.4);
        }
    }

    private JsonObject Trace(PlotFrame frame, BarSeries series, int index)
    {
        var format = PlotlyFigure.HoverFormat(frame.YAxis);
        var hover = $"%{{text}}: %{{y:{format}}}";
        var trace = new JsonObject
        {
            ["type"] = "bar",
            ["name"] = PlotlyFigure.Text(series.Name),
            ["x"] = PlotlyFigure.Numbers(Enumerable.Range(0, Categories.Count).Select(i => (double)i)),
            ["y"] = PlotlyFigure.Numbers(series.Values),
            ["text"] = PlotlyFigure.Texts(Categories),
            ["textposition"] = "none",
            ["marker"] = new JsonObject
            {
                ["color"] = ColorByCategory
                    ? PlotlyFigure.Texts(Categories.Select((_, category) => Color(index, category)))
                    : Color(index, 0),
            },
        };
        if (ColorByCategory)
        {
            trace["showlegend"] = false;
        }

        if (series is { Low: { } low, High: { } high })
        {
            hover += $" [%{{customdata[0]:{format}}}, %{{customdata[1]:{format}}}]";
            trace["customdata"] = new JsonArray([.. low.Zip(high, (l, h) => PlotlyFigure.Numbers([l, h]))]);
            trace["error_y"] = new JsonObject
            {
                ["type"] = "data",
                ["symmetric"] = false,
                ["array"] = PlotlyFigure.Numbers(high.Zip(series.Values, (end, value) => end - value)),
                ["arrayminus"] = PlotlyFigure.Numbers(series.Values.Zip(low, (value, end) => value - end)),
                ["color"] = PlotStyle.Ink,
                ["thickness"] = 1.4,
                ["width"] = 5,
            };
        }

        trace["hovertemplate"] = hover;
        return trace;
    }
}
