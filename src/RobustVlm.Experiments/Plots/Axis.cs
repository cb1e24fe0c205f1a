using System.Globalization;

namespace RobustVlm.Experiments.Plots;

/// <summary>One axis: its range, its ticks, and where a value lies between its ends.</summary>
internal sealed record Axis
{
    public required string Title { get; init; }

    public required AxisScale Scale { get; init; }

    /// <summary>Ends in axis units: values, decimal logarithms, or positions from 0 for categories.</summary>
    public required double Low { get; init; }

    public required double High { get; init; }

    /// <summary>Ticks in axis units with their labels.</summary>
    public required IReadOnlyList<(double Position, string Label)> Ticks { get; init; }

    public bool Percent { get; init; }

    /// <summary>A categorical axis: one tick per label, half a step of room at both ends.</summary>
    public static Axis Categories(string title, IReadOnlyList<string> labels, double room = 0.5) => new()
    {
        Title = title,
        Scale = AxisScale.Categorical,
        Low = -room,
        High = labels.Count - 1 + room,
        Ticks = [.. labels.Select((label, i) => ((double)i, label))],
    };

    /// <summary>An axis for values.</summary>
    /// <param name="title">Title with unit.</param>
    /// <param name="scale">Linear or logarithmic.</param>
    /// <param name="low">Smallest value shown.</param>
    /// <param name="high">Largest value shown.</param>
    /// <param name="percent">Whether values are fractions labelled as percent.</param>
    /// <param name="snap">Whether the ends move out to the next tick.</param>
    /// <param name="maxTicks">About how many ticks fit.</param>
    public static Axis Values(string title, AxisScale scale, double low, double high, bool percent, bool snap, int maxTicks)
    {
        var (from, to) = scale == AxisScale.Log ? (Math.Log10(low), Math.Log10(high)) : (low, high);
        if (to - from <= 1e-12 * Math.Max(1, Math.Abs(to)))
        {
            // A single value still needs an axis around it.
            var half = scale == AxisScale.Log ? 0.5 : Math.Max(Math.Abs(from) * 0.5, percent ? 0.05 : 0.5);
            (from, to) = (from - half, to + half);
        }

        var positions = scale == AxisScale.Log ? LogTicks(from, to, maxTicks) : LinearTicks(from, to, maxTicks, snap);
        if (snap && scale != AxisScale.Log)
        {
            (from, to) = (Math.Min(from, positions[0]), Math.Max(to, positions[^1]));
        }

        var decimals = scale == AxisScale.Log ? 0 : Decimals(positions, percent);
        return new Axis
        {
            Title = title,
            Scale = scale,
            Low = from,
            High = to,
            Percent = percent,
            Ticks = [.. positions.Select(position => (position, Label(position, scale, percent, decimals)))],
        };
    }

    /// <summary>The value in axis units.</summary>
    public double Position(double value) => Scale == AxisScale.Log ? Math.Log10(value) : value;

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double Fraction(double value) => (Position(value) - Low) / (High - Low);

    private static List<double> LinearTicks(double from, double to, int maxTicks, bool snap)
    {
        var step = NiceStep((to - from) / Math.Max(1, maxTicks - 1));
        var first = snap ? Math.Floor((from / step) + 1e-9) : Math.Ceiling((from / step) - 1e-9);
        var last = snap ? Math.Ceiling((to / step) - 1e-9) : Math.Floor((to / step) + 1e-9);
        var ticks = new List<double>();
        for (var i = first; i <= last; i++)
        {
            // Through decimal text: 3 * 0.1 must be 0.3 and label as such. Adding zero turns -0 into 0.
            ticks.Add(0 + double.Parse((i * step).ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        }

        return ticks;
    }

    private static List<double> LogTicks(double from, double to, int maxTicks)
    {
        double[] mantissas = to - from < 1.5 ? [1, 2, 5] : to - from < 0.7 * maxTicks ? [1, 3] : [1];
        var stride = mantissas.Length > 1 ? 1 : Math.Max(1, (int)Math.Ceiling((to - from) / maxTicks));
        var ticks = new List<double>();
        for (var decade = (int)Math.Floor(from); decade <= Math.Ceiling(to); decade++)
        {
            if (decade % stride == 0)
            {
                ticks.AddRange(mantissas
                    .Select(mantissa => decade + Math.Log10(mantissa))
                    .Where(position => position >= from - 1e-9 && position <= to + 1e-9));
            }
        }

        return ticks.Count > 1 ? ticks : [from, to];
    }

    private static double NiceStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var mantissa = rough / power;
        return power * mantissa switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 2.5001 => 2.5, <= 5.0001 => 5, _ => 10 };
    }

    private static int Decimals(List<double> ticks, bool percent)
    {
        var factor = percent ? 100 : 1;
        for (var decimals = 0; decimals < 10; decimals++)
        {
            if (ticks.All(tick => Math.Abs(Math.Round(tick * factor, decimals) - (tick * factor)) < 1e-9 * Math.Max(1, Math.Abs(tick * factor))))
            {
                return decimals;
            }
        }

        return 10;
    }

    private static string Label(double position, AxisScale scale, bool percent, int decimals)
    {
        var value = (scale == AxisScale.Log ? Math.Pow(10, position) : position) * (percent ? 100 : 1);
        return Number(value, scale == AxisScale.Log ? null : decimals) + (percent ? "%" : "");
    }

    /// <summary>A number as a reader expects it: 10,000 but 0.25; powers of ten where zeros would not be counted.</summary>
    public static string Number(double value, int? decimals = null)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
        }

        var size = Math.Abs(value);
        var pattern = size is (> 0 and < 1e-4) or >= 1e7 ? "0.##e0"
            : decimals is { } digits ? "N" + digits.ToString(CultureInfo.InvariantCulture)
            : size >= 1000 ? "#,0.#" : "0.####";
        return value.ToString(pattern, CultureInfo.InvariantCulture).Replace('-', '−');
    }
}
