using System.Globalization;

namespace RobustVlm.Experiments.Plots;

/// <summary>Charts in words.</summary>
internal static class ChartText
{
    private const int ShownPoints = 12;

    public static string Heading(string title, string kind, string yTitle, string xTitle)
    {
        var axes = (yTitle.Length, xTitle.Length) switch
        {
            (0, 0) => "",
            (0, _) => $" over {xTitle}",
            (_, 0) => $" of {yTitle}",
            _ => $" of {yTitle} over {xTitle}",
        };
        return title.Length == 0 ? kind + axes : $"{title} ({char.ToLowerInvariant(kind[0])}{kind[1..]}{axes})";
    }

    /// <summary>All points, or both ends of many.</summary>
    public static string Join(IEnumerable<string> points)
    {
        string[] all = [.. points];
        return all.Length <= ShownPoints
            ? string.Join(", ", all)
            : string.Create(CultureInfo.InvariantCulture, $"{all[0]}, … {all.Length - 2} more …, {all[^1]}");
    }

    public static string Label(Axis axis, double position) =>
        axis.Scale == AxisScale.Categorical ? axis.Ticks[(int)position].Label : Axis.Number(position);

    public static string Value(Axis axis, double value) => !axis.Percent ? Axis.Number(value)
        : double.IsFinite(value) ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture).Replace('-', '−') + "%"
        : "–";
}
