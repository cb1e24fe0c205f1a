using RobustVlm.Attacks;
using RobustVlm.Evaluation;
using RobustVlm.Tests.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Evaluation;

public sealed class RobustnessChecksTests : IDisposable
{
    private readonly ToyProblem _toy = ToyProblem.Create(seed: 1, count: 40);

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void An_honest_evaluation_raises_nothing()
    {
        var clean = ClassifierEvaluation.OnClean(_toy.Classifier, _toy.Images, _toy.Labels);
        var attacked = ClassifierEvaluation.OnAttacked(
            _toy.Classifier, _toy.Images, _toy.Labels, new Pgd(), [PixelBudget.Of255(2), PixelBudget.Of255(8)], new torch.Generator(1));

        Assert.Empty(RobustnessChecks.Examine(_toy.Classifier, _toy.Images, _toy.Labels, clean, attacked));
    }

    [Fact]
    public void An_attack_that_helps_is_noticed() =>
        AssertCode("attacked-above-clean", Assert.Single(RobustnessChecks.AttackHelps(Result(0, 10), [Result(1, 11), Result(2, 9)])));

    [Fact]
    public void A_larger_budget_that_helps_is_noticed()
    {
        AssertCode("more-budget-helps", Assert.Single(RobustnessChecks.MoreBudgetHelps([Result(4, 20), Result(1, 20), Result(2, 10)])));
        Assert.Empty(RobustnessChecks.MoreBudgetHelps([Result(1, 20), Result(2, 21)]));   // within chance
    }

    [Fact]
    public void A_single_step_that_beats_many_is_noticed()
    {
        AssertCode("single-step-stronger", RobustnessChecks.SingleStepIsStronger(Result(4, 10), Result(4, 20)));
        Assert.Null(RobustnessChecks.SingleStepIsStronger(Result(4, 10), Result(4, 9)));
    }

    [Fact]
    public void An_attack_that_had_not_finished_is_noticed()
    {
        AssertCode("more-steps-matter", RobustnessChecks.MoreStepsMatter(Result(4, 20), Result(4, 15)));
        Assert.Null(RobustnessChecks.MoreStepsMatter(Result(4, 20), Result(4, 20)));
        AssertCode("more-steps-matter", RobustnessChecks.MoreStepsMatter(Result(4, 20), Result(4, 20) with { MeanLoss = 1.03 }));
        Assert.Null(RobustnessChecks.MoreStepsMatter(Result(4, 20), Result(4, 20) with { MeanLoss = 1.01 }));
    }

    [Fact]
    public void Gradients_of_zero_are_noticed()
    {
        torch.Tensor Dead(torch.Tensor images) => _toy.Classifier(images).round();

        AssertCode("zero-gradients", RobustnessChecks.GradientsAreZero(GradientHealth.Measure(Dead, _toy.Images, _toy.Labels)));
        Assert.Null(RobustnessChecks.GradientsAreZero(GradientHealth.Measure(_toy.Classifier, _toy.Images, _toy.Labels)));
    }

    [Fact]
    public void A_random_classifier_is_noticed()
    {
        using var random = new torch.Generator(1);
        torch.Tensor Noisy(torch.Tensor images) => _toy.Classifier(images + (0.01 * torch.randn(images.shape, generator: random)));

        AssertCode("random-forward", RobustnessChecks.ForwardIsRandom(Noisy, _toy.Images));
        Assert.Null(RobustnessChecks.ForwardIsRandom(_toy.Classifier, _toy.Images));
    }

    [Fact]
    public void A_classifier_that_is_random_now_and_then_is_noticed()
    {
        var calls = 0;
        torch.Tensor Rarely(torch.Tensor images) => _toy.Classifier(images) * (++calls % 4 == 0 ? 1.01 : 1);

        AssertCode("random-forward", RobustnessChecks.ForwardIsRandom(Rarely, _toy.Images));
    }

    [Fact]
    public void The_size_of_the_logits_does_not_decide_whether_they_are_random()
    {
        var calls = 0;
        torch.Tensor Scaled(double scale, double change) => _toy.Classifier(_toy.Images) * (scale * (++calls % 2 == 0 ? 1 + change : 1));

        Assert.Null(RobustnessChecks.ForwardIsRandom(_ => Scaled(1e4, 1e-5), _toy.Images));   // rounding of large logits
        AssertCode("random-forward", RobustnessChecks.ForwardIsRandom(_ => Scaled(1e-5, 1e-2), _toy.Images));
    }

    [Fact]
    public void A_prediction_that_changes_is_noticed_however_small_the_change()
    {
        var calls = 0;
        torch.Tensor Tied(torch.Tensor images)
        {
            var logits = torch.ones([images.shape[0], 2]);
            logits[0, ++calls % 2].add_(1e-6);
            return logits;
        }

        AssertCode("random-forward", RobustnessChecks.ForwardIsRandom(Tied, _toy.Images));
    }

    [Fact]
    public void Probabilities_are_noticed()
    {
        torch.Tensor Softmax(torch.Tensor images) => _toy.Classifier(images).softmax(1);

        AssertCode("probabilities", RobustnessChecks.OutputsAreProbabilities(Softmax, _toy.Images));
        Assert.Null(RobustnessChecks.OutputsAreProbabilities(_toy.Classifier, _toy.Images));
    }

    [Fact]
    public void Examine_collects_what_the_single_checks_find()
    {
        torch.Tensor Softmax(torch.Tensor images) => (_toy.Classifier(images) * 1000).softmax(1);

        var warnings = RobustnessChecks.Examine(Softmax, _toy.Images, _toy.Labels, Result(0, 10), [Result(1, 11)]);

        Assert.Equal(
            ["attacked-above-clean", "probabilities", "zero-gradients"],
            warnings.Select(warning => warning.Code).Order(StringComparer.Ordinal));
    }

    private static void AssertCode(string code, RobustnessWarning? warning)
    {
        Assert.NotNull(warning);
        Assert.Equal(code, warning.Code);
        Assert.EndsWith(".", warning.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{code}: ", warning.ToString(), StringComparison.Ordinal);
    }

    private static ClassifierResult Result(double levels, int right) => new()
    {
        Attack = "some attack",
        Epsilon = PixelBudget.Of255(levels),
        Labels = [.. Enumerable.Repeat(0, 40)],
        Predictions = [.. Enumerable.Range(0, 40).Select(i => i < right ? 0 : 1)],
        Probabilities = [.. Enumerable.Repeat(new[] { 0.5, 0.5 }, 40)],
        MeanLoss = 1,
    };
}
