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

    // Those that move every image up its loss; the others look for success only and return the clean image without it.
    private static readonly string[] s_climbers = [nameof(Fgsm), nameof(MomentumFgsm), nameof(Pgd)];

    // What is promised does not depend on the number of steps, so those that take thousands are shortened.
    private static readonly Dictionary<string, IImageAttack> s_brief = new()
    {
        [nameof(AutoAttack)] = new AutoAttack(
            [new AutoPgd(new AutoPgdOptions { Steps = 10 }), new Fab(new FabOptions { Steps = 10 }), new Square(new SquareOptions { Queries = 20 })]),
        [nameof(CarliniWagner)] = new CarliniWagner(new CarliniWagnerOptions { SearchSteps = 3, Steps = 100, InitialWeight = 1, LearningRate = 0.1 }),
        [nameof(Fab)] = new Fab(new FabOptions { Steps = 20 }),
        [nameof(Square)] = new Square(new SquareOptions { Queries = 600 }),
    };

    private static readonly string[] s_withoutGradients = [nameof(Square)];

    public static TheoryData<string> Attacks => new(AttackCatalog.All.Keys);

    public static TheoryData<string> Climbers => new(s_climbers);

    public static TheoryData<string> GradientAttacks => new(AttackCatalog.All.Keys.Except(s_withoutGradients));

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
            using var adversarial = Attack(name).Perturb(_toy.Classifier, images, _toy.Labels, _random);

            Assert.Equal(images.shape, adversarial.shape);
            Assert.Equal(images.dtype, adversarial.dtype);
            var epsilon = Attack(name).Epsilon;
            Assert.InRange(PixelBall.Sizes(adversarial - images, epsilon.Norm).max().item<float>(), 1e-3, epsilon.Value + 1e-6);
            Assert.InRange(adversarial.min().item<float>(), 0, 1);
            Assert.InRange(adversarial.max().item<float>(), 0, 1);
        }
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Leaves_its_input_unchanged(string name)
    {
        using var images = _toy.Images.clone();
        using var labels = _toy.Labels.clone();

        using var adversarial = Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.True(images.SameAs(_toy.Images));
        Assert.True(labels.SameAs(_toy.Labels));
        Assert.False(_toy.Images.requires_grad);
        Assert.False(adversarial.requires_grad);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Same_seed_gives_the_same_images(string name)
    {
        using var first = Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(7));
        using var second = Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(7));

        Assert.True(first.SameAs(second));
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Never_raises_accuracy(string name)
    {
        using var half = torch.where(torch.arange(16).remainder(2).eq(0), _toy.Labels, (_toy.Labels + 1).remainder(3));
        var right = Right(_toy.Images, half);
        Assert.Equal(8, right.Count(isRight => isRight));
        foreach (var share in new[] { 0.1, 1 })
        {
            var attack = Attack(name);

            using var adversarial = attack.WithEpsilon(attack.Epsilon.WithValue(share * attack.Epsilon.Value))
                .Perturb(_toy.Classifier, _toy.Images, half, _random);

            Assert.All(Right(adversarial, half).Zip(right), pair => Assert.True(pair.Second || !pair.First));
        }
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Leaves_the_model_alone(string name)
    {
        using var model = torch.nn.Linear(64, 3);
        model.weight.grad = torch.ones_like(model.weight);
        using var weight = model.weight.detach().clone();
        foreach (var training in new[] { true, false })
        {
            model.train(training);

            using var adversarial = Attack(name).Perturb(
                images => model.forward(images.flatten(1)), _toy.Images, _toy.Labels, _random);

            Assert.Equal(training, model.training);
            Assert.True(weight.SameAs(model.weight.detach()));
            Assert.True(model.weight.requires_grad);
            Assert.True(torch.ones_like(weight).SameAs(model.weight.grad ?? weight));
            Assert.Null(model.bias?.grad);
        }
    }

    [Theory, MemberData(nameof(Attacks))]
    public void A_batch_of_one_works(string name)
    {
        for (var n = 0; n < 3; n++)
        {
            using var image = _toy.Images.narrow(0, n, 1);
            using var label = _toy.Labels.narrow(0, n, 1);

            using var adversarial = Attack(name).Perturb(_toy.Classifier, image, label, _random);

            Assert.Equal(image.shape, adversarial.shape);
            Assert.NotEqual(label.item<long>(), _toy.Classifier(adversarial).argmax(1).item<long>());   // it is an easy problem
        }
    }

    [Theory, MemberData(nameof(Climbers))]
    public void Raises_the_loss_of_every_image(string name)
    {
        var before = _toy.Losses(_toy.Images);

        using var adversarial = Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.All(_toy.Losses(adversarial).Zip(before), pair => Assert.True(pair.First > pair.Second));
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Budget_zero_returns_the_images_bit_for_bit(string name)
    {
        var attack = Attack(name).WithEpsilon(Attack(name).Epsilon.WithValue(0));

        using var adversarial = attack.Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.True(adversarial.SameAs(_toy.Images));
        Assert.Equal(0, attack.Epsilon.Value);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void More_budget_leaves_fewer_right(string name)
    {
        var accuracies = new[] { 0.5, 1, 2, 4, 8, 16, 32, 64 }.Select(levels =>
        {
            // In L2, the same change of all 64 pixels is eight times as long.
            var epsilon = Attack(name).Epsilon;
            var attack = Attack(name).WithEpsilon(epsilon.WithValue(levels / 255 * (epsilon.Norm == PixelNorm.L2 ? 8 : 1)));
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
        using var warm = Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);
        var before = TensorCount.Now();

        Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random).Dispose();

        // Without a collection in between: the attack itself must have freed everything.
        Assert.Equal(before, MemoryInfo.Now().LiveTensors);
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Works_where_gradients_are_off(string name)
    {
        using var noGradient = torch.no_grad();

        using var adversarial = Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random);

        Assert.False(torch.is_grad_enabled());
        Assert.False(adversarial.SameAs(_toy.Images));
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Reports_progress_up_to_the_end(string name)
    {
        var shares = new List<double>();

        using var adversarial = Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random, shares.Add);

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
                () => Attack(name).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _random));
        }
        finally
        {
            Interruption.Clear();
        }
    }

    [Theory, MemberData(nameof(Attacks))]
    public void Refuses_logits_that_are_not_numbers(string name)
    {
        torch.Tensor Broken(torch.Tensor images) => _toy.Classifier(images) * (images.flatten(1).sum(1, keepdim: true) - 1e9).sqrt();

        var error = Assert.Throws<InvalidOperationException>(
            () => Attack(name).Perturb(Broken, _toy.Images, _toy.Labels, _random));

        Assert.Contains("logits that are NaN", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory, MemberData(nameof(GradientAttacks))]
    public void Refuses_gradients_that_are_not_numbers(string name)
    {
        // Square root of zero: the value is fine, its slope is infinite, and zero times infinity is not a number.
        torch.Tensor Broken(torch.Tensor images) => _toy.Classifier(images) + ((images.flatten(1) * 0).sum(1, keepdim: true).sqrt() * 0);

        var error = Assert.Throws<InvalidOperationException>(
            () => Attack(name).Perturb(Broken, _toy.Images, _toy.Labels, _random));

        Assert.Contains("gradient of the classifier holds NaN", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(GradientAttacks))]
    public void Refuses_a_classifier_without_gradient(string name)
    {
        torch.Tensor Detached(torch.Tensor images) => _toy.Classifier(images).detach();

        var error = Assert.Throws<InvalidOperationException>(
            () => Attack(name).Perturb(Detached, _toy.Images, _toy.Labels, _random));

        Assert.Contains("differentiable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Brief_settings_keep_the_budget() =>
        Assert.All(s_brief, pair => Assert.Equal(AttackCatalog.All[pair.Key].Epsilon, pair.Value.Epsilon));

    [Fact]
    public void Every_attack_is_in_the_catalogue()
    {
        var attacks = typeof(IImageAttack).Assembly.GetTypes()
            .Where(type => type.IsClass && !type.IsAbstract && typeof(IImageAttack).IsAssignableFrom(type))
            .Select(type => type.Name);

        Assert.Equal(attacks.Order(StringComparer.Ordinal), AttackCatalog.All.Keys.Order(StringComparer.Ordinal));
    }

    private static IImageAttack Attack(string name) => s_brief.GetValueOrDefault(name) ?? AttackCatalog.All[name];

    private bool[] Right(torch.Tensor images, torch.Tensor labels)
    {
        using var scope = torch.NewDisposeScope();
        return _toy.Classifier(images).argmax(1).eq(labels).Values<bool>();
    }
}
