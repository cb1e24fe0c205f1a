using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Attacks;

/// <summary>Agreement with the attacks' reference implementations on one small network, whole runs from given starts, in float64.</summary>
/// <remarks>
/// attacks-reference.json was made by PyTorch 1.13.1 with float64 as its default type: fra31/auto-attack (a392200: dlr_loss,
/// dlr_loss_targeted, the steps at which check_oscillation is called, and attack_single_run with x_init; APGD-T's loop over targets around
/// it), Harry24k/adversarial-attacks-pytorch (23620a6: FGSM, PGD, PGDL2, MIFGSM, CW; torchvision, scipy, tqdm and requests stubbed, and the
/// random draws of PGD replaced by the noise below). CW runs image by image, because the package's early stop sums over the batch, on
/// logits raised by 200, because its mask multiplies. The binary search is the rule of carlini/nn_robust_attacks (c6b8f6a, l2_attack.py),
/// written again in PyTorch with automatic differentiation through tanh. Network, images and noise are <see cref="FormulaWeights"/>.
/// </remarks>
public sealed class AttackParityTests : IDisposable
{
    private const int Count = 12;

    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Attacks", "attacks-reference.json"))).RootElement;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = FormulaWeights.Images(Count, 1, 8, 8);
    private readonly Tensor _labels = tensor(Numbers("labels").Select(label => (long)label).ToArray());
    private readonly Tensor _noise = FormulaWeights.Noise("start", Count * 64).view(Count, 1, 8, 8);
    private readonly Tensor _logits = FormulaWeights.Noise("logits", 48).view(8, 6) * 5;
    private readonly Tensor _logitLabels = tensor(Enumerable.Range(0, 8).Select(n => n % 6L).ToArray());

    public static TheoryData<string> Norms => [nameof(PixelNorm.LInfinity), nameof(PixelNorm.L2)];

    public void Dispose() => _scope.Dispose();

    [Theory, InlineData(AttackLoss.CrossEntropy), InlineData(AttackLoss.Margin), InlineData(AttackLoss.LogitsRatio)]
    public void Losses(AttackLoss loss) => AssertClose($"loss.{loss}", AttackLosses.Of(loss)(_logits, _logitLabels), 1e-7);

    [Fact]
    public void Targeted_loss() =>
        AssertClose("loss.TargetedLogitsRatio", AttackLosses.TargetedLogitsRatio((_logitLabels + 2).remainder(6))(_logits, _logitLabels), 1e-7);

    [Theory, InlineData(10), InlineData(20), InlineData(50), InlineData(100)]
    public void Checkpoints(int steps) =>
        Assert.Equal(Numbers($"checkpoints.{steps}").Select(step => (int)step), AutoPgdSearch.Checkpoints(steps));

    [Fact]
    public void Target_classes()
    {
        var (images, labels, _) = Right();

        Assert.Equal(Numbers("targets"), AttackTargets.Ranked(Network(images), labels).to(ScalarType.Float64).flatten().data<double>().ToArray());
    }

    [Fact]
    public void Fgsm_moves_to_the_same_images() => AssertClose("fgsm", Run(new Fgsm(new FgsmOptions { Epsilon = Budget("LInfinity") })), 1e-7);

    [Fact]
    public void Momentum_fgsm_moves_to_the_same_images() =>
        AssertClose("mi-fgsm", Run(new MomentumFgsm(new MomentumFgsmOptions { Epsilon = Budget("LInfinity") })), 1e-7);

    [Theory, MemberData(nameof(Norms))]
    public void Pgd_moves_to_the_same_images(string norm)
    {
        var radius = (FormulaWeights.Noise("radius", Count) + 1).view(-1, 1, 1, 1) / 2;
        var epsilon = Budget(norm);
        var start = norm == "L2" ? _noise * (radius * (epsilon.Value / PixelBall.Lengths(_noise))) : _noise * epsilon.Value;
        var attack = new Pgd(new PgdOptions { Epsilon = epsilon, ReturnLast = true });

        AssertClose($"pgd.{Short(norm)}", attack.Perturb(Network, _images, _labels, images => images + start), 1e-7);
    }

    [Fact]
    public void Pgd_towards_the_least_likely_class_moves_to_the_same_images()
    {
        var options = new PgdOptions { Epsilon = Budget("LInfinity"), Target = AttackTarget.LeastLikely, RandomStart = false, ReturnLast = true };

        AssertClose("pgd.least-likely", Run(new Pgd(options)), 1e-7);
    }

    [Theory]
    [InlineData("LInfinity", AttackLoss.CrossEntropy)]
    [InlineData("LInfinity", AttackLoss.LogitsRatio)]
    [InlineData("L2", AttackLoss.CrossEntropy)]
    [InlineData("L2", AttackLoss.LogitsRatio)]
    public void Apgd_climbs_to_the_same_points_in_a_hundred_steps(string norm, AttackLoss loss)
    {
        var (images, labels, rows) = Right();
        var key = $"apgd-{(loss == AttackLoss.CrossEntropy ? "ce" : "dlr")}.{Short(norm)}.";
        using var search = new AutoPgdSearch(Network, images, labels, Budget(norm), 100, ScalarType.Float32) { StopsWhenFooled = false };
        var stands = Numbers(key + "stands");

        var (points, losses) = search.Run(Start(norm).index_select(0, rows), _ => AttackLosses.Of(loss), _ => { });

        AssertClose(key + "losses", losses, 1e-5);
        AssertClose(key + "best", points, 1e-4);
        Assert.Equal(Enumerable.Range(0, stands.Length).Where(n => stands[n] > 0).Select(n => (long)n), search.Standing.data<long>().ToArray());
        var fooled = tensor(stands).eq(0).view(-1, 1, 1, 1);
        var adversarial = Values(key + "adversarial").view(points.shape);
        Assert.InRange((where(fooled, adversarial, images) - search.Result).abs().max().item<double>(), 0, 1e-4);
    }

