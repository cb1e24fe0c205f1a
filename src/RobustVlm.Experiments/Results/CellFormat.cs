using System.Globalization;

namespace RobustVlm.Experiments.Results;

/// <summary>How the cells of one column are printed.</summary>
internal sealed class CellFormat
{
    public const string Missing = "–";
    private readonly bool _percent;
    private readonly string _pattern;

    /// <param name="column">The column.</param>
    /// <param name="numbers">All its numbers; one precision is chosen for all of them, so that the points align.</param>
    public CellFormat(TableColumn column, IEnumerable<double> numbers)
    {
        AlignRight = column.Kind != ColumnKind.Text;
        _percent = column.Kind == ColumnKind.Percent || column.InPercent;
        _pattern = Pattern(column.Decimals, numbers);
    }

    public bool AlignRight { get; }

    public string Print(object? value) => value switch
    {
        null => Missing,
        double number => Number(number),
        Interval interval => $"{Number(interval.Value)} [{Bare(interval.Low)}, {Bare(interval.High)}]",
        _ => new TableCell(value).Text,
    };

    private string Number(double number) => Bare(number) + (_percent && double.IsFinite(number) ? "%" : "");

    private string Bare(double number)
    {
        if (!double.IsFinite(number))
        {
            return number switch { double.PositiveInfinity => "∞", double.NegativeInfinity => "−∞", _ => "NaN" };
        }

        var text = (_percent ? 100 * number : number).ToString(_pattern, CultureInfo.InvariantCulture);

        // "-0.0" is zero for every reader of a table.
        text = text.StartsWith('-') && text.All(c => c is '-' or '0' or '.') ? text[1..] : text;
        return text.Replace('-', '−');
    }

    private string Pattern(int? decimals, IEnumerable<double> numbers)
    {
        if (decimals is { } fixedDecimals)
        {
            return Fixed(fixedDecimals);
        }

        if (_percent)
        {
            return Fixed(1);
        }

        var finite = numbers.Where(double.IsFinite).ToArray();
        var largest = finite.Select(Math.Abs).DefaultIfEmpty(0).Max();
        if (finite.All(number => number == Math.Floor(number)) && largest < 1e15)
        {
            return Fixed(0);
        }

        // Four significant digits of the largest number; far from 1 only powers of ten stay readable.
        var magnitude = (int)Math.Floor(Math.Log10(largest));
        return magnitude is < -4 or > 14
            ? "0.###e0"
            : Fixed(Math.Clamp(3 - magnitude, 1, 6));
    }

    // Not "F1", which rounds 81.25 down to 81.2; this pattern rounds halves up, as a reader does and as charts do.
    private static string Fixed(int decimals) => decimals == 0 ? "0" : "0." + new string('0', decimals);
}
