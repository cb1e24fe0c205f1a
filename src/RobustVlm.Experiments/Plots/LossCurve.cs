using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Plots;

/// <summary>Training loss over steps: the raw values pale, their moving average on top.</summary>
public sealed record LossCurve : Chart
{
    /// <summary>One loss per step, at least one; NaN leaves a gap.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>The step of each loss; null counts from 1.</summary>
    public IReadOnlyList<double>? Steps { get; init; }

    /// <summary>How many neighbouring steps the average spans; null takes a twentieth of the run, 1 shows the raw values only.</summary>
    public int? SmoothingWindow { get; init; }

    /// <summary>Title of the x axis.</summary>
    public string XTitle { get; init; } = "training step";

    /// <summary>Title of the y axis.</summary>
    public string YTitle { get; init; } = "loss";

    /// <summary>Whether the loss is shown on a logarithmic axis; then all losses must be above zero.</summary>
    public bool LogY { get; init; }

    /// <summary>A horizontal line to compare with, e.g. the loss of guessing.</summary>
    public ReferenceLine? Reference { get; init; }

    /// <summary>Width of the picture in pixels.</summary>
    public int Width { get; init; } = 760;

    /// <summary>Height of the picture in pixels.</summary>
    public int Height { get; init; } = 360;

    internal override (int Width, int Height) Size => (Width, Height);

    /// <summary>The same as a line chart, to add other lines to it.</summary>
    public LineChart ToLineChart()
    {
        var window = SmoothingWindow ?? (Losses.Count / 20);
        if (window < 0)
        {
            throw new ArgumentException($"A moving average spans at least one step, not {window}.");
        }

        var steps = Steps ?? [.. Enumerable.Range(1, Losses.Count).Select(step => (double)step)];
        const string color = "#0072B2";
        var raw = new LineSeries("each step", steps, Losses) { Color = color, Markers = Losses.Count == 1 };
        var average = new LineSeries("moving average", steps, Average(window / 2)) { Color = color, Markers = false };
        return new LineChart
        {
            Title = Title,
            Series = window < 2 ? [raw] : [raw with { Faint = true }, average],
            References = Reference is null ? [] : [Reference],
            XTitle = XTitle,
            YTitle = YTitle,
            YScale = LogY ? AxisScale.Log : AxisScale.Linear,
            Width = Width,
            Height = Height,
        };
    }

    /// <inheritdoc/>
    public override string ToSvg() => ToLineChart().ToSvg();

    /// <inheritdoc/>
    public override JsonObject ToPlotly() => ToLineChart().ToPlotly();

    private protected override string Describe() => ToLineChart().ToString();

    // Centred on its step, so that it does not lag behind a falling loss; at the ends the window shrinks on both sides.
    private double[] Average(int reach)
    {
        var averages = new double[Losses.Count];
        for (var i = 0; i < averages.Length; i++)
        {
            var side = Math.Min(reach, Math.Min(i, averages.Length - 1 - i));
            averages[i] = double.IsFinite(Losses[i])
                ? Enumerable.Range(i - side, (2 * side) + 1).Select(step => Losses[step]).Where(double.IsFinite).Average()
                : double.NaN;
        }

        return averages;
    }
}
