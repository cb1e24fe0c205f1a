using RobustVlm.Privacy;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Privacy;

public sealed class MembershipScoresTests
{
    private static readonly bool[] s_members = [true, true, true, true, false, false, false, false];

    [Fact]
    public void The_area_of_turned_scores_is_the_rest_of_one()
    {
        double[] scores = [3, 1, 4, 1, 5, 1, 2, 6];

        Assert.Equal(1 - new MembershipScores(scores, s_members).Auc, new MembershipScores([.. scores.Select(score => -score)], s_members).Auc, 1e-12);
    }

    [Fact]
    public void Ties_count_half() => Assert.Equal(0.5, new MembershipScores([1, 1, 1, 1, 1, 1, 1, 1], s_members).Auc, 1e-12);

    [Fact]
    public void Members_found_at_a_rate_of_false_alarms_by_hand()
    {
        // Falling: m 9, m 8, n 7, m 6, n 5, m 4, n 3, n 2.
        var scores = new MembershipScores([9, 8, 6, 4, 7, 5, 3, 2], s_members);

        Assert.Equal(0.5, scores.TruePositivesAt(0.05));
        Assert.Equal(0.75, scores.TruePositivesAt(0.25));
        Assert.Equal(1, scores.TruePositivesAt(0.5));
        Assert.Equal(0.75, scores.BestAccuracy);
    }

    [Fact]
    public void Equal_scores_are_taken_or_left_together()
    {
        var scores = new MembershipScores([9, 7, 6, 4, 7, 5, 3, 2], s_members);

        Assert.Equal([(0, 0), (0, 0.25), (0.25, 0.5), (0.25, 0.75), (0.5, 0.75), (0.5, 1), (0.75, 1), (1, 1)], scores.Roc);
        Assert.Equal(0.25, scores.TruePositivesAt(0));
    }

    [Fact]
    public void The_scores_of_an_attack_are_turned_round()
    {
        using var scores = tensor(new double[] { 0, 0, 0, 0, 1, 1, 1, 1 });

        Assert.Equal(1, MembershipScores.Of(scores, s_members).Auc);
    }

    [Fact]
    public void The_interval_holds_the_area_and_grows_with_fewer_images()
    {
        var source = new Random(1);
        (double, double) Width(int count)
        {
            double[] scores = [.. Enumerable.Range(0, 2 * count).Select(i => source.NextDouble() + (i < count ? 0.2 : 0))];
            var told = new MembershipScores(scores, [.. Enumerable.Range(0, 2 * count).Select(i => i < count)]);
            var (low, high) = told.Interval(new Random(1), 300);
            Assert.InRange(told.Auc, low, high);
            return (low, high);
        }

        var (few, many) = (Width(20), Width(300));
        Assert.True(few.Item2 - few.Item1 > 2 * (many.Item2 - many.Item1));
    }

    [Theory, InlineData(new double[] { 30.02, 29.99, 30.11, 29.97, 30.01, 29.99 }, new double[] { 29.89, 29.93, 29.72, 29.98, 30.02, 29.98 }, 0.04537)]
    public void Welch_p_of_a_textbook_example(double[] first, double[] second, double p)
    {
        Assert.Equal(p, SetMembershipTest.WelchP(first, second), 2e-4);
        Assert.Equal(1 - p, SetMembershipTest.WelchP(second, first), 2e-4);
    }
}
