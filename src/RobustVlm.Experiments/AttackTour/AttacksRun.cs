using RobustVlm.Attacks;
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

    /// <summary>Accuracy that each attack leaves in each norm, with 95 % intervals; attacks that a norm does not have leave a gap.</summary>
    public BarChart PlotAccuracy()
    {
        var attacks = Names();
        return new BarChart
        {
            Title = "What each attack leaves",
            YTitle = "pictures still named rightly",
            PercentY = true,
            YRange = (0, 1),
            Categories = attacks,
            Series =
            [
                .. Norms().Select(norm => new BarSeries(norm.Text, [.. attacks.Select(attack => Accuracy(attack, norm.Norm)?.Value ?? double.NaN)])
                {
                    Low = [.. attacks.Select(attack => Accuracy(attack, norm.Norm)?.Low ?? double.NaN)],
                    High = [.. attacks.Select(attack => Accuracy(attack, norm.Norm)?.High ?? double.NaN)],
                }),
            ],
            References = [new ReferenceLine(Record.Measurements.First(m => m.Row == CleanName).Value, "without attack")],
            Width = 900,
        };
    }

    /// <summary>Accuracy against cost: an attack far to the left that leaves little is a good bargain.</summary>
    /// <param name="norm">Which of the two comparisons.</param>
    public LineChart PlotCost(PixelNorm norm = PixelNorm.LInfinity) => new()
    {
        Title = $"Strength against cost, {Norms().First(of => of.Norm == norm).Text}",
        XTitle = "passes through the model per picture, forward and backward",
        XScale = AxisScale.Log,
        YTitle = "pictures still named rightly",
        PercentY = true,
        YRange = (0, 1),
        Series =
        [
            .. Names().Where(attack => Accuracy(attack, norm) is not null)
                .Select(attack => new LineSeries(attack, [Cost(RowName(attack, norm))], [Accuracy(attack, norm)?.Value ?? double.NaN]) { Markers = true }),
        ],
    };

    internal static string RowName(string attack, PixelNorm norm) => attack + Suffix(norm);

    private static string Suffix(PixelNorm norm) => norm == PixelNorm.L2 ? ", L2" : ", L∞";

    private (PixelNorm Norm, string Text)[] Norms() =>
        [(PixelNorm.LInfinity, $"L∞, {PixelBudget.Of255(Record.Options.Levels)}"), (PixelNorm.L2, PixelBudget.L2(Record.Options.Length).ToString())];

    private string[] Names() => [.. Record.Measurements.Select(m => m.Row).Where(row => row != CleanName).Select(row => row[..row.LastIndexOf(',')]).Distinct()];

    private Measurement? Accuracy(string attack, PixelNorm norm) => Find(RowName(attack, norm), AccuracyColumn);

    private double Cost(string row) => (Find(row, ForwardColumn)?.Value ?? 0) + (Find(row, BackwardColumn)?.Value ?? 0);

    private Measurement? Find(string row, string column) => Record.Measurements.FirstOrDefault(m => m.Row == row && m.Column == column);
}
