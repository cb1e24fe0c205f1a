using RobustVlm.Evaluation;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Evaluation;

public sealed class SegmentationAndBalanceTests
{
    private static readonly int[] s_labels = [0, 0, 0, 1, 2, 2];
    private static readonly int[] s_predictions = [0, 0, 1, 1, 0, 2];
    private static readonly double[] s_scores = [0.9, 0.2, 0.6, 0.1];
    private static readonly bool[] s_positive = [true, true, false, false];

    [Fact]
    public void Dice_counts_twice_the_common_part_and_shows_what_a_blank_prediction_scores()
    {
        using var scope = NewDisposeScope();
        var masks = zeros([4, 1, 2, 2]);
        masks[0, 0, 0, 0].fill_(1);
        masks[0, 0, 0, 1].fill_(1);
        masks[1, 0, 0, 0].fill_(1);
        var predicted = zeros([4, 1, 2, 2]);
        predicted[0, 0, 0, 0].fill_(0.9f);   // one of two: 2 / 3
        predicted[2, 0, 1, 1].fill_(0.8f);   // a false alarm: 0; image 3 is rightly blank: 1; image 1 is missed: 0

        var result = Dice.Of(predicted, masks);

        Assert.Equal(2 / 3.0, result.PerImage[0], 9);
        Assert.Equal([0.0, 0, 1], result.PerImage.Skip(1));
        Assert.Equal(((2 / 3.0) + 1) / 4, result.Official, 9);
        Assert.Equal(0.5, result.BlankPredictor);
        Assert.Equal(1 / 3.0, result.PositiveOnly, 9);
        Assert.Equal(0.625, result.DetectionAuroc, 9);   // (1 + 1 + 0 + 0.5) / 4
        Assert.Equal(result.BlankPredictor, Dice.Of(zeros([4, 2, 2]), masks.squeeze(1)).Official);
        Assert.True(double.IsNaN(Dice.Of(predicted, zeros_like(masks)).PositiveOnly));
    }

    [Fact]
    public void Dice_refuses_masks_of_another_shape_and_numbers_that_are_none()
    {
        using var scope = NewDisposeScope();

        Assert.Contains("one shape", Assert.Throws<ArgumentException>(() => Dice.Of(zeros([1, 1, 2, 2]), zeros([1, 2, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => Dice.Of(full([1, 2, 2], float.NaN), zeros([1, 2, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains("masks hold", Assert.Throws<ArgumentException>(() => Dice.Of(zeros([1, 2, 2]), full([1, 2, 2], float.NaN))).Message, StringComparison.Ordinal);
        Assert.Contains("one channel, not 2", Assert.Throws<ArgumentException>(() => Dice.Of(zeros([1, 2, 2, 2]), zeros([1, 2, 2, 2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Balanced_accuracy_is_the_mean_recall()
    {
        Assert.Equal(((2 / 3.0) + 1 + 0.5) / 3, BalancedAccuracy.Of(s_predictions, s_labels), 9);
        Assert.Equal(0.5, BalancedAccuracy.Of(s_scores, s_positive, 0.5), 9);
        Assert.Equal(0.75, BalancedAccuracy.Of(s_scores, s_positive, 0.6), 9);   // at the threshold is no
        Assert.True(double.IsNaN(BalancedAccuracy.Of([], [])));
        Assert.Throws<ArgumentException>(() => BalancedAccuracy.Of([1], []));
        Assert.Throws<ArgumentException>(() => BalancedAccuracy.Of([double.NaN], [true], 0.5));
    }

    [Fact]
    public void Wilson_interval_of_45_in_100_is_the_textbooks()
    {
        var interval = RateInterval.Wilson(45, 100);

        Assert.Equal(0.3561, interval.Low, 4);
        Assert.Equal(0.5476, interval.High, 4);
        Assert.Equal(0, RateInterval.Wilson(0, 10).Low);
        Assert.Equal(1, RateInterval.Wilson(10, 10).High);
    }
}
