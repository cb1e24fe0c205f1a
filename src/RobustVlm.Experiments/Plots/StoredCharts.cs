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

    /// <summary>A chart needs a line and a finite number; an empty one says why it is empty.</summary>
    internal static LineChart OrGap(LineChart chart)
    {
        double[] places = chart.XScale == AxisScale.Categorical ? [.. Enumerable.Range(0, chart.Categories?.Count ?? 2).Select(i => (double)i)]
            : chart.XScale == AxisScale.Log ? [0.1, 1] : [0, chart.PercentY ? 1 : 100];
        return chart.Series.Count > 0 ? chart : chart with
        {
            Series = [new LineSeries("no stored run yet", places, [.. places.Select(_ => double.NaN)])],
            References = [new ReferenceLine(chart.YScale == AxisScale.Log ? 1 : 0, chart.YScale == AxisScale.Log ? "one" : "zero"), .. chart.References],
            YRange = chart.YRange ?? (chart.YScale == AxisScale.Log ? null : (0, chart.PercentY ? 1 : 100)),
        };
    }
}
