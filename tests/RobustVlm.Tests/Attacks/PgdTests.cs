using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class PgdTests
{
    private static readonly double[] s_weight = [1, -2, -0.5, -0.5, 1, 0];
    private static readonly double[] s_bias = [0.1, -0.1];
    private static readonly double[] s_image = [0.3, 0.6, 0.99];

    [Fact]
    public void Equals_the_exact_robust_accuracy_on_a_linear_model_with_two_classes()
    {
        using var toy = ToyProblem.Create(seed: 2, classes: 2, count: 200);
        var distances = toy.Distances();
        var epsilon = distances.Order().ElementAt(100) + 1e-6;
        var exact = distances.Count(distance => distance > epsilon) / 200.0;

        using var adversarial = new Pgd(new PgdOptions { Epsilon = new PixelBudget(epsilon), Steps = 20 })
            .Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));

        Assert.InRange(toy.Accuracy(adversarial), exact - 0.005, exact + 0.005);
    }

    [Fact]
    public void Is_within_six_points_of_the_exact_value_with_six_classes()
    {
        using var toy = ToyProblem.Create(seed: 3, classes: 6, count: 400, side: 14);
        var distances = toy.Distances();
        var epsilon = distances.Order().ElementAt(200) + 1e-7;
        var exact = distances.Count(distance => distance > epsilon) / 400.0;

        using var adversarial = new Pgd(new PgdOptions { Epsilon = new PixelBudget(epsilon) })
            .Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));

        // The cross-entropy's gradient mixes classes, so even a linear model is not always solved exactly; never below, though.
        Assert.InRange(toy.Accuracy(adversarial), exact - 0.0025, exact + 0.06);
    }

    [Theory]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.BFloat16)]
    public void Stopping_when_fooled_fools_the_same_images_with_less_work(torch.ScalarType type)
    {
        using var toy = ToyProblem.Create(seed: 2, classes: 2, count: 200);
        var options = new PgdOptions { Epsilon = new PixelBudget(toy.Distances().Order().ElementAt(100) + 1e-6), GradientType = type, Restarts = 2 };
        var (all, some) = (0L, 0L);

        using var patient = new Pgd(options).Perturb(batch => Counted(batch, ref all), toy.Images, toy.Labels, new torch.Generator(1));
        using var quick = new Pgd(options with { StopWhenFooled = true }).Perturb(batch => Counted(batch, ref some), toy.Images, toy.Labels, new torch.Generator(1));

        Assert.Equal(toy.Accuracy(patient), toy.Accuracy(quick));
        Assert.InRange(some, 1, all * 0.75);
        Assert.InRange((quick - toy.Images).abs().max().item<float>(), 0, options.Epsilon.Value + 1e-6);

        torch.Tensor Counted(torch.Tensor batch, ref long count)
        {
            count += batch.shape[0];
            return toy.Classifier(batch);
        }
    }

    [Fact]
    public void A_target_and_stopping_when_fooled_are_not_asked_for_together() => Assert.Contains(
        "leave out", Assert.Throws<ArgumentException>(() => new Pgd(new PgdOptions { StopWhenFooled = true, Target = AttackTarget.LeastLikely })).Message, StringComparison.Ordinal);

    [Fact]
    public void Does_not_depend_on_the_rest_of_the_batch()
    {
        using var toy = ToyProblem.Create(seed: 4);
        var attack = new Pgd(new PgdOptions { RandomStart = false });

        using var together = attack.Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));

        for (var n = 0; n < 16; n++)
        {
            using var alone = attack.Perturb(
                toy.Classifier, toy.Images.narrow(0, n, 1), toy.Labels.narrow(0, n, 1), new torch.Generator(1));
            Assert.InRange((alone - together.narrow(0, n, 1)).abs().max().item<float>(), 0, 1e-6);
        }
    }

    [Fact]
    public void Returns_the_best_point_even_when_the_last_step_overshoots()
    {
        // The loss peaks half way and falls again; a full-size step jumps over the peak and back.
        using var images = torch.full([1, 1, 1, 1], 0.5f);
        using var labels = torch.zeros([1], dtype: torch.ScalarType.Int64);
        static torch.Tensor Hill(torch.Tensor x)
        {
            var height = -(x.flatten(1) - 0.58).square() * 100;
            return torch.cat([torch.zeros_like(height), height], 1);
        }

        var options = new PgdOptions
        {
            Epsilon = new PixelBudget(0.2),
            StepSize = new PixelBudget(0.2),
            Steps = 5,
            RandomStart = false,
        };
        using var adversarial = new Pgd(options).Perturb(Hill, images, labels, new torch.Generator(1));

        // Points visited: 0.5, 0.7, 0.5, 0.7, ...; 0.5 is nearer to the peak than 0.7.
        Assert.Equal(0.5f, adversarial.item<float>());
    }

    [Fact]
    public void Restarts_never_lower_the_loss()
    {
        using var toy = ToyProblem.Create(seed: 6, classes: 6, count: 64);
        var once = new PgdOptions { Steps = 3 };

        using var one = new Pgd(once).Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(9));
        using var four = new Pgd(once with { Restarts = 4 }).Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(9));

        var pairs = toy.Losses(four).Zip(toy.Losses(one)).ToArray();
        Assert.All(pairs, pair => Assert.True(pair.First >= pair.Second - 1e-6));
        Assert.Contains(pairs, pair => pair.First > pair.Second + 1e-6);
    }

    [Fact]
    public void Random_start_differs_between_seeds()
    {
        using var toy = ToyProblem.Create(seed: 6);
        var attack = new Pgd(new PgdOptions { Steps = 1, StepSize = PixelBudget.Of255(0.01) });

        using var first = attack.Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));
        using var second = attack.Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(2));

        Assert.False(first.SameAs(second));
    }

    [Fact]
    public void A_dead_gradient_is_measured_and_moves_nothing()
    {
        using var toy = ToyProblem.Create(seed: 6);
        torch.Tensor Dead(torch.Tensor images) => toy.Classifier(images) * 0;

        var health = GradientHealth.Measure(Dead, toy.Images, toy.Labels, batchSize: 5);
        using var adversarial = new Pgd(new PgdOptions { RandomStart = false })
            .Perturb(Dead, toy.Images, toy.Labels, new torch.Generator(1));

        Assert.Equal(1, health.ZeroImageShare);
        Assert.Equal(1, health.ZeroPixelShare);
        Assert.Equal(0, health.MedianNorm);
        Assert.True(adversarial.SameAs(toy.Images));
    }

    [Fact]
    public void A_healthy_gradient_has_no_zeros()
    {
        using var toy = ToyProblem.Create(seed: 6);

        var health = GradientHealth.Measure(toy.Classifier, toy.Images, toy.Labels);

        Assert.Equal(0, health.ZeroImageShare);
        Assert.InRange(health.ZeroPixelShare, 0, 0.01);
        Assert.True(health.MedianNorm > 0);
    }

    [Fact]
    public void Step_size_follows_the_budget_but_never_vanishes()
    {
        Assert.Equal(2 / 255.0, new PgdOptions().EffectiveStepSize, 12);
        Assert.Equal(0.25 / 255, new PgdOptions { Epsilon = PixelBudget.Of255(0.5) }.EffectiveStepSize, 12);
        Assert.Equal(1 / 255.0, new PgdOptions { StepSize = PixelBudget.Of255(1) }.EffectiveStepSize, 12);
    }

    [Fact]
    public void In_euclidean_length_the_step_follows_the_step_count()
    {
        Assert.Equal(0.0625, new PgdOptions { Epsilon = PixelBudget.L2(0.5) }.EffectiveStepSize, 12);

        var error = Assert.Throws<ArgumentException>(
            () => new Pgd(new PgdOptions { Epsilon = PixelBudget.L2(0.5), StepSize = PixelBudget.Of255(2) }));

        Assert.Contains("same norm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Starts_lie_in_the_ball()
    {
        using var scope = torch.NewDisposeScope();
        var images = torch.full([200, 1, 4, 4], 0.5);
        var box = PixelBall.Sizes(RandomStart.Inside(images, new PixelBudget(0.1), new torch.Generator(1)) - images, PixelNorm.LInfinity);
        var round = PixelBall.Sizes(RandomStart.Inside(images, PixelBudget.L2(0.1), new torch.Generator(1)) - images, PixelNorm.L2);
        var surface = PixelBall.Sizes(RandomStart.OnSurface(images, PixelBudget.L2(0.1), new torch.Generator(1)) - images, PixelNorm.L2);

        Assert.InRange(box.max().item<float>(), 0.098, 0.100001);
        Assert.InRange(round.max().item<float>(), 0.098, 0.100001);
        Assert.InRange(round.mean().item<float>(), 0.04, 0.06);   // lengths are uniform
        Assert.InRange(surface.min().item<float>(), 0.09999, 0.100001);
    }

    [Theory, InlineData(AttackTarget.LeastLikely), InlineData(AttackTarget.MostLikelyOther), InlineData(AttackTarget.Next)]
    public void Targets_are_reached(AttackTarget target)
    {
        using var toy = ToyProblem.Create(seed: 6, classes: 6, count: 64);
        using var wanted = AttackTargets.Choose(target, toy.Classifier(toy.Images), toy.Labels);
        foreach (var loss in Enum.GetValues<AttackLoss>())
        {
            var attack = new Pgd(new PgdOptions { Target = target, Loss = loss, Epsilon = PixelBudget.Of255(64) });

            using var adversarial = attack.Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));

            // Cross-entropy makes the target the answer; the other two lift it over the true class only.
            using var logits = toy.Classifier(adversarial);
            using var reached = loss == AttackLoss.CrossEntropy
                ? logits.argmax(1).eq(wanted) : AttackLosses.TargetedMargin(wanted)(logits, toy.Labels).gt(0);
            Assert.Equal(64, reached.sum().item<long>());
        }

        Assert.False(wanted.eq(toy.Labels).any().item<bool>());
    }

    [Fact]
    public void Moves_to_the_known_point_of_a_linear_model()
    {
        using var scope = torch.NewDisposeScope();
        var weight = torch.tensor(s_weight).view(2, 3);
        var bias = torch.tensor(s_bias);
        var image = torch.tensor(s_image).view(1, 1, 1, 3);
        var label = torch.zeros([1], dtype: torch.ScalarType.Int64);
        torch.Tensor Linear(torch.Tensor x) => x.flatten(1).matmul(weight.t()) + bias;
        var (gradient, losses, _) = InputGradient.Of(Linear, image, label, torch.ScalarType.Float32);
        IImageAttack[] attacks = [new Fgsm(), new Pgd(new PgdOptions { Steps = 10, RandomStart = false })];

        Assert.Equal(1.82148167348259, losses.item<double>(), 12);
        Assert.Equal([-1.25732121, 2.51464242, 0.41910707], gradient.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-8);
        foreach (var attack in attacks)
        {
            var adversarial = attack.Perturb(Linear, image, label, new torch.Generator(1));

            Assert.Equal([0.268627450980392, 0.631372549019608, 1], adversarial.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-9);
            Assert.Equal(1.94541045674779, InputGradient.Losses(Linear, adversarial, label).Losses.item<double>(), 9);
        }
    }

    [Fact]
    public void Names_tell_steps_and_restarts()
    {
        Assert.Equal("PGD-20", new Pgd().Name);
        Assert.Equal("PGD-50x5", new Pgd(new PgdOptions { Steps = 50, Restarts = 5 }).Name);
        Assert.Contains("8/255", new Pgd().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_steps_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Pgd(new PgdOptions { Steps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Pgd(new PgdOptions { Restarts = 0 }));
    }

    [SkippableFact]
    public void Short_gradients_agree_in_sign_with_full_ones()
    {
        Skip.If(Autocast.TrainingType() != torch.ScalarType.BFloat16, "This processor is not fast at bfloat16.");
        using var scope = torch.NewDisposeScope();
        var random = new torch.Generator(11);
        var model = new ClipVisionTransformer(
            new ClipVisionOptions { ImageSize = 32, Width = 64, Depth = 2 }, embeddingSize: 5, random);
        var images = torch.rand([16, 1, 32, 32], generator: random);
        var labels = torch.randint(0, 5, [16], dtype: torch.ScalarType.Int64, generator: random);

        var (full, _, _) = InputGradient.Of(model.forward, images, labels, torch.ScalarType.Float32);
        var (brief, _, _) = InputGradient.Of(model.forward, images, labels, torch.ScalarType.BFloat16);

        Assert.False(full.SameAs(brief));   // else the short format was not used at all
        Assert.InRange(full.sign().eq(brief.sign()).to(torch.ScalarType.Float32).mean().item<float>(), 0.95, 1);
    }

    [SkippableFact]
    public void Short_gradients_attack_as_well_as_full_ones()
    {
        Skip.If(Autocast.TrainingType() != torch.ScalarType.BFloat16, "This processor is not fast at bfloat16.");
        using var toy = ToyProblem.Create(seed: 8, classes: 4, count: 200);
        var options = new PgdOptions { Epsilon = PixelBudget.Of255(4) };

        using var full = new Pgd(options).Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));
        using var brief = new Pgd(options with { GradientType = torch.ScalarType.BFloat16 })
            .Perturb(toy.Classifier, toy.Images, toy.Labels, new torch.Generator(1));

        Assert.InRange(toy.Accuracy(brief), toy.Accuracy(full) - 0.02, toy.Accuracy(full) + 0.02);
    }
}
