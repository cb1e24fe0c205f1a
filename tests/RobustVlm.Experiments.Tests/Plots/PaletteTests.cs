using RobustVlm.Experiments.Plots;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

public sealed class PaletteTests
{
    [Fact]
    public void Attacks_among_themselves_and_methods_among_themselves_differ()
    {
        Assert.Equal(Palette.KnownAttacks.Count, Palette.KnownAttacks.Select(Palette.Of).Distinct().Count());
        Assert.Equal(Palette.KnownMethods.Count, Palette.KnownMethods.Select(Palette.Of).Distinct().Count());
    }

    [Theory]
    [InlineData("PGD-10", "pgd")]
    [InlineData("Pgd-100", "pgd")]
    [InlineData("CW-L2", "cw")]
    [InlineData("Carlini-Wagner", "cw")]
    [InlineData("PMG-AFT", "pmgaft")]
    [InlineData("zero-shot", "zeroshot")]
    [InlineData("Nullspace tuning", "nullspace")]
    public void A_name_keeps_its_colour_with_numbers_case_and_hyphens(string name, string known) =>
        Assert.Equal(Palette.Of(known), Palette.Of(name));

    [Fact]
    public void A_known_name_keeps_its_colour_in_any_company()
    {
        var colors = Palette.Assign(["something else", "PGD-10", "another", "FGSM", "PGD-40"]);

        Assert.Equal(Palette.Of("PGD"), colors[1]);
        Assert.Equal(Palette.Of("FGSM"), colors[3]);
        Assert.Equal(5, colors.Distinct().Count());
    }

    [Fact]
    public void Up_to_twelve_series_have_twelve_colours()
    {
        string[] names = [.. Enumerable.Range(0, Palette.Count).Select(i => $"arm {i}")];

        Assert.Equal(Palette.Count, Palette.Assign(names).Distinct().Count());
        Assert.Equal(20, Palette.Assign([.. Enumerable.Range(0, 20).Select(i => $"arm {i}")]).Count);
    }

    [Fact]
    public void An_unknown_name_has_the_same_colour_in_every_process() => Assert.Equal("#009E73", Palette.Of("my own method"));

    [Fact]
    public void Colours_stay_apart_for_a_reader_without_green_or_red_cones()
    {
        string[] colors = [.. Palette.KnownAttacks.Select(Palette.Of)];
        foreach (var (redWeight, greenWeight) in new[] { (1.0, 0.0), (0.625, 0.375), (0.567, 0.433) })
        {
            for (var i = 0; i < colors.Length; i++)
            {
                for (var j = i + 1; j < colors.Length; j++)
                {
                    Assert.True(Distance(colors[i], colors[j], redWeight, greenWeight) > 20, $"{colors[i]} and {colors[j]} look alike.");
                }
            }
        }
    }

    // The common linear approximation: such readers see red and green only as one mixture of both.
    private static double Distance(string first, string second, double redWeight, double greenWeight)
    {
        var (a, b) = (Channels(first), Channels(second));
        double[] seenA = redWeight == 1 ? a : [(redWeight * a[0]) + (greenWeight * a[1]), a[2]];
        double[] seenB = redWeight == 1 ? b : [(redWeight * b[0]) + (greenWeight * b[1]), b[2]];
        return Math.Sqrt(seenA.Zip(seenB, (x, y) => (x - y) * (x - y)).Sum());
    }

    private static double[] Channels(string color) =>
        [.. new[] { 1, 3, 5 }.Select(start => (double)Convert.ToInt32(color.Substring(start, 2), 16))];
}
