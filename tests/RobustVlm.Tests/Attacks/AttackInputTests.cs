using RobustVlm.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class AttackInputTests : IDisposable
{
    private readonly ToyProblem _toy = ToyProblem.Create(seed: 1);

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Pixels_outside_the_range_are_refused() =>
        AssertRefused(_toy.Images * 255, _toy.Labels, "reach from");

    [Fact]
    public void Negative_pixels_are_refused() =>
        AssertRefused(_toy.Images - 0.5, _toy.Labels, "before normalisation");

    [Fact]
    public void Pixels_that_are_not_numbers_are_refused()
    {
        using var images = _toy.Images.clone();
        images[3, 0, 2, 2] = torch.tensor(float.NaN);

        AssertRefused(images, _toy.Labels, "NaN");
    }

    [Fact]
    public void Byte_images_are_refused() =>
        AssertRefused((_toy.Images * 255).to(torch.ScalarType.Byte), _toy.Labels, "divide bytes by 255");

    [Fact]
    public void A_single_image_without_batch_is_refused() =>
        AssertRefused(_toy.Images[0], _toy.Labels, "unsqueeze");

    [Fact]
    public void An_empty_batch_is_refused() =>
        AssertRefused(_toy.Images.narrow(0, 0, 0), _toy.Labels.narrow(0, 0, 0), "non-empty");

    [Fact]
    public void Labels_of_another_length_are_refused() =>
        AssertRefused(_toy.Images, _toy.Labels.narrow(0, 0, 3), "[16]");

    [Fact]
    public void Labels_of_another_type_are_refused() =>
        AssertRefused(_toy.Images, _toy.Labels.to(torch.ScalarType.Float32), "int64");

    [Fact]
    public void Labels_with_two_dimensions_are_refused() =>
        AssertRefused(_toy.Images, _toy.Labels.unsqueeze(1), "one int64 class index per image");

    [Fact]
    public void Negative_labels_are_refused() =>
        AssertRefused(_toy.Images, _toy.Labels - 5, "negative");

    [Fact]
    public void Labels_beyond_the_classes_are_refused() =>
        AssertRefused(_toy.Images, _toy.Labels + 5, "3 classes");

    [Fact]
    public void A_classifier_of_the_wrong_shape_is_refused()
    {
        torch.Tensor OneNumber(torch.Tensor images) => images.flatten(1).sum(1);

        var error = Assert.Throws<InvalidOperationException>(
            () => new Fgsm().Perturb(OneNumber, _toy.Images, _toy.Labels, new torch.Generator(1)));

        Assert.Contains("[N, K]", error.Message, StringComparison.Ordinal);
    }

    private void AssertRefused(torch.Tensor images, torch.Tensor labels, string part)
    {
        foreach (var attack in AttackCatalog.All.Values)
        {
            var error = Assert.Throws<ArgumentException>(
                () => attack.Perturb(_toy.Classifier, images, labels, new torch.Generator(1)));

            Assert.Contains(part, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }
}
