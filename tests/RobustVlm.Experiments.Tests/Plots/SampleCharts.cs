using RobustVlm.Experiments.Plots;

namespace RobustVlm.Experiments.Tests.Plots;

/// <summary>One of each chart.</summary>
internal static class SampleCharts
{
    public static LineChart Line { get; } = new()
    {
        Title = "Accuracy against perturbation budget",
        XTitle = "perturbation budget (grey levels of 255)",
        YTitle = "zero-shot accuracy (7 classes)",
        XScale = AxisScale.Categorical,
        PercentY = true,
        Series =
        [
            new LineSeries("FGSM", [0, 0.5, 2, 8], [0.81, 0.63, 0.3, 0.02]) { Low = [0.75, 0.57, 0.25, 0], High = [0.86, 0.7, 0.36, 0.05] },
            new LineSeries("PGD-10", [0, 0.5, 2, 8], [0.81, double.NaN, 0.09, 0]) { Dashed = true },
        ],
        References = [new ReferenceLine(1 / 7.0, "chance (1 in 7)")],
    };

    public static LossCurve Loss { get; } = new()
    {
        Title = "Training loss",
        Losses = [.. Enumerable.Range(0, 60).Select(i => (3 * Math.Exp(-i / 12.0)) + (0.2 * ((i * 7919 % 13) / 13.0)) + 0.3)],
        SmoothingWindow = 7,
    };

    public static BarChart Bars { get; } = new()
    {
        Title = "Clean and robust accuracy",
        YTitle = "accuracy",
        PercentY = true,
        Categories = ["zero-shot", "TeCoA", "FARE"],
        Series =
        [
            new BarSeries("clean", [0.81, 0.74, 0.78]) { Low = [0.77, 0.7, 0.74], High = [0.84, 0.78, 0.81] },
            new BarSeries("PGD-10", [0.02, 0.41, double.NaN]),
        ],
        References = [new ReferenceLine(1 / 7.0, "chance")],
    };

    public static ImageGrid Grid { get; } = new()
    {
        Title = "Before and after",
        ColumnHeaders = ["clean", "attacked"],
        Rows =
        [
            new GridRow(
                [
                    new GridCell(Ramp(1, 8, 8), "cardiomegaly", "91.3%") { Mark = CellMark.Right },
                    new GridCell(Ramp(3, 8, 8), "pleural effusion <99%") { Mark = CellMark.Wrong },
                ],
                "truth: cardiomegaly"),
            new GridRow([null, new GridCell(Ramp(1, 6, 12))]),
        ],
    };

    public static SideBySide Beside { get; } = new() { Title = "Before and after", Left = Grid, Right = Bars with { Width = 420 } };

    public static SliderChart Slider { get; } = new()
    {
        Title = "Before and after",
        Label = "budget",
        Start = 1,
        Steps = [.. Enumerable.Range(0, 4).Select(i => new SliderStep($"{i}/255", Beside with { Right = Bars with { Width = 420, Series = [new BarSeries("clean", [0.8 - (0.2 * i), 0.7, 0.6])] } }))],
    };

    public static IReadOnlyDictionary<string, Chart> All { get; } = new Dictionary<string, Chart>
    {
        ["line"] = Line,
        ["loss"] = Loss,
        ["bars"] = Bars,
        ["grid"] = Grid,
        ["beside"] = Beside,
        ["slider"] = Slider,
    };

    public static PixelImage Ramp(int channels, int height, int width) => PixelImage.FromPlanar(
        [.. Enumerable.Range(0, channels * height * width).Select(i => i / (float)(channels * height * width))], channels, height, width);
}
