using RobustVlm.Evaluation;
using RobustVlm.Tests.Attacks.Pairs;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Evaluation;

public sealed class RetrievalRecallTests
{
    [Fact]
    public void Counts_both_directions_with_several_captions_per_image()
    {
        // Image 0 owns captions 0 and 1, image 1 owns 2, image 2 owns 3.
        using var scores = torch.tensor(new[,] { { 0.1, 0.9, 0.5, 0.2 }, { 0.3, 0.8, 0.4, 0.7 }, { 0.6, 0.2, 0.6, 0.5 } });

        var recall = RetrievalRecall.Of(scores, [0, 0, 1, 2]);

        Assert.Equal([0, 2, 2], recall.TextRanks);
        Assert.Equal([2, 0, 2, 1], recall.ImageRanks);
        Assert.Equal(1 / 3.0, recall.TextAt(1), 12);
        Assert.Equal(0.25, recall.ImageAt(1), 12);
        Assert.Equal(0.5, recall.ImageAt(2), 12);
        Assert.Equal(1, recall.TextAt(5), 12);
    }

    [Fact]
    public void Agrees_with_sorting()
    {
        using var random = new torch.Generator(2);
        using var scores = torch.rand([7, 15], generator: random);
        int[] owners = [.. Enumerable.Range(0, 15).Select(caption => caption % 7)];
        var recall = RetrievalRecall.Of(scores, owners);
        for (var image = 0; image < 7; image++)
        {
            var sorted = Enumerable.Range(0, 15).OrderByDescending(caption => scores[image, caption].item<float>()).ToList();
            Assert.Equal(sorted.FindIndex(caption => owners[caption] == image), recall.TextRanks[image]);
        }

        for (var caption = 0; caption < 15; caption++)
        {
            var sorted = Enumerable.Range(0, 7).OrderByDescending(image => scores[image, caption].item<float>()).ToList();
            Assert.Equal(sorted.IndexOf(owners[caption]), recall.ImageRanks[caption]);
        }
    }

    [Fact]
    public void A_model_is_asked_once_for_each_text_and_equal_texts_tie()
    {
        using var images = ToyPairs.Images(2);

        var recall = RetrievalRecall.Of(new ToyPairs(), images, [["a nodule"], ["a nodule"]]);

        Assert.Equal([0, 0], recall.TextRanks);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scores = torch.zeros([2, 3]);
        Assert.Throws<ArgumentException>(() => RetrievalRecall.Of(scores, [0, 1]));
        Assert.Throws<ArgumentException>(() => RetrievalRecall.Of(scores, [0, 0, 0]));
        Assert.Throws<ArgumentException>(() => RetrievalRecall.Of(scores, [0, 1, 2]));
        using var broken = scores / 0;
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => RetrievalRecall.Of(broken, [0, 1, 1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_definitions_of_success()
    {
        var success = AttackSuccess.Of([true, true, true, false, false], [true, false, false, true, false]);

        Assert.Equal(2 / 3.0, success.OfRight, 12);
        Assert.Equal(0.2, success.Drop, 12);
        Assert.True(double.IsNaN(AttackSuccess.Of([false], [false]).OfRight));
        Assert.Throws<ArgumentException>(() => AttackSuccess.Of([], []));
        Assert.Throws<ArgumentException>(() => AttackSuccess.Of([true], [true, false]));
    }
}
