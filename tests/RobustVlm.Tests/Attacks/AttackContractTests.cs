using RobustVlm.Attacks;
using RobustVlm.Engine;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

/// <summary>What every attack of the catalogue promises.</summary>
public sealed class AttackContractTests : IDisposable
{
    private readonly ToyProblem _toy = ToyProblem.Create(seed: 1);
    private readonly torch.Generator _random = new(1);

    public static TheoryData<string> Attacks => new(AttackCatalog.All.Keys);

    public void Dispose()
    {
        _toy.Dispose();
        _random.Dispose();
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Stays_within_budget_and_pixel_range(string name)
    {
        // Binary images sit on the border of the valid range, where a projection in the wrong order shows.
        using var binary = torch.rand([16, 1, 8, 8], generator: _random).gt(0.5).to(torch.ScalarType.Float32);
        foreach (var images in new[] { _toy.Images, binary })
        {
            using var adversarial = AttackCatalog.All[name].Perturb(_toy.Classifier, images, _toy.Labels, _random);

            Assert.Equal(images.shape, adversarial.shape);
            Assert.Equal(images.dtype, adversarial.dtype);
            Assert.InRange((adversarial - images).abs().max().item<float>(), 1e-3, AttackCatalog.All[name].Epsilon.Value + 1e-6);
            Assert.InRange(adversarial.min().item<float>(), 0, 1);
            Assert.InRange(adversarial.max().item<float>(), 0, 1);
        }
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Leaves_its_input_unchanged(string name)
    {
        using var images = _toy.Images.clone();
        using var labels = _toy.Labels.clone();

        using var adversarial = AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.True(images.SameAs(_toy.Images));
        Assert.True(labels.SameAs(_toy.Labels));
        Assert.False(_toy.Images.requires_grad);
        Assert.False(adversarial.requires_grad);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Same_seed_gives_the_same_images(string name)
    {
        using var first = AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(7));
        using var second = AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(7));

        Assert.True(first.SameAs(second));
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Raises_the_loss_of_every_image(string name)
    {
        var before = _toy.Losses(_toy.Images);

        using var adversarial = AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.All(_toy.Losses(adversarial).Zip(before), pair => Assert.True(pair.First > pair.Second));
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Budget_zero_returns_the_images_bit_for_bit(string name)
    {
        var attack = AttackCatalog.All[name].WithEpsilon(default);

        using var adversarial = attack.Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.True(adversarial.SameAs(_toy.Images));
        Assert.Equal(0, attack.Epsilon.Value);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void More_budget_leaves_fewer_right(string name)
    {
        var accuracies = new[] { 0.5, 1, 2, 4, 8, 16, 32, 64 }.Select(levels =>
        {
            var attack = AttackCatalog.All[name].WithEpsilon(PixelBudget.Of255(levels));
            using var adversarial = attack.Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(3));
            return _toy.Accuracy(adversarial);
        }).ToArray();

        Assert.Equal(accuracies.OrderDescending(), accuracies);
        Assert.True(accuracies[0] > accuracies[^1]);
        Assert.Equal(0, accuracies[^1]);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Leaves_no_tensor_alive(string name)
    {
        using var warm = AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);
        var before = TensorCount.Now();

        AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random).Dispose();

        // Without a collection in between: the attack itself must have freed everything.
        Assert.Equal(before, MemoryInfo.Now().LiveTensors);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Works_where_gradients_are_off(string name)
    {
        using var noGradient = torch.no_grad();

        using var adversarial = AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.False(torch.is_grad_enabled());
        Assert.False(adversarial.SameAs(_toy.Images));
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Reports_progress_up_to_the_end(string name)
    {
        var shares = new List<double>();

        using var adversarial = AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random, shares.Add);

        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 9);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Stops_when_interrupted(string name)
    {
        Interruption.Request();
        try
        {
            Assert.Throws<OperationCanceledException>(
                () => AttackCatalog.All[name].Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random));
        }
        finally
        {
            Interruption.Clear();
        }
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Refuses_gradients_that_are_not_numbers(string name)
    {
        torch.Tensor Broken(torch.Tensor images) => _toy.Classifier(images) * (images.flatten(1).sum(1, keepdim: true) - 1e9).sqrt();

        var error = Assert.Throws<InvalidOperationException>(
            () => AttackCatalog.All[name].Perturb(Broken, _toy.Images, _toy.Labels, _random));

        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Refuses_a_classifier_without_gradient(string name)
    {
        torch.Tensor Detached(torch.Tensor images) => _toy.Classifier(images).detach();

        var error = Assert.Throws<InvalidOperationException>(
            () => AttackCatalog.All[name].Perturb(Detached, _toy.Images, _toy.Labels, _random));

        Assert.Contains("differentiable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_attack_is_in_the_catalogue()
    {
        var attacks = typeof(IImageAttack).Assembly.GetTypes()
            .Where(type => type.IsClass && !type.IsAbstract && typeof(IImageAttack).IsAssignableFrom(type))
            .Select(type => type.Name);

        Assert.Equal(attacks.Order(StringComparer.Ordinal), AttackCatalog.All.Keys.Order(StringComparer.Ordinal));
    }
}
