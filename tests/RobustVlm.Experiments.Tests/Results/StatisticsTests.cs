using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Results;

public sealed class StatisticsTests
{
    [Theory]
    // Values of the formula from another tool.
    [InlineData(0, 10, 0, 0.2775328)]
    [InlineData(10, 10, 0.7224672, 1)]
    [InlineData(5, 10, 0.2365931, 0.7634069)]
    [InlineData(81, 100, 0.7222115, 0.8748525)]
    public void Wilson_interval_equals_known_values(int successes, int n, double low, double high)
    {
        var interval = Statistics.Wilson(successes, n);

        Assert.Equal(successes / (double)n, interval.Value, 12);
        Assert.Equal(low, interval.Low, 6);
        Assert.Equal(high, interval.High, 6);
        Assert.Equal(n, interval.N);
        Assert.Equal(interval, Statistics.Wilson([.. Enumerable.Range(0, n).Select(i => i < successes)]));
    }

    [Fact]
    public void Bootstrap_repeats_with_its_seed_and_covers_as_often_as_it_says()
    {
        var random = new Random(5);
        var covered = 0;
        const int trials = 300;

        for (var trial = 0; trial < trials; trial++)
        {
            bool[] outcomes = [.. Enumerable.Range(0, 80).Select(_ => random.NextDouble() < 0.7)];
            var interval = Statistics.Bootstrap(outcomes, new Random(trial), 1_000);
            Assert.Equal(interval, Statistics.Bootstrap(outcomes, new Random(trial), 1_000));
            covered += interval.Low <= 0.7 && 0.7 <= interval.High ? 1 : 0;
        }

        Assert.InRange(covered / (double)trials, 0.90, 0.985);
    }

    [Fact]
    public void Paired_bootstrap_sees_a_small_steady_difference_that_unpaired_noise_hides()
    {
        var random = new Random(1);
        double[] seeds = [.. Enumerable.Range(0, 12).Select(_ => random.NextDouble())];
        double[] better = [.. seeds.Select(value => value + 0.02 + (0.001 * random.NextDouble()))];

        var difference = Statistics.PairedDifference(better, seeds, new Random(2));

        Assert.InRange(difference.Value, 0.02, 0.021);
        Assert.InRange(difference.Low, 0.0199, difference.Value);
        Assert.InRange(difference.High, difference.Value, 0.0211);
    }

    [Theory]
    [InlineData(new[] { 1.0 }, 1.0)]
    [InlineData(new[] { 1.0, 2.0 }, 0.5)]
    [InlineData(new[] { 1.0, 2.0, 3.0 }, 0.25)]
    // Sums of ±1 ±2 ±3 that reach |1 + 2 - 3| = 0: all of them.
    [InlineData(new[] { 1.0, 2.0, -3.0 }, 1.0)]
    // |1 - 2 + 3| = 2: of the sums ±6, ±4, ±2, 0, 0 six reach it.
    [InlineData(new[] { 1.0, -2.0, 3.0 }, 0.75)]
    [InlineData(new[] { 0.1, 0.2, 0.3, 0.4, 0.5 }, 2 / 32.0)]
    [InlineData(new[] { 0.0, 0.0, 1.0, 2.0, 3.0 }, 0.25)]
    [InlineData(new[] { 0.0, 0.0 }, 1.0)]
    // All of one size: a binomial test; 4 of 5 positive gives 2 (1 + 5) / 32.
    [InlineData(new[] { 1.0, 1.0, 1.0, 1.0, -1.0 }, 12 / 32.0)]
    public void Sign_flip_p_equals_the_count_by_hand(double[] differences, double expected) =>
        Assert.Equal(expected, Statistics.SignFlipP(differences), 12);

    [Fact]
    public void Sign_flip_p_equals_a_plain_count_of_all_patterns()
    {
        var random = new Random(11);
        for (var n = 1; n <= 13; n++)
        {
            double[] values = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.3)];
            var observed = Math.Abs(values.Sum());

            var extreme = Enumerable.Range(0, 1 << n).Count(pattern =>
                Math.Abs(values.Select((value, i) => (pattern >> i & 1) == 0 ? value : -value).Sum()) >= observed - 1e-12);

            Assert.Equal(extreme / (double)(1 << n), Statistics.SignFlipP(values), 12);
        }
    }

    [Fact]
    public void Sign_flip_p_is_exact_up_to_forty_and_drawn_above()
    {
        double[] forty = [.. Enumerable.Repeat(1.0, 40)];
        double[] more = [.. Enumerable.Repeat(1.0, 60), .. Enumerable.Repeat(-1.0, 40)];

        Assert.Equal(Math.Pow(2, -39), Statistics.SignFlipP(forty), 15);
        Assert.Throws<ArgumentException>(() => Statistics.SignFlipP(more));

        // Binomial: P(|X - 50| >= 10) for 100 fair coins is 0.0569.
        Assert.InRange(Statistics.SignFlipP(more, new Random(3)), 0.054, 0.060);
    }

    [Fact]
    public void Quantiles_interpolate_between_neighbours()
    {
        double[] sorted = [1, 2, 4, 8];

        Assert.Equal(1, Statistics.Quantile(sorted, 0));
        Assert.Equal(1.75, Statistics.Quantile(sorted, 0.25));
        Assert.Equal(3, Statistics.Quantile(sorted, 0.5));
        Assert.Equal(8, Statistics.Quantile(sorted, 1));
    }

    [Fact]
    public void Bad_input_is_refused_with_a_sentence()
    {
        Assert.Equal("A statistic needs at least one sample; there are none.", Assert.Throws<ArgumentException>(() => Statistics.Wilson([])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.Wilson(3, 2));
        Assert.StartsWith(
            "A paired comparison needs as many values on both sides; there are 2 and 1.",
            Assert.Throws<ArgumentException>(() => Statistics.Differences([1, 2], [1])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Statistics.SignFlipP([1, double.NaN]));
    }
}
