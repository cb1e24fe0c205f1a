using Xunit;

namespace RobustVlm.Experiments.Tests.Results;

public sealed class ScaleTests
{
    [Theory]
    [InlineData("smoke", Scale.Smoke)]
    [InlineData(" Demo\n", Scale.Demo)]
    [InlineData("PAPER", Scale.Paper)]
    public void Reads_every_name_in_any_case(string text, Scale expected) => Assert.Equal(expected, Scales.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("huge")]
    public void Refuses_anything_else_and_lists_the_names(string text)
    {
        var error = Assert.Throws<FormatException>(() => Scales.Parse(text));

        Assert.Equal($"Unknown scale '{text}'; use smoke, demo or paper.", error.Message);
    }
}
