using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Signed distances of plain shapes, positive inside. Coordinates and results are float tensors [n, H, W] or broadcast to it.</summary>
/// <remarks>
/// Parameters are numbers; give shifted, turned or scaled coordinates where they vary from picture to picture. Each shape frees its
/// intermediate results at once: those of a whole picture would not stay in the processor's cache.
/// </remarks>
internal static partial class Sdf
{
    internal static Tensor Circle(Tensor x, Tensor y, double centreX, double centreY, double radius)
    {
        using var scope = NewDisposeScope();
        return Length(x - centreX, y - centreY).neg_().add_(radius).MoveToOuterDisposeScope();
    }

    /// <summary>Exact only for circles; good enough near the edge of any ellipse.</summary>
    internal static Tensor Ellipse(Tensor x, Tensor y, double centreX, double centreY, double radiusX, double radiusY)
    {
        using var scope = NewDisposeScope();
        var least = Math.Min(radiusX, radiusY);
        return Length((x - centreX).mul_(1 / radiusX), (y - centreY).mul_(1 / radiusY)).mul_(-least).add_(least).MoveToOuterDisposeScope();
    }

    /// <summary>A rectangle with half sides, its corners rounded.</summary>
    internal static Tensor Box(Tensor x, Tensor y, double centreX, double centreY, double halfWidth, double halfHeight, double rounding = 0)
    {
        using var scope = NewDisposeScope();
        var dx = (x - centreX).abs_().sub_(halfWidth - rounding);
        var dy = (y - centreY).abs_().sub_(halfHeight - rounding);
        var inner = dx.maximum(dy).clamp_max_(0);
        return inner.add_(Length(dx.clamp_min_(0), dy.clamp_min_(0))).neg_().add_(rounding).MoveToOuterDisposeScope();
    }

    /// <summary>A line with round ends.</summary>
    internal static Tensor Segment(Tensor x, Tensor y, double fromX, double fromY, double toX, double toY, double width) =>
        Stroke(x, y, width, (fromX, fromY), (toX, toY));

    /// <summary>Joined lines with round ends and corners.</summary>
    internal static Tensor Stroke(Tensor x, Tensor y, double width, params ReadOnlySpan<(double X, double Y)> points)
    {
        using var scope = NewDisposeScope();
        Tensor? nearest = null;
        for (var i = 1; i < points.Length; i++)
        {
            var (_, _, square) = ToEdge(x, y, points[i - 1], points[i]);
            nearest = nearest is null ? square : nearest.minimum(square);
        }

        return nearest!.sqrt_().neg_().add_(width / 2).MoveToOuterDisposeScope();   // a stroke has at least two points
    }

    /// <summary>Part of a circle's line, clockwise from one angle to the other (radians, 0 to the right, y downwards), at most a full turn.</summary>
    internal static Tensor Arc(Tensor x, Tensor y, double centreX, double centreY, double radius, double from, double to, double width)
    {
        // Turned so that the middle of the arc lies on the positive x axis; then symmetry leaves one end to think of.
        using var scope = NewDisposeScope();
        var (middle, half) = ((from + to) / 2, (to - from) / 2);
        var (u, v) = Turned(x - centreX, y - centreY, middle);
        v.abs_();
        var onLine = (Length(u, v) - radius).abs_();
        var toEnd = Length(u - radius * Math.Cos(half), v - radius * Math.Sin(half));

        // v is not negative, so one line from the centre through the end divides what is beside the arc from what is not.
        var within = (v * Math.Cos(half)).add_(u, -Math.Sin(half)).le(0);
        return where(within, onLine, toEnd).neg_().add_(width / 2).MoveToOuterDisposeScope();
    }

    /// <summary>A polygon of any form, points in order (Quilez, "2D distance functions": distance to edges with an even-odd sign).</summary>
    internal static Tensor Polygon(Tensor x, Tensor y, params ReadOnlySpan<(double X, double Y)> points)
    {
        using var scope = NewDisposeScope();
        Tensor? nearest = null;
        Tensor? odd = null;
        var above = y.gt(points[^1].Y);
        for (var i = 0; i < points.Length; i++)
        {
            var (a, b) = (points[i], points[(i + points.Length - 1) % points.Length]);
            var (px, py, square) = ToEdge(x, y, a, b);
            nearest = nearest is null ? square : nearest.minimum(square);
            var next = y.gt(a.Y);
            if (a.Y != b.Y)
            {
                var left = px.add(py, -(b.X - a.X) / (b.Y - a.Y)).lt(0);
                var crosses = left.logical_and_(above.logical_xor(next));
                odd = odd is null ? crosses : odd.logical_xor_(crosses);
            }

            above = next;
        }

        var edge = nearest!.sqrt_();   // a polygon has points
        return where(odd!, edge, -edge).MoveToOuterDisposeScope();
    }

    /// <summary>A regular polygon round the origin, a corner on top.</summary>
    internal static Tensor Regular(Tensor x, Tensor y, int corners, double radius) => Star(x, y, corners, radius, radius * Math.Cos(Math.PI / corners));

    /// <summary>A star round the origin, a point on top.</summary>
    internal static Tensor Star(Tensor x, Tensor y, int points, double radius, double inner)
    {
        // All edges are mirror images of the one from the top to the next inner corner.
        using var scope = NewDisposeScope();
        var wedge = 2 * Math.PI / points;
        var angle = Repeat(atan2(x, -y), wedge).abs_();
        var length = Length(x, y);
        var (top, corner) = ((0.0, -radius), (inner * Math.Sin(wedge / 2), -inner * Math.Cos(wedge / 2)));
        var (px, py, square) = ToEdge(length * angle.sin(), (length * angle.cos()).neg_(), top, corner);
        var (edgeX, edgeY) = (corner.Item1, corner.Item2 + radius);
        var side = (py * edgeX).add_(px, -edgeY);
        return square.sqrt_().copysign_(side).MoveToOuterDisposeScope();
    }

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

    // Position relative to the edge's first point, and the square of the distance to the edge.
    private static (Tensor X, Tensor Y, Tensor Square) ToEdge(Tensor x, Tensor y, (double X, double Y) a, (double X, double Y) b)
    {
        var (edgeX, edgeY) = (b.X - a.X, b.Y - a.Y);
        var squareLength = Math.Max(edgeX * edgeX + edgeY * edgeY, 1e-9);
        var (px, py) = (x - a.X, y - a.Y);
        var along = (px * (edgeX / squareLength)).add(py, edgeY / squareLength).clamp_(0, 1);
        var (dx, dy) = (px.add(along, -edgeX), py.add(along, -edgeY));
        return (px, py, dx.mul_(dx).addcmul_(dy, dy, 1));
    }
}
