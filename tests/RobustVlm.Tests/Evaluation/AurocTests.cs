using RobustVlm.Evaluation;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Evaluation;

public sealed class AurocTests
{
    [Fact]
    public void Counts_pairs_in_the_right_order()
    {
        // Positives 0.9, 0.4, negatives 0.5, 0.3, 0.1: five of the six pairs are in order.
        var area = Auroc.Of([0.9, 0.5, 0.4, 0.3, 0.1], [true, false, true, false, false]);

        Assert.Equal(5 / 6.0, area, 12);
    }

    [Fact]
    public void A_tie_counts_half()
    {
        // Pairs: (0.5, 0.5) half, (0.5, 0.2) one, (0.8, 0.5) one, (0.8, 0.2) one.
        Assert.Equal(3.5 / 4, Auroc.Of([0.5, 0.8, 0.5, 0.2], [true, true, false, false]), 12);
        Assert.Equal(0.5, Auroc.Of([1, 1, 1, 1], [true, false, true, false]), 12);
    }

    [Fact]
    public void Equals_the_count_over_all_pairs_on_random_data()
    {
        var random = new Random(1);
        var scores = Enumerable.Range(0, 200).Select(_ => (double)random.Next(20)).ToArray();   // many ties
        var positive = scores.Select(score => random.Next(30) < score + 5).ToArray();
        var pairs = from p in Enumerable.Range(0, 200).Where(i => positive[i])
                    from n in Enumerable.Range(0, 200).Where(i => !positive[i])
                    select scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;

        Assert.Equal(pairs.Average(), Auroc.Of(scores, positive), 12);
    }

    [Fact]
    public void Is_undefined_without_both_answers()
    {
        Assert.True(double.IsNaN(Auroc.Of([1, 2], [true, true])));
        Assert.True(double.IsNaN(Auroc.Of([1, 2], [false, false])));
        Assert.True(double.IsNaN(Auroc.Of([], [])));
    }

    [Fact]
    public void Each_class_is_held_against_the_others()
    {
        double[][] scores = [[3, 1, 0], [2, 2, 0], [1, 3, 0]];

        var areas = Auroc.PerClass(scores, [0, 1, 1]);

        Assert.Equal(1, areas[0]);
        Assert.Equal(1, areas[1]);
        Assert.True(double.IsNaN(areas[2]));   // no sample of class 2
    }

    [Fact]
    public void Scores_that_are_not_numbers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Auroc.Of([double.NaN, 1], [true, false]));
        Assert.Throws<ArgumentException>(() => Auroc.Of([1], [true, false]));
    }

    [Fact]
    public void The_macro_area_of_one_label_ranks_by_probability_not_by_logit()
    {
        using var scope = torch.NewDisposeScope();
        // Class 1 has logits 5, 1, 3 but probabilities that fall with what class 0 has: its image, the second, comes first.
        var logits = torch.tensor(new float[] { 9, 5, 0, 1, 9, 3 }).view(3, 2);
        var labels = torch.tensor(new long[] { 0, 1, 0 });

        Assert.Equal(1, Auroc.Macro(logits, labels), 12);
    }

    [Fact]
    public void The_macro_area_leaves_out_classes_without_one_of_both_answers()
    {
        using var scope = torch.NewDisposeScope();
        var logits = torch.tensor(new float[] { 1, 3, 5, 2, 1, 6, 3, 2, 7 }).view(3, 3);
        var several = torch.tensor(new float[] { 0, 0, 1, 1, 0, 1, 0, 1, 1 }).view(3, 3);   // areas: a half, a half, undefined

        Assert.Equal(0.5, Auroc.Macro(logits, several), 12);
        Assert.True(double.IsNaN(Auroc.Macro(logits, torch.ones(3, 3))));
        Assert.Throws<ArgumentException>(() => Auroc.Macro(logits, torch.ones(3, 2)));
    }
}
