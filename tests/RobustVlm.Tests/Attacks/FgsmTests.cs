using RobustVlm.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class FgsmTests
{
    [Theory, InlineData(1UL), InlineData(2UL), InlineData(3UL)]
    public void Is_optimal_on_a_linear_model_with_two_classes(ulong seed)
    {
        using var toy = ToyProblem.Create(seed, classes: 2, count: 200);
        var distances = toy.Distances();
        var epsilon = distances.Order().ElementAt(100) + 1e-7;   // the exact robust accuracy is then close to one half
        var exact = distances.Count(distance => distance > epsilon) / 200.0;

        using var adversarial = new Fgsm(new FgsmOptions { Epsilon = new PixelBudget(epsilon) })
            .Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));

        Assert.InRange(exact, 0.45, 0.55);
        Assert.InRange(toy.Accuracy(adversarial), exact - 0.005, exact + 0.005);   // one image may sit on the boundary
    }

    [Fact]
    public void Moves_each_pixel_by_the_budget_along_the_sign_of_the_weights()
    {
        using var toy = ToyProblem.Create(seed: 5, classes: 2, count: 4);
        var epsilon = 8 / 255.0;

        using var adversarial = new Fgsm().Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));

        var difference = toy.Weight[1] - toy.Weight[0];
        var towardsOther = 1 - (2 * toy.Labels.view(-1, 1).to(torch.ScalarType.Float32));   // +1 for class 0
        var expected = (toy.Images.flatten(1) + (epsilon * towardsOther * difference.sign())).view(toy.Images.shape);
        Assert.InRange((adversarial - expected).abs().max().item<float>(), 0, 1e-6);
    }
}
