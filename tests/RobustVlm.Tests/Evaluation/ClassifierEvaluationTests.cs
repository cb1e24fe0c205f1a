using RobustVlm.Attacks;
using RobustVlm.Evaluation;
using RobustVlm.Tests.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Evaluation;

public sealed class ClassifierEvaluationTests : IDisposable
{
    private static readonly PixelBudget[] Budgets = [default, PixelBudget.Of255(4), PixelBudget.Of255(64)];

    private readonly ToyProblem _toy = ToyProblem.Create(seed: 1, count: 50);

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Clean_images_are_scored()
    {
        var result = ClassifierEvaluation.OnClean(_toy.Classifier, _toy.Images, _toy.Labels, batchSize: 7);

        Assert.Equal(1, result.Accuracy);
        Assert.Equal(50, result.Predictions.Count);
        Assert.All(result.Probabilities, row => Assert.Equal(1, row.Sum(), 9));
        Assert.All(result.AurocPerClass, area => Assert.InRange(area, 0.8, 1));
        Assert.Equal(_toy.Losses(_toy.Images).Average(), result.MeanLoss, 4);
        Assert.Contains("clean at 0/255", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_do_not_change_the_result()
    {
        var whole = ClassifierEvaluation.OnClean(_toy.Classifier, _toy.Images, _toy.Labels, batchSize: 50);
        var parts = ClassifierEvaluation.OnClean(_toy.Classifier, _toy.Images, _toy.Labels, batchSize: 3);

        Assert.Equal(whole.Predictions, parts.Predictions);
        Assert.Equal(whole.MeanLoss, parts.MeanLoss, 5);
    }

    [Fact]
    public void Attacked_accuracy_falls_from_clean_to_nothing()
    {
        var results = Attack(new Pgd(), seed: 1);

        Assert.Equal(Budgets, results.Select(result => result.Epsilon));
        Assert.Equal(1, results[0].Accuracy);
        Assert.InRange(results[1].Accuracy, 0.02, 0.98);
        Assert.Equal(0, results[2].Accuracy);
        Assert.All(results, result => Assert.Equal("PGD-20", result.Attack));
    }

    [Fact]
    public void Same_seed_gives_the_same_numbers_and_budgets_share_their_starts()
    {
        var first = Attack(new Pgd(new PgdOptions { Steps = 1 }), seed: 5);
        var second = Attack(new Pgd(new PgdOptions { Steps = 1 }), seed: 5);
        var alone = ClassifierEvaluation.OnAttacked(
            _toy.Classifier, _toy.Images, _toy.Labels, new Pgd(new PgdOptions { Steps = 1 }), [Budgets[2]], new torch.Generator(5), batchSize: 16);

        Assert.Equal(first.Select(result => result.MeanLoss), second.Select(result => result.MeanLoss));
        Assert.Equal(first[2].MeanLoss, alone[0].MeanLoss);
    }

    [Fact]
    public void Progress_covers_all_budgets()
    {
        var shares = new List<double>();

        ClassifierEvaluation.OnAttacked(
            _toy.Classifier, _toy.Images, _toy.Labels, new Pgd(), Budgets[1..], new torch.Generator(1), batchSize: 16, shares.Add);

        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 9);
        Assert.Equal(2 * 4 * 20, shares.Count);   // budgets, batches, steps
    }

    [Fact]
    public void Leaves_no_tensor_alive()
    {
        Attack(new Pgd(), seed: 1);
        var before = TensorCount.Now();

        Attack(new Pgd(), seed: 1);

        Assert.Equal(before, RobustVlm.Engine.MemoryInfo.Now().LiveTensors);
    }

    [Fact]
    public void Accuracy_counts_each_image()
    {
        using var logits = torch.tensor(new[] { 1f, 2f, 5f, 4f, 0f, 9f }).view(3, 2);
        using var labels = torch.tensor(new long[] { 1, 1, 1 });

        Assert.Equal([true, false, true], Accuracy.PerSample(logits, labels));
        Assert.Equal(2 / 3.0, Accuracy.Of(logits, labels), 12);
        Assert.True(double.IsNaN(Accuracy.Of([])));
        Assert.Throws<ArgumentException>(() => Accuracy.Of(logits, labels.narrow(0, 0, 2)));
    }

    private IReadOnlyList<ClassifierResult> Attack(IImageAttack attack, ulong seed) => ClassifierEvaluation.OnAttacked(
        _toy.Classifier, _toy.Images, _toy.Labels, attack, Budgets, new torch.Generator(seed), batchSize: 16);
}
