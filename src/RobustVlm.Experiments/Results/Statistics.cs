using RobustVlm.Evaluation;

namespace RobustVlm.Experiments.Results;

/// <summary>Intervals and tests for paired experiments. Nothing here is random unless a generator is passed in.</summary>
public static class Statistics
{
    /// <summary>Largest number of non-zero differences for which <see cref="SignFlipP"/> counts every sign pattern.</summary>
    public const int ExactSignFlipLimit = 40;

    /// <summary>Accuracy with its 95 % Wilson score interval (Wilson 1927), which stays inside [0, 1].</summary>
    /// <param name="correct">One entry per sample: whether the answer was right.</param>
    /// <exception cref="ArgumentException">There are no samples.</exception>
    public static Interval Wilson(IReadOnlyCollection<bool> correct)
    {
        ArgumentNullException.ThrowIfNull(correct);
        return Wilson(correct.Count(right => right), correct.Count);
    }

    /// <summary>A rate with its 95 % Wilson score interval.</summary>
    /// <param name="successes">Successes, in [0, <paramref name="n"/>].</param>
    /// <param name="n">Trials, at least 1.</param>
    public static Interval Wilson(int successes, int n)
    {
        RequireSamples(n);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, n);

        var interval = RateInterval.Wilson(successes, n);
        return new Interval(interval.Rate, interval.Low, interval.High, n);
    }

    /// <summary>Mean with its 95 % percentile bootstrap interval (Efron 1979).</summary>
    /// <param name="values">Samples, seeds or per-sample outcomes (0 or 1).</param>
    /// <param name="random">Source of the resamples.</param>
    /// <param name="resamples">How many resamples.</param>
    /// <exception cref="ArgumentException">There are no samples.</exception>
    public static Interval Bootstrap(IReadOnlyList<double> values, Random random, int resamples = 10_000)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        RequireSamples(values.Count);

        var samples = values.ToArray();
        var means = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            var sum = 0.0;
            for (var draw = 0; draw < samples.Length; draw++)
            {
                sum += samples[random.Next(samples.Length)];
            }

            means[i] = sum / samples.Length;
        }

        Array.Sort(means);
        return new Interval(samples.Average(), Quantile(means, 0.025), Quantile(means, 0.975), samples.Length);
    }

    /// <summary>Accuracy with its 95 % percentile bootstrap interval.</summary>
    /// <param name="correct">One entry per sample: whether the answer was right.</param>
    /// <param name="random">Source of the resamples.</param>
    /// <param name="resamples">How many resamples.</param>
    public static Interval Bootstrap(IReadOnlyCollection<bool> correct, Random random, int resamples = 10_000)
    {
        ArgumentNullException.ThrowIfNull(correct);
        return Bootstrap([.. correct.Select(right => right ? 1.0 : 0.0)], random, resamples);
    }

    /// <summary>Mean of <c>first - second</c> with its 95 % bootstrap interval; whole pairs are resampled.</summary>
    /// <param name="first">Values of one arm, per seed or per sample.</param>
    /// <param name="second">Values of the other arm, in the same order.</param>
    /// <param name="random">Source of the resamples.</param>
    /// <param name="resamples">How many resamples.</param>
    /// <exception cref="ArgumentException">The lists are empty or of different lengths.</exception>
    public static Interval PairedDifference(
        IReadOnlyList<double> first, IReadOnlyList<double> second, Random random, int resamples = 10_000) =>
        Bootstrap(Differences(first, second), random, resamples);

    /// <summary>The differences <c>first - second</c> of a paired experiment.</summary>
    /// <param name="first">Values of one arm.</param>
    /// <param name="second">Values of the other arm, in the same order.</param>
    /// <exception cref="ArgumentException">The lists are of different lengths.</exception>
    public static IReadOnlyList<double> Differences(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
        {
            throw new ArgumentException(
                $"A paired comparison needs as many values on both sides; there are {first.Count} and {second.Count}.");
        }

        return [.. first.Zip(second, (a, b) => a - b)];
    }

    /// <summary>Two-sided p of the sign-flip (permutation) test: how often random signs give a mean at least as far from zero.</summary>
    /// <remarks>
    /// Exact for up to <see cref="ExactSignFlipLimit"/> non-zero differences: all 2^n patterns are counted, the smallest
    /// possible p is 2^(1-n). Above that signs are drawn, and the observed pattern counts as one of the draws.
    /// Zeros carry no sign and change nothing.
    /// </remarks>
    /// <param name="differences">Paired differences, e.g. one per seed.</param>
    /// <param name="random">Source of the signs; only needed above the limit.</param>
    /// <param name="draws">How many patterns are drawn above the limit.</param>
    /// <exception cref="ArgumentException">No differences, one that is not finite, or too many without a generator.</exception>
    public static double SignFlipP(IReadOnlyList<double> differences, Random? random = null, int draws = 100_000)
    {
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        RequireSamples(differences.Count);
        if (!differences.All(double.IsFinite))
        {
            throw new ArgumentException("The sign-flip test needs finite differences; one of them is NaN or infinite.");
        }

        var values = differences.Where(value => value != 0).ToArray();

        // Sums of the same numbers in another order differ by rounding; such ties must count as ties.
        var tolerance = 1e-12 * values.Sum(Math.Abs);
        var threshold = Math.Abs(values.Sum()) - tolerance;
        if (values.Length > ExactSignFlipLimit)
        {
            return random is null
                ? throw new ArgumentException(
                    $"More than {ExactSignFlipLimit} differences cannot be counted exactly; pass a random generator.")
                : DrawnSignFlipP(values, threshold, random, draws);
        }

        // Every total is one sum of the first half plus one of the second: 2^(n/2) sums each instead of 2^n.
        var left = SignedSums(values.AsSpan(0, values.Length / 2));
        var right = SignedSums(values.AsSpan(values.Length / 2));
        Array.Sort(right);
        var extreme = 0L;
        foreach (var sum in left)
        {
            var above = right.Length - CountBelow(right, threshold - sum, inclusive: false);
            var below = CountBelow(right, -threshold - sum, inclusive: true);
            extreme += Math.Min(above + below, right.Length);
        }

        return extreme / Math.Pow(2, values.Length);
    }

    /// <summary>A quantile by linear interpolation between order statistics.</summary>
    /// <param name="sorted">Values in ascending order, at least one.</param>
    /// <param name="probability">In [0, 1].</param>
    public static double Quantile(IReadOnlyList<double> sorted, double probability)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        RequireSamples(sorted.Count);
        if (probability is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), "A quantile's probability lies in [0, 1].");
        }

        var position = probability * (sorted.Count - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    private static double DrawnSignFlipP(double[] values, double threshold, Random random, int draws)
    {
        var extreme = 1;
        for (var draw = 0; draw < draws; draw++)
        {
            var sum = 0.0;
            foreach (var value in values)
            {
                sum += random.Next(2) == 0 ? value : -value;
            }

            extreme += Math.Abs(sum) >= threshold ? 1 : 0;
        }

        return extreme / (draws + 1.0);
    }

    private static double[] SignedSums(ReadOnlySpan<double> values)
    {
        var sums = new double[1 << values.Length];
        var filled = 1;
        foreach (var value in values)
        {
            for (var i = 0; i < filled; i++)
            {
                sums[filled + i] = sums[i] - value;
                sums[i] += value;
            }

            filled *= 2;
        }

        return sums;
    }

    private static int CountBelow(double[] sorted, double limit, bool inclusive)
    {
        var low = 0;
        var high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < limit || (inclusive && sorted[middle] == limit))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static void RequireSamples(int count)
    {
        if (count < 1)
        {
            throw new ArgumentException("A statistic needs at least one sample; there are none.");
        }
    }
}
