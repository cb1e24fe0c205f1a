namespace RobustVlm.Experiments.Plots;

/// <summary>What line and bar charts ask of their data, and the axis that follows from it.</summary>
internal static class ChartChecks
{
    /// <summary>Smallest and largest finite value.</summary>
    public static (double Low, double High) Range(IEnumerable<double> values, AxisScale scale, string axis)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0)
        {
            throw new ArgumentException($"There is nothing to draw: no finite {axis} value.");
        }

        return scale == AxisScale.Log && finite.Min() <= 0
            ? throw new ArgumentException(
                $"A logarithmic {axis} axis needs values above zero, and there is {Axis.Number(finite.Min())}; use a linear or a categorical one.")
            : (finite.Min(), finite.Max());
    }

    public static void SameLength(string name, int count, params (string What, IReadOnlyList<double>? Values)[] others)
    {
        foreach (var (what, values) in others)
        {
            if (values is not null && values.Count != count)
            {
                throw new ArgumentException($"'{name}' has {count} values but {values.Count} for {what}; give as many of both.");
            }
        }
    }

    /// <summary>The y axis around the data, or with the given ends.</summary>
    public static Axis YAxis(
        string title, AxisScale scale, bool percent, (double Low, double High)? fixedRange, (double Low, double High) data, bool fromZero)
    {
        const int maxTicks = 6;
        if (fixedRange is var (bottom, top))
        {
            return bottom < top && double.IsFinite(top - bottom) && (scale != AxisScale.Log || bottom > 0)
                ? Axis.Values(title, scale, bottom, top, percent, false, maxTicks)
                : throw new ArgumentException(
                    $"The y range {Axis.Number(bottom)} to {Axis.Number(top)} is no range; give the smaller end first, above zero on a logarithmic axis.");
        }

        var (low, high) = data;
        if (scale == AxisScale.Log)
        {
            var factor = Math.Pow(high / low, 0.05);
            return Axis.Values(title, scale, low / factor, high * factor, percent, false, maxTicks);
        }

        // Rates belong on a full scale unless all of them are small; other values start at zero when they come near it.
        if (percent || fromZero || (low > 0 && low < 0.4 * high))
        {
            (low, high) = (Math.Min(0, low), Math.Max(0, high));
        }

        if (percent && high is > 0.5 and <= 1)
        {
            high = 1;
        }

        var axis = Axis.Values(title, scale, low, high, percent, true, maxTicks);

        // A little room, so that points on the outermost ticks are not cut; bars stand on the axis itself.
        var room = 0.025 * (axis.High - axis.Low);
        return axis with
        {
            Low = axis.Low - (fromZero && data.Low >= 0 ? 0 : room),
            High = axis.High + (fromZero && data.High <= 0 ? 0 : room),
        };
    }

    /// <summary>The longest stretches of neighbours that satisfy a condition.</summary>
    public static IEnumerable<IReadOnlyList<T>> Split<T>(IEnumerable<T> items, Func<T, bool> condition)
    {
        var run = new List<T>();
        foreach (var item in items)
        {
            if (condition(item))
            {
                run.Add(item);
            }
            else if (run.Count > 0)
            {
                yield return run;
                run = [];
            }
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    /// <summary>The colour, when it is one.</summary>
    public static string Color(string color) => color.Length == 7 && color[0] == '#' && color.Skip(1).All(char.IsAsciiHexDigit)
        ? color
        : throw new ArgumentException($"'{color}' is not a colour; write it as #RRGGBB.");

    /// <summary>A colour mixed with white.</summary>
    public static string Pale(string color)
    {
        var value = Convert.ToInt32(color[1..], 16);
        return $"#{Mix(value >> 16):X2}{Mix(value >> 8):X2}{Mix(value):X2}";

        static int Mix(int channel) => 255 - ((255 - (channel & 255)) * 40 / 100);
    }
}
