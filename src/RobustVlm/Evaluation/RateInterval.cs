using System.Globalization;

namespace RobustVlm.Evaluation;

/// <summary>A share of images with its 95 % interval.</summary>
/// <param name="Rate">The share, 0 to 1.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Count">Number of images.</param>
public readonly record struct RateInterval(double Rate, double Low, double High, int Count)
{
    private const double Z95 = 1.959963984540054;

    /// <summary>The Wilson score interval (Wilson 1927), which stays inside [0, 1].</summary>
    /// <param name="successes">Successes, in [0, <paramref name="count"/>].</param>
    /// <param name="count">Trials, at least 1.</param>
    public static RateInterval Wilson(int successes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        var rate = successes / (double)count;
        const double z2 = Z95 * Z95;
        var centre = (rate + (z2 / (2 * count))) / (1 + (z2 / count));
        var half = Z95 / (1 + (z2 / count)) * Math.Sqrt((rate * (1 - rate) / count) + (z2 / (4.0 * count * count)));
        var low = successes == 0 ? 0 : Math.Max(0, centre - half);
        var high = successes == count ? 1 : Math.Min(1, centre + half);
        return new RateInterval(rate, low, high, count);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rate * 100:0.0} % [{Low * 100:0.0}, {High * 100:0.0}]");
}
