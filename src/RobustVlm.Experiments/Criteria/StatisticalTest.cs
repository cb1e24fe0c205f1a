using System.Globalization;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>What is computed for each seed from the values of a comparison's arms.</summary>
internal enum Quantity
{
    /// <summary>The only arm's value.</summary>
    Value,

    /// <summary>First arm minus second.</summary>
    Difference,

    /// <summary>First arm divided by second.</summary>
    Ratio,

    /// <summary>First arm minus the mean of the others, e.g. of the ends of a gain: above zero, it has more than half of it.</summary>
    LeadOverMean,

    /// <summary>The mean of all arms, e.g. of a gain that each run has already computed.</summary>
    Mean,

    /// <summary>Least-squares slope of the arms' values over their <see cref="Arm{TOptions}.X"/>.</summary>
    Slope,

    /// <summary>Spearman's correlation of the arms' values with their <see cref="Arm{TOptions}.X"/>.</summary>
    RankCorrelation,
}

/// <summary>On which side of the limit the quantity has to lie.</summary>
internal enum Side
{
    Above,
    AtLeast,
    Below,
    AtMost,

    /// <summary>No further from zero than the limit.</summary>
    Within,
}

/// <summary>What has to lie there.</summary>
internal enum JudgedBy
{
    /// <summary>The whole 95 % bootstrap interval over seeds.</summary>
    Interval,

    /// <summary>The mean over seeds; the interval is only shown.</summary>
    Mean,

    /// <summary>The value of every single seed.</summary>
    EverySeed,

    /// <summary>The values of at least four seeds in five.</summary>
    MostSeeds,

    /// <summary>The mean over seeds, moved by one standard error in the claim's favour: the claim is not missed by more than chance explains.</summary>
    StandardError,
}

/// <summary>How a criterion decides about one comparison.</summary>
/// <param name="Quantity">What is computed for each seed.</param>
/// <param name="Side">On which side of the limit it has to lie.</param>
/// <param name="Limit">The limit, in the measurement's unit; a margin with its sign.</param>
/// <param name="JudgedBy">What has to lie there.</param>
internal sealed record StatisticalTest(Quantity Quantity, Side Side, double Limit, JudgedBy JudgedBy)
{
    private const int ResamplingSeed = 1;
    private const double MostShare = 0.8;

    /// <summary>The first arm is better than the second by more than a margin.</summary>
    internal static StatisticalTest Superiority(double margin = 0, bool lowerIsBetter = false) =>
        new(Quantity.Difference, lowerIsBetter ? Side.Below : Side.Above, lowerIsBetter ? -Margin(margin) : Margin(margin), JudgedBy.Interval);

    /// <summary>The first arm is worse than the second by no more than a margin.</summary>
    internal static StatisticalTest NonInferiority(double margin, bool lowerIsBetter = false) =>
        new(Quantity.Difference, lowerIsBetter ? Side.AtMost : Side.AtLeast, lowerIsBetter ? Margin(margin) : -Margin(margin), JudgedBy.Interval);

    /// <summary>Both arms are the same within a tolerance, seed by seed; without one, exactly.</summary>
    internal static StatisticalTest Equality(double tolerance = 0) => new(Quantity.Difference, Side.Within, Margin(tolerance), JudgedBy.EverySeed);

    /// <summary>The first arm is at least so many times the second.</summary>
    internal static StatisticalTest RatioAtLeast(double times) => new(Quantity.Ratio, Side.AtLeast, times, JudgedBy.Interval);

    /// <summary>The values rise with X, or fall: the slope's interval excludes zero.</summary>
    internal static StatisticalTest Trend(bool falls = false) => new(Quantity.Slope, falls ? Side.Below : Side.Above, 0, JudgedBy.Interval);

    /// <summary>The values' ranks follow X: Spearman's correlation is at least so large; negative for falling ones.</summary>
    internal static StatisticalTest RankCorrelation(double correlation) =>
        new(Quantity.RankCorrelation, correlation < 0 ? Side.AtMost : Side.AtLeast, correlation, JudgedBy.Interval);

