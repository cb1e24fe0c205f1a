using System.Text.Json;
using RobustVlm.Attacks;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class PixelBudgetTests
{
    [Theory]
    [InlineData(8, "8/255")]
    [InlineData(0.5, "0.5/255")]
    [InlineData(0, "0/255")]
    [InlineData(255, "255/255")]
    public void Prints_grey_levels_and_reads_them_back(double levels, string text)
    {
        var budget = PixelBudget.Of255(levels);

        Assert.Equal(text, budget.ToString());
        Assert.Equal(budget, PixelBudget.Parse(text));
        Assert.Equal(levels / 255, budget.Value);
    }

    [Fact]
    public void Reads_the_unit_scale_too() => Assert.Equal(0.03, PixelBudget.Parse(" 0.03 ").Value);

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Values_outside_the_range_are_refused(double value)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new PixelBudget(value));

        Assert.Contains("PixelBudget.Of255", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("eight")]
    [InlineData("8/")]
    [InlineData("8/0")]
    [InlineData("0/0")]
    [InlineData("300/255")]
    [InlineData("-1/255")]
    [InlineData("1/2/3")]
    public void Other_texts_are_refused(string text)
    {
        Assert.False(PixelBudget.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => PixelBudget.Parse(text));
    }

    [Fact]
    public void Survives_json()
    {
        var json = JsonSerializer.Serialize(PixelBudget.Of255(8));

        Assert.Equal(PixelBudget.Of255(8), JsonSerializer.Deserialize<PixelBudget>(json));
    }

    [Theory]
    [InlineData("L2 0.5", 0.5)]
    [InlineData(" l2 2 ", 2)]
    public void Lengths_carry_their_norm(string text, double length)
    {
        var budget = PixelBudget.Parse(text);

        Assert.Equal(PixelBudget.L2(length), budget);
        Assert.NotEqual(new PixelBudget(0.5), PixelBudget.L2(0.5));
        Assert.Equal(budget, PixelBudget.Parse(budget.ToString()));
        Assert.Equal(budget, JsonSerializer.Deserialize<PixelBudget>(JsonSerializer.Serialize(budget)));
        Assert.Equal(PixelBudget.L2(3), budget.WithValue(3));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.PositiveInfinity)]
    public void Impossible_lengths_are_refused(double length)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => PixelBudget.L2(length));

        Assert.Contains("PixelBudget.L2(0.5)", error.Message, StringComparison.Ordinal);
        Assert.False(PixelBudget.TryParse("L2 -1", null, out _));
    }
}
