using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Plots;

/// <summary>Charts of stored runs, of which some may be missing.</summary>
internal static class StoredCharts
{
    /// <summary>Bars with their intervals; a missing estimate is a gap.</summary>
    internal static BarSeries Bars(string name, IReadOnlyList<Interval?> estimates) => new(name, [.. estimates.Select(e => e?.Value ?? double.NaN)])
    {
        Low = [.. estimates.Select(e => e?.Low ?? double.NaN)],
        High = [.. estimates.Select(e => e?.High ?? double.NaN)],
    };

    /// <summary>A line with the range of several values at each place; null where no place has any.</summary>
    internal static LineSeries? Range(string name, IReadOnlyList<double> places, IReadOnlyList<IReadOnlyList<double>> values)
    {
        double[] Over(Func<IReadOnlyList<double>, double> combine) => [.. values.Select(found => found.Count > 0 ? combine(found) : double.NaN)];
        return values.All(found => found.Count == 0) ? null
            : new LineSeries(name, places, Over(found => found.Average())) { Low = Over(found => found.Min()), High = Over(found => found.Max()) };
    }
}
