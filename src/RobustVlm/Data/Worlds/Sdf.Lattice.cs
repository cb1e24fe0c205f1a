using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Many parts at once: a lattice of points, each moved and numbered by its cell.</summary>
internal static partial class Sdf
{
    /// <summary>A number for each cell of a lattice that looks random, the same on every device.</summary>
    /// <param name="column">Float tensor, whole numbers between -500 and 500.</param>
    /// <param name="row">Float tensor, whole numbers between -500 and 500.</param>
    /// <param name="salt">Float tensor, whole numbers between 0 and 1000: another pattern for each.</param>
    /// <returns>Float tensor, in [0, 1).</returns>
    internal static Tensor CellNumber(Tensor column, Tensor row, Tensor salt)
    {
        // Quadratic congruences of small primes: every step is exact in single precision.
        var code = (column * 37 + row * 59 + salt).remainder(251);
        var mixed = (code * (code + 7)).remainder(241);
        return (mixed * (mixed + 11) + code).remainder(239) / 239;
    }

    /// <summary>The nearest points of a unit lattice whose points are moved at random.</summary>
    /// <param name="x">Float tensor [n, H, W].</param>
    /// <param name="y">Float tensor [n, H, W].</param>
    /// <param name="jitter">Largest move to either side, 0 to 0.5: [n, 1, 1].</param>
    /// <param name="salt">Float tensor [n, 1, 1], whole numbers: another pattern for each.</param>
    /// <returns>Float tensors [n, H, W]: distance to the nearest point, to the second nearest, and the number of the nearest in [0, 1).</returns>
    internal static (Tensor First, Tensor Second, Tensor Number) Cells(Tensor x, Tensor y, Tensor jitter, Tensor salt)
    {
        var (column, row) = (x.round(), y.round());
        Tensor? first = null;
        Tensor? second = null;
        Tensor? number = null;
        for (var i = -1; i <= 1; i++)
        {
            for (var j = -1; j <= 1; j++)
            {
                var (a, b) = (column + i, row + j);
                var own = CellNumber(a, b, salt);
                var across = (own * 17).remainder(1);
                var distance = Length(x - a - (2 * jitter) * (own - 0.5), y - b - (2 * jitter) * (across - 0.5));
                if (first is null)
                {
                    (first, second, number) = (distance, full_like(distance, 9), own);
                    continue;
                }

                second = second!.minimum(distance.maximum(first));
                number = where(distance.lt(first), own, number!);
                first = first.minimum(distance);
            }
        }

        return (first!, second!, number!);
    }

    /// <summary>A smooth line through points (a Catmull-Rom spline in short straight pieces).</summary>
    internal static Tensor Curve(Tensor x, Tensor y, double width, params ReadOnlySpan<(double X, double Y)> points)
    {
        const int Pieces = 3;
        var line = new (double X, double Y)[(points.Length - 1) * Pieces + 1];
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var (before, from, to, after) = (points[Math.Max(i - 1, 0)], points[i], points[i + 1], points[Math.Min(i + 2, points.Length - 1)]);
            for (var piece = 0; piece < Pieces; piece++)
            {
                var share = piece / (double)Pieces;
                line[i * Pieces + piece] = (Spline(before.X, from.X, to.X, after.X, share), Spline(before.Y, from.Y, to.Y, after.Y, share));
            }
        }

        line[^1] = points[^1];
        return Stroke(x, y, width, line);
    }

    private static double Spline(double before, double from, double to, double after, double t) =>
        0.5 * (2 * from + (to - before) * t + (2 * before - 5 * from + 4 * to - after) * t * t + (3 * from - before - 3 * to + after) * t * t * t);
}
