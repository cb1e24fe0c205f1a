namespace RobustVlm.Experiments.Plots;

/// <summary>Sizes and colours that both renderings share.</summary>
internal static class PlotStyle
{
    public const string Font = "DejaVu Sans, Verdana, sans-serif";
    public const string Ink = "#222222";
    public const string Label = "#444444";
    public const string Grid = "#E6E6E6";
    public const string AxisLine = "#888888";
    public const string Reference = "#777777";
    public const double TitleSize = 16;
    public const double TextSize = 13;
    public const double TickSize = 12;
    public const double LineWidth = 2.2;
    public const double BandOpacity = 0.16;
    public const double TickAngle = 35;

    /// <summary>Dash patterns; a series that repeats a colour or is a control differs by them.</summary>
    public const string Dashed = "6 4";
    public const string Dotted = "2 4";

    /// <summary><c>#RRGGBB</c> with opacity, as plotly wants it.</summary>
    public static string Rgba(string color, double opacity)
    {
        var value = Convert.ToInt32(color[1..], 16);
        return FormattableString.Invariant($"rgba({value >> 16},{(value >> 8) & 255},{value & 255},{opacity})");
    }
}
