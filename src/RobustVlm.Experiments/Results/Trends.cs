namespace RobustVlm.Experiments.Results;

/// <summary>Whether values rise or fall with something else.</summary>
public static class Trends
{
    /// <summary>Slope of the least-squares line; NaN where all x are equal.</summary>
    /// <param name="x">Where.</param>
    /// <param name="y">The values, in the same order.</param>
    /// <exception cref="ArgumentException">The lists are of different lengths.</exception>
    public static double Slope(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (covariance, varianceX, _) = Moments(x, y);
        return covariance / varianceX;
    }

    /// <summary>Spearman's rank correlation (1904), equal values sharing their mean rank; NaN where one side is constant.</summary>
    /// <param name="x">Where.</param>
    /// <param name="y">The values, in the same order.</param>
    /// <exception cref="ArgumentException">The lists are of different lengths.</exception>
    public static double RankCorrelation(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (covariance, varianceX, varianceY) = Moments(Ranks(x), Ranks(y));
        return covariance / Math.Sqrt(varianceX * varianceY);
    }

    private static (double Covariance, double VarianceX, double VarianceY) Moments(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count || x.Count < 2)
        {
            throw new ArgumentException($"A trend needs at least two points, with as many x as y; there are {x.Count} and {y.Count}.");
        }

        var (meanX, meanY) = (x.Average(), y.Average());
        return (
            x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum(),
            x.Sum(a => (a - meanX) * (a - meanX)),
            y.Sum(b => (b - meanY) * (b - meanY)));
    }

    private static double[] Ranks(IReadOnlyList<double> values) =>
        [.. values.Select(value => values.Count(other => other < value) + ((values.Count(other => other == value) + 1) / 2.0))];
}
