using RobustVlm.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class CarliniWagnerTests : IDisposable
{
    private static readonly CarliniWagnerOptions s_brief = new() { SearchSteps = 5, Steps = 200, InitialWeight = 0.1 };

    private readonly ToyProblem _toy = ToyProblem.Create(seed: 4);

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Black_and_white_pixels_move()
    {
        using var images = torch.rand([16, 1, 8, 8], generator: new torch.Generator(1)).gt(0.5).to(torch.ScalarType.Float32);
        using var labels = _toy.Classifier(images).argmax(1);

        using var adversarial = new CarliniWagner(new CarliniWagnerOptions { Epsilon = PixelBudget.L2(8), SearchSteps = 5, Steps = 200, LearningRate = 0.1 })
            .Perturb(_toy.Classifier, images, labels, new torch.Generator(1));

        Assert.False(_toy.Classifier(adversarial).argmax(1).eq(labels).any().item<bool>());
    }

    [Fact]
    public void Longer_changes_than_the_budget_do_not_count()
    {
        var distances = _toy.Distances(PixelNorm.L2);
        var epsilon = 1.05 * distances.Order().ElementAt(7);

        using var adversarial = new CarliniWagner(s_brief with { Epsilon = PixelBudget.L2(epsilon) })
            .Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(1));

        using var moved = PixelBall.Sizes(adversarial - _toy.Images, PixelNorm.L2);
        using var right = _toy.Classifier(adversarial).argmax(1).eq(_toy.Labels);
        Assert.All(moved.data<float>().ToArray().Zip(right.data<bool>().ToArray()), pair => Assert.Equal(pair.Second, pair.First == 0));
        Assert.InRange(moved.max().item<float>(), 0, epsilon);
        Assert.InRange(_toy.Accuracy(adversarial), 0.3, 0.7);
    }

    [Fact]
    public void Does_not_depend_on_the_rest_of_the_batch()
    {
        var attack = new CarliniWagner(new CarliniWagnerOptions { SearchSteps = 4, Steps = 50 });

        using var together = attack.Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(1));

        for (var n = 0; n < 16; n += 3)
        {
            using var alone = attack.Perturb(_toy.Classifier, _toy.Images.narrow(0, n, 1), _toy.Labels.narrow(0, n, 1), new torch.Generator(1));
            Assert.InRange((alone - together.narrow(0, n, 1)).abs().max().item<float>(), 0, 1e-4);
        }
    }

    [Fact]
    public void Confidence_goes_beyond_the_border()
    {
        using var adversarial = new CarliniWagner(s_brief with { Confidence = 2 })
            .Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(1));

        using var margins = AttackLosses.Margin(_toy.Classifier(adversarial), _toy.Labels);
        Assert.InRange(margins.min().item<float>(), 2, 2.5);
    }

    [Fact]
    public void Other_norms_and_empty_searches_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new CarliniWagner().WithEpsilon(PixelBudget.Of255(8)));

        Assert.Contains("PixelBudget.L2(3)", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CarliniWagner(new CarliniWagnerOptions { Steps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CarliniWagner(new CarliniWagnerOptions { InitialWeight = 0 }));
    }
}
