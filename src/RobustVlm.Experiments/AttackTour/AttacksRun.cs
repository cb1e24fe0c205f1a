using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>The stored numbers of all image attacks at one budget per norm, as table and as bars.</summary>
/// <param name="Record">The run.</param>
public sealed record AttacksRun(RunRecord<AttacksOptions> Record)
{
    internal const string CleanName = "clean";
    internal const string AccuracyColumn = "still right";
    internal const string LargestColumn = "largest change (levels)";
    internal const string LengthColumn = "length (L2)";
    internal const string ForwardColumn = "forward passes";
    internal const string BackwardColumn = "backward passes";
    internal const string SecondsColumn = "seconds per picture";

    /// <summary>Accuracy under every attack, how large its changes were and what it cost.</summary>
    public ResultTable Table
    {
        get
        {
            var table = ResultTable.FromMeasurements(Record.Measurements, "Attack")
                .WithCaption($"{Record.Options.Images} pictures under every attack; sizes are medians over the pictures whose answer changed, passes are means per picture")
                .WithFootnotes([Record.Environment.ToString(), .. Record.Warnings]);
            return table.WithDecimals(LargestColumn, 2).WithDecimals(LengthColumn, 3).WithDecimals(ForwardColumn, 0).WithDecimals(BackwardColumn, 0).WithDecimals(SecondsColumn, 3);
        }
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <summary>Accuracy that each attack leaves, with 95 % intervals.</summary>
    public BarChart PlotAccuracy()
    {
        var shown = Record.Measurements.Where(m => m.Column == AccuracyColumn).ToArray();
        return new BarChart
        {
            Title = "What each attack leaves",
            YTitle = "pictures still named rightly",
            PercentY = true,
            YRange = (0, 1),
            Categories = [.. shown.Select(m => m.Row)],
            Series = [new BarSeries("accuracy", [.. shown.Select(m => m.Value)]) { Low = [.. shown.Select(m => m.Low ?? m.Value)], High = [.. shown.Select(m => m.High ?? m.Value)] }],
            ColorByCategory = true,
            Width = 1040,
        };
    }

    /// <summary>Accuracy against cost: an attack far to the left that leaves little is a good bargain.</summary>
    public LineChart PlotCost()
    {
        double? Value(string row, string column) => Record.Measurements.FirstOrDefault(m => m.Row == row && m.Column == column)?.Value;
        var rows = Record.Measurements.Select(m => m.Row).Distinct().Where(row => row != CleanName);
        return new LineChart
        {
            Title = "Strength against cost",
            XTitle = "passes through the model per picture, forward and backward",
            XScale = AxisScale.Log,
            YTitle = "pictures still named rightly",
            PercentY = true,
            YRange = (0, 1),
            Series = [.. rows.Select(row => new LineSeries(row, [(Value(row, ForwardColumn) ?? 0) + (Value(row, BackwardColumn) ?? 0)], [Value(row, AccuracyColumn) ?? double.NaN]) { Markers = true })],
            Width = 900,
            Height = 520,
        };
    }
}