    /// <summary>Fewest seeds from which it can be decided: an interval over one or two seeds says nothing.</summary>
    internal int MinimumSeeds => JudgedBy is JudgedBy.Interval or JudgedBy.StandardError ? 3 : 1;

    /// <summary>Whether so many arms make sense.</summary>
    internal bool Accepts(int arms) => Quantity switch
    {
        Quantity.Value => arms == 1,
        Quantity.Difference or Quantity.Ratio => arms == 2,
        Quantity.Mean => arms >= 2,
        _ => arms >= 3,
    };

    internal double Compute(IReadOnlyList<double> x, IReadOnlyList<double> y) => Quantity switch
    {
        Quantity.Value => y[0],
        Quantity.Difference => y[0] - y[1],
        Quantity.Ratio => y[0] / y[1],
        Quantity.LeadOverMean => y[0] - y.Skip(1).Average(),
        Quantity.Mean => y.Average(),
        Quantity.Slope => Trends.Slope(x, y),
        _ => Trends.RankCorrelation(x, y),
    };

    /// <summary>Decides from one value per seed.</summary>
    internal ComparisonResult Decide(string name, IReadOnlyList<double> values)
    {
        var estimate = Statistics.Bootstrap(values, new Random(ResamplingSeed));

        // Of a ratio or of a single value, zero is no natural null hypothesis.
        double? p = Quantity is Quantity.Value or Quantity.Ratio ? null : Statistics.SignFlipP(values, new Random(ResamplingSeed));
        var (low, high) = Judged(values, estimate);
        var holds = Side switch
        {
            Side.Above => low > Limit,
            Side.AtLeast => low >= Limit,
            Side.Below => high < Limit,
            Side.AtMost => high <= Limit,
            _ => low >= -Limit && high <= Limit,
        };
        return new ComparisonResult(name, estimate, p, holds);
    }

    private (double Low, double High) Judged(IReadOnlyList<double> values, Interval estimate)
    {
        switch (JudgedBy)
        {
            case JudgedBy.Interval:
                return (estimate.Low, estimate.High);
            case JudgedBy.Mean:
                return (estimate.Value, estimate.Value);
            case JudgedBy.MostSeeds:
                // As many as needed lie at or above the first, and as many at or below the second.
                var needed = (int)Math.Ceiling(MostShare * values.Count);
                double[] sorted = [.. values.Order()];
                return (sorted[^needed], sorted[needed - 1]);
            case JudgedBy.StandardError:
                var error = Math.Sqrt(values.Sum(value => (value - estimate.Value) * (value - estimate.Value)) / (values.Count - 1) / values.Count);
                return (estimate.Value + error, estimate.Value - error);
            default:
                return (values.Min(), values.Max());
        }
    }

    public override string ToString()
    {
        var what = Quantity switch
        {
            Quantity.RankCorrelation => "rank correlation",
            Quantity.LeadOverMean => "first arm minus the mean of the others",
            Quantity.Mean => "mean of the arms",
            _ => Quantity.ToString().ToLowerInvariant(),
        };
        var subject = JudgedBy switch
        {
            JudgedBy.Interval => $"the 95 % interval of the {what} over seeds lies",
            JudgedBy.Mean => $"the mean {what} over seeds is",
            JudgedBy.MostSeeds => $"the {what} of at least four seeds in five is",
            JudgedBy.StandardError => $"the mean {what} over seeds, moved by one standard error in the claim's favour, is",
            _ => $"the {what} of every seed is",
        };
        var limit = Limit.ToString("0.####", CultureInfo.InvariantCulture).Replace('-', '−');
        return Side switch
        {
            Side.Above => $"{subject} above {limit}",
            Side.AtLeast => $"{subject} at or above {limit}",
            Side.Below => $"{subject} below {limit}",
            Side.AtMost => $"{subject} at or below {limit}",
            _ => $"{subject} within {limit} of zero",
        };
    }

    private static double Margin(double margin) => margin >= 0 ? margin
        : throw new ArgumentOutOfRangeException(nameof(margin), "A margin or tolerance is at least 0; which side it is on follows from the test.");
}
