using System.Globalization;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>How a number is shown; samples are in seconds, FLOP/s, pictures/s or bytes.</summary>
/// <param name="Name">What stands behind the number.</param>
/// <param name="Size">The unit in the base.</param>
/// <param name="MoreIsBetter">Whether a larger number is the better one.</param>
internal sealed record Unit(string Name, double Size, bool MoreIsBetter = false)
{
    public static readonly Unit Nanoseconds = new("ns", 1e-9);
    public static readonly Unit Microseconds = new("us", 1e-6);
    public static readonly Unit Milliseconds = new("ms", 1e-3);
    public static readonly Unit GigaFlops = new("GFLOP/s", 1e9, MoreIsBetter: true);
    public static readonly Unit ImagesPerSecond = new("images/s", 1, MoreIsBetter: true);
    public static readonly Unit Seconds = new("s", 1);
    public static readonly Unit Percent = new("%", 0.01, MoreIsBetter: true);
    public static readonly Unit Bytes = new("B", 1);
    public static readonly Unit Mebibytes = new("MiB", 1 << 20);

    /// <summary>Three digits that matter; a dash where there is no number.</summary>
    public string Show(double? value)
    {
        if (value is not { } number || double.IsNaN(number))
        {
            return "-";
        }

        number /= Size;
        var digits = Math.Abs(number) switch { < 1e-9 => "0", < 1 => "0.###", < 10 => "0.00", < 100 => "0.0", _ => "0" };
        return number.ToString(digits, CultureInfo.InvariantCulture);
    }

    /// <summary>How many times better the first number is than the second.</summary>
    public double Times(double ours, double theirs) => MoreIsBetter ? ours / theirs : theirs / ours;
}
