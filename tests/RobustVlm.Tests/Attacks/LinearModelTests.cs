using RobustVlm.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

/// <summary>On a linear model with six classes the robust accuracy at every budget is known exactly.</summary>
public sealed class LinearModelTests : IDisposable
{
    private const int Count = 300;

    private readonly ToyProblem _toy = ToyProblem.Create(seed: 3, classes: 6, count: Count, side: 14);

    public static TheoryData<PixelNorm> Norms => [PixelNorm.LInfinity, PixelNorm.L2];

    public void Dispose() => _toy.Dispose();

    [Theory, MemberData(nameof(Norms))]
    public void Apgd_towards_targets_finds_the_exact_robust_accuracy(PixelNorm norm)
    {
        var epsilon = HalfWay(norm);

        Assert.Equal(0.5, Accuracy(new AutoPgdTargeted(new AutoPgdTargetedOptions { Epsilon = epsilon, Steps = 50 })), 9);
    }

    // The direction of the cross-entropy mixes classes, so these stay above the exact value by a few points, but never fall below it.
    [Theory, MemberData(nameof(Norms))]
    public void Attacks_on_the_cross_entropy_come_near_it(PixelNorm norm)
    {
        var epsilon = HalfWay(norm);

        Assert.InRange(Accuracy(new AutoPgd(new AutoPgdOptions { Epsilon = epsilon, Steps = 50 })), 0.5, 0.56);
        Assert.InRange(Accuracy(new Pgd(new PgdOptions { Epsilon = epsilon, Steps = 40 })), 0.5, 0.57);
        Assert.InRange(Accuracy(new MomentumFgsm(new MomentumFgsmOptions { Epsilon = epsilon })), 0.5, 0.57);
        Assert.InRange(Accuracy(new Fgsm(new FgsmOptions { Epsilon = epsilon })), 0.5, 0.58);
    }

    [Fact]
    public void Carlini_wagner_finds_distances_close_to_the_exact_ones()
    {
        using var images = _toy.Images.narrow(0, 0, 40);
        using var labels = _toy.Labels.narrow(0, 0, 40);
        var exact = _toy.Distances(PixelNorm.L2)[..40];

        using var adversarial = new CarliniWagner().Perturb(_toy.Classifier, images, labels, new torch.Generator(1));

        using var found = PixelBall.Sizes(adversarial - images, PixelNorm.L2);
        var ratios = found.data<float>().ToArray().Zip(exact, (length, distance) => length / distance).Order().ToArray();
        Assert.InRange(ratios[0], 0.999, 1.01);
        Assert.InRange(ratios[20], 1, 1.06);
        Assert.InRange(ratios[^1], 1, 2);   // where two other classes are equally near, it zigzags between them
    }

    // Between the two middle distances: half of the images can be fooled, none sits on the border.
    private PixelBudget HalfWay(PixelNorm norm)
    {
        var middle = _toy.Distances(norm).Order().Skip((Count / 2) - 1).Take(2).Average();
        return new PixelBudget(middle, norm);
    }

    private double Accuracy(IImageAttack attack)
    {
        using var adversarial = attack.Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(1));
        return _toy.Accuracy(adversarial);
    }
}
