using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Results;

public class TrendsTests
{
    [Fact]
    public void Slope_is_that_of_the_least_squares_line() =>
        Assert.Equal(0.7, Trends.Slope([1, 2, 3, 4], [2, 4, 5, 4]), 1e-12);

    [Fact]
    public void Rank_correlation_shares_ranks_among_equal_values() =>
        Assert.Equal(0.9486832980505138, Trends.RankCorrelation([1, 2, 3, 4], [10, 20, 20, 400]), 1e-12);

    [Fact]
    public void Constant_values_have_no_rank_correlation() => Assert.True(double.IsNaN(Trends.RankCorrelation([1, 2, 3], [5, 5, 5])));

    [Fact]
    public void Unequal_lengths_are_refused() => Assert.Throws<ArgumentException>(() => Trends.Slope([1, 2], [1]));
}
