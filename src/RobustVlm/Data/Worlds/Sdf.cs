using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Signed distances of plain shapes, positive inside. Coordinates and results are float tensors [n, H, W] or broadcast to it.</summary>
/// <remarks>Parameters are numbers; give shifted, turned or scaled coordinates where they vary from picture to picture.</remarks>
internal static partial class Sdf
{
    internal static Tensor Circle(Tensor x, Tensor y, double centreX, double centreY, double radius) =>
        radius - Length(x - centreX, y - centreY);

    /// <summary>Exact only for circles; good enough near the edge of any ellipse.</summary>
    internal static Tensor Ellipse(Tensor x, Tensor y, double centreX, double centreY, double radiusX, double radiusY) =>
        (1 - Length((x - centreX) / radiusX, (y - centreY) / radiusY)) * Math.Min(radiusX, radiusY);

    /// <summary>A rectangle with half sides, its corners rounded.</summary>
    internal static Tensor Box(Tensor x, Tensor y, double centreX, double centreY, double halfWidth, double halfHeight, double rounding = 0)
    {
        var dx = (x - centreX).abs() - (halfWidth - rounding);
        var dy = (y - centreY).abs() - (halfHeight - rounding);
        return rounding - Length(dx.clamp_min(0), dy.clamp_min(0)) - dx.maximum(dy).clamp_max(0);
    }

    /// <summary>A line with round ends.</summary>
    internal static Tensor Segment(Tensor x, Tensor y, double fromX, double fromY, double toX, double toY, double width)
    {
        var (dx, dy) = (toX - fromX, toY - fromY);
        var along = (((x - fromX) * dx + (y - fromY) * dy) / Math.Max(dx * dx + dy * dy, 1e-9)).clamp(0, 1);
        return width / 2 - Length(x - fromX - along * dx, y - fromY - along * dy);
    }

    /// <summary>Joined lines with round ends and corners.</summary>
    internal static Tensor Stroke(Tensor x, Tensor y, double width, params ReadOnlySpan<(double X, double Y)> points)
    {
        var result = Segment(x, y, points[0].X, points[0].Y, points[1].X, points[1].Y, width);
        for (var i = 2; i < points.Length; i++)
        {
            result = result.maximum(Segment(x, y, points[i - 1].X, points[i - 1].Y, points[i].X, points[i].Y, width));
        }

        return result;
    }

    /// <summary>Part of a circle's line, clockwise from one angle to the other (radians, 0 to the right, y downwards), at most a full turn.</summary>
    internal static Tensor Arc(Tensor x, Tensor y, double centreX, double centreY, double radius, double from, double to, double width)
    {
        // Turned so that the middle of the arc lies on the positive x axis; then symmetry leaves one end to think of.
        var (middle, half) = ((from + to) / 2, (to - from) / 2);
        var (u, v) = Turned(x - centreX, y - centreY, middle);
        v = v.abs();
        var angle = v.atan2(u);
        var onLine = (Length(u, v) - radius).abs();
        var toEnd = Length(u - radius * Math.Cos(half), v - radius * Math.Sin(half));
        return width / 2 - where(angle.le(half), onLine, toEnd);
    }

    /// <summary>A polygon of any form, points in order (Quilez, "2D distance functions": distance to edges with an even-odd sign).</summary>
    internal static Tensor Polygon(Tensor x, Tensor y, params ReadOnlySpan<(double X, double Y)> points)
    {
        Tensor? nearest = null;
        Tensor? odd = null;
        for (var i = 0; i < points.Length; i++)
        {
            var (a, b) = (points[i], points[(i + points.Length - 1) % points.Length]);
            var (edgeX, edgeY) = (b.X - a.X, b.Y - a.Y);
            var (px, py) = (x - a.X, y - a.Y);
            var along = ((px * edgeX + py * edgeY) / Math.Max(edgeX * edgeX + edgeY * edgeY, 1e-9)).clamp(0, 1);
            var square = (px - along * edgeX).square() + (py - along * edgeY).square();
            nearest = nearest is null ? square : nearest.minimum(square);
            if (Math.Abs(edgeY) < 1e-9)
            {
                continue;
            }

            var spans = y.gt(Math.Min(a.Y, b.Y)).logical_and(y.le(Math.Max(a.Y, b.Y)));
            var crosses = spans.logical_and((px - py * (edgeX / edgeY)).lt(0));
            odd = odd is null ? crosses : odd.logical_xor(crosses);
        }

        return where(odd!, nearest!.sqrt(), -nearest!.sqrt());
    }

    /// <summary>A regular polygon round the origin, a corner on top.</summary>
    internal static Tensor Regular(Tensor x, Tensor y, int corners, double radius) => Polygon(x, y, Corners(corners, radius, radius));

    /// <summary>A star round the origin, a point on top.</summary>
    internal static Tensor Star(Tensor x, Tensor y, int points, double radius, double inner) => Polygon(x, y, Corners(2 * points, radius, inner));

    /// <summary>Coordinates in a frame that is turned clockwise by an angle: what lies in that direction comes to lie on the x axis.</summary>
    internal static (Tensor X, Tensor Y) Turned(Tensor x, Tensor y, double angle) =>
        (x * Math.Cos(angle) + y * Math.Sin(angle), y * Math.Cos(angle) - x * Math.Sin(angle));

    /// <summary>Coordinates in a frame that is turned clockwise by an angle for each picture, [n, 1, 1].</summary>
    internal static (Tensor X, Tensor Y) Turned(Tensor x, Tensor y, Tensor angle)
    {
        var (cosine, sine) = (angle.cos(), angle.sin());
        return (x * cosine + y * sine, y * cosine - x * sine);
    }

    /// <summary>Coordinates that start again after every period, from -period / 2 to period / 2.</summary>
    internal static Tensor Repeat(Tensor x, double period) => (x / period - (x / period).round()) * period;

    private static (double X, double Y)[] Corners(int count, double even, double odd) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var (angle, radius) = (2 * Math.PI * i / count, i % 2 == 0 ? even : odd);
            return (radius * Math.Sin(angle), -radius * Math.Cos(angle));
        }),
    ];
}
