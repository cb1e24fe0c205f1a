using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Criteria;

public sealed class EstimateFormatTests
{
    private static readonly EstimateFormat s_percent = new(1, InPercent: true);

    [Fact]
    public void Percent_minus_percent_are_points() => Assert.Equal("−10.1 points [−11.7, −8.3]", s_percent.For(Quantity.Difference).Print(new Interval(-0.101, -0.117, -0.083, 5)));

    [Fact]
    public void A_share_stays_a_percentage() => Assert.Equal("36.0% [35.0, 37.0]", s_percent.For(Quantity.Value).Print(new Interval(0.36, 0.35, 0.37, 5)));

    [Fact]
    public void A_difference_of_other_numbers_keeps_its_unit() => Assert.Equal("2.00 times [1.00, 3.00]", new EstimateFormat(2, Unit: "times").For(Quantity.Difference).Print(new Interval(2, 1, 3, 5)));

    [Fact]
    public void A_single_seed_has_no_interval() => Assert.Equal("1.3 points", s_percent.For(Quantity.Difference).Print(new Interval(0.013, 0.013, 0.013, 1)));
}