    [Theory, MemberData(nameof(Norms))]
    public void Apgd_towards_targets_fools_the_same_images_at_every_target(string norm)
    {
        using var search = new AutoPgdSearch(Network, _images, _labels, Budget(norm), 50, ScalarType.Float32) { StopsWhenFooled = false };
        var ranked = AttackTargets.Ranked(search.CleanLogits, _labels);
        for (var n = 0; n < 5; n++)
        {
            var target = ranked[TensorIndex.Colon, n];

            var (points, losses) = search.Run(Start(norm), places => AttackLosses.TargetedLogitsRatio(target.index_select(0, places)), _ => { });

            if (n == 0)
            {
                AssertClose($"apgd-t.{Short(norm)}.losses", losses, 1e-5);
                AssertClose($"apgd-t.{Short(norm)}.best", points, 1e-4);
            }

            var stands = Numbers($"apgd-t.{Short(norm)}.stands.{n + 2}");
            Assert.Equal(Enumerable.Range(0, Count).Where(i => stands[i] > 0).Select(i => (long)i), search.Standing.data<long>().ToArray());
        }
    }

    [Theory, MemberData(nameof(Norms))]
    public void Apgd_that_stops_at_success_fools_the_same_images(string norm)
    {
        var attack = new AutoPgdTargeted(new AutoPgdTargetedOptions { Epsilon = Budget(norm), Steps = 50 });

        var adversarial = attack.Perturb(Network, _images, _labels, _ => Start(norm));

        var stands = Network(adversarial).argmax(1).eq(_labels).to(ScalarType.Float64).data<double>().ToArray();
        Assert.Equal(Numbers($"apgd-t.{Short(norm)}.stands.6"), stands);
    }

    [Fact]
    public void Carlini_wagner_with_one_weight_finds_the_same_images()
    {
        var options = new CarliniWagnerOptions { SearchSteps = 1, InitialWeight = 1, Steps = 50, Epsilon = PixelBudget.L2(100) };

        AssertClose("cw.fixed", Run(new CarliniWagner(options)), 1e-4);
    }

    [Fact]
    public void Carlini_wagner_with_its_search_finds_the_same_images()
    {
        var (images, labels, _) = Right();
        var attack = new CarliniWagner(new CarliniWagnerOptions { SearchSteps = 6, Steps = 100 });

        var adversarial = attack.Perturb(Network, images, labels, new Generator(1));

        AssertClose("cw.lengths", PixelBall.Sizes(adversarial - images, PixelNorm.L2), 1e-4);
        AssertClose("cw.search", adversarial, 1e-4);
    }

    private static Tensor Network(Tensor images)
    {
        var hidden = nn.functional.conv2d(images - 0.5, Weight("conv1.weight", 8, 1, 3, 3), Weight("conv1.bias", 8), padding: [1, 1]).relu();
        hidden = nn.functional.conv2d(hidden, Weight("conv2.weight", 12, 8, 3, 3), Weight("conv2.bias", 12), strides: [2, 2], padding: [1, 1]).relu();
        return (hidden.flatten(1).matmul(Weight("head.weight", 6, 192).t()) + Weight("head.bias", 6)) * 6;
    }

    private static Tensor Weight(string name, params long[] shape) => FormulaWeights.Weight(name, shape);

    private static PixelBudget Budget(string norm) =>
        new(s_reference.GetProperty($"epsilon.{Short(norm)}").GetDouble(), Enum.Parse<PixelNorm>(norm));

    private static string Short(string norm) => norm == "L2" ? norm : "Linf";

    private static double[] Numbers(string key) => [.. s_reference.GetProperty(key).EnumerateArray().Select(number => number.GetDouble())];

    private static Tensor Values(string key) => tensor(Numbers(key));

    private static void AssertClose(string key, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        var expected = Values(key);
        Assert.Equal(expected.numel(), actual.numel());
        Assert.InRange((actual.detach().flatten() - expected).abs().max().item<double>(), 0, tolerance);
    }

    private Tensor Run(IImageAttack attack) => attack.Perturb(Network, _images, _labels, new Generator(1));

    private Tensor Start(string norm)
    {
        var budget = Budget(norm);
        return (_images + (_noise * (budget.Value / PixelBall.Sizes(_noise, budget.Norm).view(-1, 1, 1, 1)))).clamp(0, 1);
    }

    // One label is wrong from the start.
    private (Tensor Images, Tensor Labels, Tensor Rows) Right()
    {
        var rows = Network(_images).argmax(1).eq(_labels).nonzero().flatten();
        return (_images.index_select(0, rows), _labels.index_select(0, rows), rows);
    }
}
