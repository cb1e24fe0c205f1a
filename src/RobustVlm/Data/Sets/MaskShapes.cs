using System.Globalization;

namespace RobustVlm.Data.Sets;

/// <summary>Draws boxes, runs and outlines into a mask of 0 and 255.</summary>
internal static class MaskShapes
{
    /// <summary>Fills a box given by its left upper corner and its size in pixels.</summary>
    internal static void Box(byte[] mask, int height, int width, double x, double y, double boxWidth, double boxHeight)
    {
        var (left, right) = (Clamp(x, width), Clamp(x + boxWidth, width));
        for (var row = Clamp(y, height); row < Clamp(y + boxHeight, height); row++)
        {
            mask.AsSpan(row * width, width)[left..right].Fill(255);
        }
    }

    /// <summary>Fills runs as SIIM-ACR writes them: pairs of a gap after the last run and a length, column by column.</summary>
    /// <exception cref="FormatException">The runs are no pairs of whole numbers, or leave the image.</exception>
    internal static void RelativeRuns(byte[] mask, int height, int width, string runs)
    {
        var numbers = runs.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (numbers.Length % 2 != 0)
        {
            throw new FormatException("its runs are not pairs of a gap and a length");
        }

        var at = 0L;
        for (var i = 0; i < numbers.Length; i += 2)
        {
            var gap = int.Parse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture);
            var length = int.Parse(numbers[i + 1], NumberStyles.None, CultureInfo.InvariantCulture);
            at += gap;
            if (at + length > mask.Length)
            {
                throw new FormatException($"its runs reach beyond {width}x{height} pixels");
            }

            for (var end = at + length; at < end; at++)
            {
                mask[((at % height) * width) + (at / height)] = 255;
            }
        }
    }

    /// <summary>Fills the inside of an outline: all pixels whose centre lies inside (even-odd rule), and the corners themselves.</summary>
    internal static void Polygon(byte[] mask, int height, int width, IReadOnlyList<(double X, double Y)> points)
    {
        foreach (var (x, y) in points)
        {
            var (column, row) = ((int)Math.Round(x), (int)Math.Round(y));
            if (column >= 0 && column < width && row >= 0 && row < height)
            {
                mask[(row * width) + column] = 255;
            }
        }

        var crossings = new List<double>();
        for (var row = 0; row < height; row++)
        {
            crossings.Clear();
            for (var i = 0; i < points.Count; i++)
            {
                var (a, b) = (points[i], points[(i + 1) % points.Count]);
                if (a.Y <= row != b.Y <= row)
                {
                    crossings.Add(a.X + ((row - a.Y) / (b.Y - a.Y) * (b.X - a.X)));
                }
            }

            crossings.Sort();
            for (var i = 0; i + 1 < crossings.Count; i += 2)
            {
                var (left, right) = (Clamp(Math.Ceiling(crossings[i]), width), Clamp(Math.Floor(crossings[i + 1]) + 1, width));
                if (right > left)
                {
                    mask.AsSpan((row * width) + left, right - left).Fill(255);
                }
            }
        }
    }

    private static int Clamp(double value, int limit) => (int)Math.Clamp(Math.Round(value), 0, limit);
}
