using RobustVlm.Attacks;
using RobustVlm.Engine;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class AutoPgdTests : IDisposable
{
    private static readonly PixelNorm[] s_norms = [PixelNorm.LInfinity, PixelNorm.L2];

    private readonly ToyProblem _toy = ToyProblem.Create(seed: 4, classes: 6, count: 32);

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Does_not_depend_on_the_rest_of_the_batch()
    {
        foreach (var norm in s_norms)
        {
            using var scope = torch.NewDisposeScope();
            var attack = new AutoPgdTargeted(new AutoPgdTargetedOptions { Epsilon = Hard(norm), Steps = 30 });
            var weight = _toy.Weight.to(torch.ScalarType.Float64);   // so that no rounding turns a sign
            torch.Tensor Double(torch.Tensor x) => (x.flatten(1) - 0.5).matmul(weight.t());
            var images = _toy.Images.to(torch.ScalarType.Float64);
            var start = RandomStart.OnSurface(images, attack.Epsilon, new torch.Generator(5));

            var together = attack.Perturb(Double, images, _toy.Labels, _ => start);

            Assert.InRange(Moved(together, images), 1, 31);   // some are dropped on the way, some stand
            for (var n = 0; n < 32; n += 3)
            {
                var alone = attack.Perturb(Double, images.narrow(0, n, 1), _toy.Labels.narrow(0, n, 1), _ => start.narrow(0, n, 1));
                Assert.InRange((alone - together.narrow(0, n, 1)).abs().max().item<double>(), 0, 1e-9);
            }
        }
    }

    [Fact]
    public void Starts_do_not_depend_on_which_images_stand()
    {
        using var scope = torch.NewDisposeScope();
        var attack = new AutoPgd(new AutoPgdOptions { Epsilon = Hard(PixelNorm.LInfinity), Steps = 3, Restarts = 4 });
        var others = torch.where(torch.arange(32).lt(16), (_toy.Labels + 1).remainder(6), _toy.Labels);   // the first half is wrong

        var all = attack.Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(1));
        var half = attack.Perturb(_toy.Classifier, _toy.Images, others, new torch.Generator(1));

        Assert.InRange(Moved(all.narrow(0, 16, 16), _toy.Images.narrow(0, 16, 16)), 1, 15);
        Assert.Equal(0, Moved(half.narrow(0, 0, 16), _toy.Images.narrow(0, 0, 16)));
        Assert.InRange((all - half).narrow(0, 16, 16).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void A_start_that_fools_already_counts()
    {
        using var scope = torch.NewDisposeScope();
        var attack = new AutoPgd(new AutoPgdOptions { Epsilon = PixelBudget.Of255(64), Steps = 1 });
        var start = new Pgd(new PgdOptions { Epsilon = PixelBudget.Of255(64) }).Perturb(_toy.Classifier, _toy.Images, _toy.Labels, new torch.Generator(1));

        Assert.True(attack.Perturb(_toy.Classifier, _toy.Images, _toy.Labels, _ => start).SameAs(start));
    }

    [Fact]
    public void Fooled_images_are_not_shown_to_the_model_again()
    {
        var shown = 0L;
        torch.Tensor Counting(torch.Tensor images)
        {
            shown += images.shape[0];
            return _toy.Classifier(images);
        }

        using var adversarial = new AutoPgd(new AutoPgdOptions { Epsilon = PixelBudget.Of255(64) })
            .Perturb(Counting, _toy.Images, _toy.Labels, new torch.Generator(1));

        Assert.Equal(32, Moved(adversarial, _toy.Images));
        Assert.InRange(shown, 64, 32 * 5);
    }

    [Fact]
    public void Huge_logits_stop_the_cross_entropy_but_not_the_ratio()
    {
        torch.Tensor Huge(torch.Tensor images) => _toy.Classifier(images) * 1e4;
        var ratio = new AutoPgdOptions { Loss = AttackLoss.LogitsRatio, Steps = 20 };

        Assert.InRange(Accuracy(new Pgd(new PgdOptions { RandomStart = false }), Huge), 0.9, 1);
        Assert.InRange(Accuracy(new Pgd(new PgdOptions { RandomStart = false, Loss = AttackLoss.LogitsRatio }), Huge), 0, 0.1);
        Assert.InRange(Accuracy(new AutoPgd(new AutoPgdOptions()), Huge), 0.9, 1);
        Assert.InRange(Accuracy(new AutoPgd(ratio), Huge), 0, 0.1);
        var robust = _toy.Distances().Count(distance => distance > PixelBudget.Of255(8).Value) / 32.0;
        Assert.InRange(robust, 0.01, 0.1);
        Assert.Equal(robust, Accuracy(new AutoPgdTargeted(), Huge), 9);
        Assert.Equal("APGD-DLR", new AutoPgd(ratio).Name);
    }

    [Fact]
    public void A_dead_gradient_fools_nothing_and_changes_nothing()
    {
        using var first = torch.nn.functional.one_hot(torch.zeros([1], dtype: torch.ScalarType.Int64), 6);
        torch.Tensor Dead(torch.Tensor images) => (_toy.Classifier(images) * 0) + first;
        using var labels = torch.zeros_like(_toy.Labels);
        foreach (IImageAttack attack in new IImageAttack[] { new Fgsm(), new MomentumFgsm(), new AutoPgd(), new AutoPgdTargeted(), new CarliniWagner() })
        {
            using var adversarial = attack.Perturb(Dead, _toy.Images, labels, new torch.Generator(1));

            Assert.True(adversarial.SameAs(_toy.Images));
        }
    }

    [Theory, InlineData(2), InlineData(3), InlineData(4)]
    public void Few_classes_work(int classes)
    {
        using var few = ToyProblem.Create(seed: 5, classes, count: 100);
        var exact = few.Distances();
        var epsilon = new PixelBudget(exact.Order().Skip(49).Take(2).Average());

        using var adversarial = new AutoPgdTargeted(new AutoPgdTargetedOptions { Epsilon = epsilon, Steps = 30 })
            .Perturb(few.Classifier, few.Images, few.Labels, new torch.Generator(1));

        Assert.Equal(0.5, few.Accuracy(adversarial), 9);
    }

    [Fact]
    public void The_ratio_needs_three_classes()
    {
        using var two = ToyProblem.Create(seed: 5, classes: 2);

        var error = Assert.Throws<ArgumentException>(() => new AutoPgd(new AutoPgdOptions { Loss = AttackLoss.LogitsRatio })
            .Perturb(two.Classifier, two.Images, two.Labels, new torch.Generator(1)));

        Assert.Contains("AttackLoss.Margin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_fools_only_the_short_format_does_not_count()
    {
        // In bfloat16 this model errs on every image; in float32 it answers as usual.
        torch.Tensor Moody(torch.Tensor images) => Autocast.IsEnabled
            ? _toy.Classifier(images) - (torch.nn.functional.one_hot(_toy.Labels.narrow(0, 0, images.shape[0]), 6).to(torch.ScalarType.Float32) * 1000)
            : _toy.Classifier(images);
        var attack = new AutoPgd(new AutoPgdOptions { Epsilon = PixelBudget.Of255(0.001), Steps = 3, GradientType = torch.ScalarType.BFloat16 });

        using var adversarial = attack.Perturb(Moody, _toy.Images, _toy.Labels, new torch.Generator(1));

        Assert.True(adversarial.SameAs(_toy.Images));
    }

    [Fact]
    public void Nothing_to_do_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AutoPgd(new AutoPgdOptions { Steps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AutoPgd(new AutoPgdOptions { Restarts = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AutoPgdTargeted(new AutoPgdTargetedOptions { Targets = 0 }));
    }

    // A budget at which about half of the images can be fooled.
    private PixelBudget Hard(PixelNorm norm) => new(_toy.Distances(norm).Order().ElementAt(16), norm);

    private double Accuracy(IImageAttack attack, Classifier classifier)
    {
        using var adversarial = attack.Perturb(classifier, _toy.Images, _toy.Labels, new torch.Generator(1));
        return _toy.Accuracy(adversarial);
    }

    private static long Moved(torch.Tensor adversarial, torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        return PixelBall.Sizes(adversarial - images, PixelNorm.LInfinity).gt(0).sum().item<long>();
    }
}
