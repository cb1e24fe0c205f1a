using System.Globalization;
using System.Text;

namespace RobustVlm.Experiments.Plots;

/// <summary>Where text stands relative to its position.</summary>
internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>Writes the few SVG elements our pictures are made of; coordinates are pixels from the top left.</summary>
internal sealed class SvgCanvas
{
    private readonly StringBuilder _svg = new();
    private int _nested;

    public SvgCanvas(int width, int height)
    {
        Write($"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="DejaVu Sans, Verdana, sans-serif">""");
        Write($"""<rect width="{width}" height="{height}" fill="#FFFFFF"/>""");
    }

    public void Line(double x1, double y1, double x2, double y2, string color, double width = 1, string? dash = null) =>
        Write($"""<line x1="{N(x1)}" y1="{N(y1)}" x2="{N(x2)}" y2="{N(y2)}" stroke="{color}" stroke-width="{N(width)}"{Dash(dash)}/>""");

    public void Path(IReadOnlyList<(double X, double Y)> points, string color, double width, string? dash = null) =>
        Write($"""<path d="{Data(points)}" fill="none" stroke="{color}" stroke-width="{N(width)}" stroke-linejoin="round" stroke-linecap="round"{Dash(dash)}/>""");

    public void Area(IReadOnlyList<(double X, double Y)> points, string color, double opacity) =>
        Write($"""<path d="{Data(points)}Z" fill="{color}" fill-opacity="{N(opacity)}"/>""");

    public void Fill(double x, double y, double width, double height, string color, double opacity = 1) =>
        Write($"""<rect x="{N(x)}" y="{N(y)}" width="{N(width)}" height="{N(height)}" fill="{color}"{(opacity < 1 ? $" fill-opacity=\"{N(opacity)}\"" : "")}/>""");

    public void Frame(double x, double y, double width, double height, string color, double thickness) =>
        Write($"""<rect x="{N(x)}" y="{N(y)}" width="{N(width)}" height="{N(height)}" fill="none" stroke="{color}" stroke-width="{N(thickness)}"/>""");

    public void Image(double x, double y, double width, double height, string dataUri) =>
        Write($"""<image x="{N(x)}" y="{N(y)}" width="{N(width)}" height="{N(height)}" preserveAspectRatio="none" href="{dataUri}"/>""");

    /// <summary>A data point; the shape tells series apart where colours do not.</summary>
    public void Marker(int shape, double x, double y, string color, bool outlined = true)
    {
        const double r = 3.6;
        var outline = outlined ? """ stroke="#FFFFFF" stroke-width="0.8"/>""" : "/>";
        var body = (shape % MarkerShapes.Count) switch
        {
            0 => $"""<circle cx="{N(x)}" cy="{N(y)}" r="{N(r)}" """,
            1 => $"""<rect x="{N(x - r)}" y="{N(y - r)}" width="{N(2 * r)}" height="{N(2 * r)}" """,
            2 => Polygon((x, y - (1.35 * r)), (x + (1.35 * r), y), (x, y + (1.35 * r)), (x - (1.35 * r), y)),
            3 => Polygon((x, y - (1.3 * r)), (x + (1.2 * r), y + (0.9 * r)), (x - (1.2 * r), y + (0.9 * r))),
            _ => Polygon((x, y + (1.3 * r)), (x + (1.2 * r), y - (0.9 * r)), (x - (1.2 * r), y - (0.9 * r))),
        };
        Write($"{body}fill=\"{color}\"{outline}");
    }

    /// <summary>A small disc with a rim.</summary>
    public void Circle(double x, double y, double radius, string color, string rim) =>
        Write($"""<circle cx="{N(x)}" cy="{N(y)}" r="{N(radius)}" fill="{color}" stroke="{rim}" stroke-width="1"/>""");

    /// <summary>One line of text, vertically centred at <paramref name="y"/>; turned counter-clockwise around its anchor.</summary>
    public void Text(
        double x, double y, string text, double size, string color, Anchor anchor = Anchor.Start, bool bold = false, double degrees = 0)
    {
        if (text.Length == 0)
        {
            return;
        }

        // Half of the height of a digit below the middle is the baseline.
        var shift = 0.36 * size;
        var place = degrees == 0
            ? $"x=\"{N(x)}\" y=\"{N(y + shift)}\""
            : $"transform=\"translate({N(x)} {N(y)}) rotate({N(-degrees)})\" y=\"{N(shift)}\"";
        var side = anchor switch { Anchor.Middle => " text-anchor=\"middle\"", Anchor.End => " text-anchor=\"end\"", _ => "" };
        Write($"""<text {place} font-size="{N(size)}" fill="{color}"{side}{(bold ? " font-weight=\"bold\"" : "")}>{Escape(text)}</text>""");
    }

    /// <summary>Everything until <see cref="EndClip"/> is cut off outside a rectangle.</summary>
    public void BeginClip(double x, double y, double width, double height)
    {
        Write($"""<clipPath id="area"><rect x="{N(x)}" y="{N(y)}" width="{N(width)}" height="{N(height)}"/></clipPath>""");
        Write("<g clip-path=\"url(#area)\">");
    }

    public void EndClip() => Write("</g>");

    /// <summary>A whole document within this one.</summary>
    public void Nested(double x, double y, string svg)
    {
        // Names of clip areas hold for the whole file, nested or not.
        var name = string.Create(CultureInfo.InvariantCulture, $"area{++_nested}");
        var own = svg.Replace("\"area", $"\"{name}", StringComparison.Ordinal).Replace("#area", $"#{name}", StringComparison.Ordinal);
        Write($"""<svg x="{N(x)}" y="{N(y)}"{own["<svg".Length..]}""".TrimEnd('\n'));
    }

    public override string ToString() => _svg + "</svg>\n";

    private static string N(double value)
    {
        var text = value.ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    private static string Dash(string? dash) => dash is null ? "" : $" stroke-dasharray=\"{dash}\"";

    private static string Data(IReadOnlyList<(double X, double Y)> points) =>
        string.Concat(points.Select((point, i) => $"{(i == 0 ? 'M' : 'L')}{N(point.X)} {N(point.Y)}"));

    private static string Polygon(params (double X, double Y)[] points) =>
        $"<polygon points=\"{string.Join(' ', points.Select(point => $"{N(point.X)},{N(point.Y)}"))}\" ";

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '\t' or '\n' or '\r' => escaped.Append(' '),
                // Not allowed in XML in any form.
                < 0x20 or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }

    private void Write(string element) => _svg.Append(element).Append('\n');
}
