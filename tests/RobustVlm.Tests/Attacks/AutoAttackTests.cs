using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Attacks;

public sealed class AutoAttackTests
{
    private static readonly AutoAttackOptions s_mini = new() { Version = AutoAttackVersion.Mini, Classes = 6 };

    [Theory]
    [InlineData(AutoAttackVersion.Standard, 10, "AutoAttack")]
    [InlineData(AutoAttackVersion.Standard, 1000, "AutoAttack")]
    [InlineData(AutoAttackVersion.Standard, 9, "AA-custom")]
    [InlineData(AutoAttackVersion.Standard, 2, "AA-custom")]
    [InlineData(AutoAttackVersion.Mini, 10, "AA-mini")]
    [InlineData(AutoAttackVersion.Mini, 2, "AA-mini")]
    public void The_label_says_what_ran(AutoAttackVersion version, int classes, string label)
    {
        var attack = new AutoAttack(new AutoAttackOptions { Version = version, Classes = classes, Epsilon = PixelBudget.L2(0.5) });

        Assert.Equal(label, attack.Name);
        Assert.StartsWith(label + " L2 0.5: APGD-CE", attack.ToString(), StringComparison.Ordinal);
        Assert.All(attack.Attacks, part => Assert.Equal(PixelBudget.L2(0.5), part.Epsilon));
        Assert.All(((AutoAttack)attack.WithEpsilon(PixelBudget.Of255(1))).Attacks, part => Assert.Equal(PixelBudget.Of255(1), part.Epsilon));
    }

    [Theory]
    [InlineData(AutoAttackVersion.Standard)]
    [InlineData(AutoAttackVersion.Mini)]
    public void Short_gradients_are_not_what_was_published(AutoAttackVersion version) =>
        Assert.Equal("AA-custom", new AutoAttack(new AutoAttackOptions { Version = version, GradientType = ScalarType.BFloat16 }).Name);

    [Fact]
    public void The_text_tells_the_settings_of_every_part()
    {
        static string Text(int steps) => new AutoAttack([new AutoPgd(new AutoPgdOptions { Steps = steps }), new Fab()]).ToString();

        Assert.NotEqual(Text(5), Text(6));
        Assert.Contains("; FAB-T", Text(5), StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_goes_on_only_with_the_ensemble_that_began_it()
    {
        using var toy = ToyProblem.Create(seed: 3, count: 8);
        static AutoAttack Of(int steps) => new([new AutoPgd(new AutoPgdOptions { Steps = steps })]);
        var begun = Of(5).Start(toy.Classifier, toy.Images, toy.Labels, new Generator(1));
        using var attacked = toy.Images.clone();

        var error = Assert.Throws<ArgumentException>(() => Of(6).Next(begun, toy.Classifier, toy.Images, toy.Labels, attacked));

        Assert.Contains("another ensemble", error.Message, StringComparison.Ordinal);
        Assert.Single(Of(5).Next(begun, toy.Classifier, toy.Images, toy.Labels, attacked).Steps);
    }

    [Fact]
    public void Images_so_far_of_another_shape_are_refused()
    {
        using var toy = ToyProblem.Create(seed: 3, count: 8);
        var attack = new AutoAttack([new Fgsm()]);
        var begun = attack.Start(toy.Classifier, toy.Images, toy.Labels, new Generator(1));
        using var fewer = toy.Images.narrow(0, 0, 4).clone();

        var error = Assert.Throws<ArgumentException>(() => attack.Next(begun, toy.Classifier, toy.Images, toy.Labels, fewer));

        Assert.Contains("a copy of the clean images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_not_square_are_refused_before_any_work()
    {
        using var wide = rand(2, 1, 4, 6);
        using var labels = zeros([2], dtype: ScalarType.Int64);

        var error = Assert.Throws<ArgumentException>(
            () => new AutoAttack().Start(_ => throw new InvalidOperationException("The classifier was called."), wide, labels, new Generator(1)));

        Assert.Contains("square images, not 4 x 6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_standard_version_has_the_published_numbers()
    {
        var parts = new AutoAttack().Attacks.Select(part => part.ToString() ?? "").ToArray();

        Assert.Equal(["APGD-CE", "APGD-T", "FAB-T", "Square-5000"], new AutoAttack().Attacks.Select(part => part.Name));
        Assert.All(parts.Take(3), text => Assert.Contains("Steps = 100,", text, StringComparison.Ordinal));
        Assert.All(parts[1..3], text => Assert.Contains("Targets = 9,", text, StringComparison.Ordinal));
        Assert.All(parts, text => Assert.Contains("Restarts = 1", text, StringComparison.Ordinal));
        Assert.Contains("Queries = 5000", parts[3], StringComparison.Ordinal);
        Assert.Contains("RescaleSchedule = False", parts[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void Equals_the_exact_robust_accuracy_on_a_linear_model(int classes)
    {
        using var toy = ToyProblem.Create(seed: 3, classes: classes, count: 100);
        var distances = toy.Distances().Order().ToArray();
        var epsilon = new PixelBudget((distances[49] + distances[50]) / 2);

        var (images, result) = new AutoAttack(s_mini with { Epsilon = epsilon, Classes = classes }).Run(toy.Classifier, toy.Images, toy.Labels, new Generator(1));

        Assert.Equal(0.5, result.RobustAccuracy, 2);
        Assert.Equal(result.RobustAccuracy, toy.Accuracy(images), 9);
        images.Dispose();
    }

    [Fact]
    public void Tells_for_every_image_what_broke_it_first()
    {
        using var toy = ToyProblem.Create(seed: 3, classes: 6, count: 60);
        using var labels = where(arange(60).lt(12), (toy.Labels + 1).remainder(6), toy.Labels);   // a fifth is wrong from the start
        var epsilon = new PixelBudget(toy.Distances().Order().ElementAt(30));
        var attack = new AutoAttack([new Fgsm(new FgsmOptions { Epsilon = epsilon }), new Fab(new FabOptions { Epsilon = epsilon })], batchSize: 7);

        var (images, result) = attack.Run(toy.Classifier, toy.Images, labels, new Generator(1));

        using var scope = NewDisposeScope();
        var right = toy.Classifier(images).argmax(1).eq(labels).Values<bool>();
        var moved = images.ne(toy.Images).flatten(1).any(1).Values<bool>();
        Assert.Equal(right, result.FirstBreaker.Select(breaker => breaker is null));
        Assert.Equal(moved, result.FirstBreaker.Select(breaker => breaker is "FGSM" or "FAB-T"));
        Assert.All(result.FirstBreaker.Take(12), breaker => Assert.Equal(AutoAttackResult.Clean, breaker));
        Assert.Equal(0.8, result.CleanAccuracy, 9);
        Assert.Equal(48, result.Steps[0].Attacked);
        Assert.Equal(48 - result.Steps[0].Broken, result.Steps[1].Attacked);
        Assert.Equal(result.RobustAccuracy, result.AccuracyAfter(2), 9);
        Assert.All(result.Steps, step => Assert.InRange(step.Broken, 1, step.Attacked));
        Assert.Equal((48, 48), (result.Steps[0].ForwardPasses, result.Steps[0].BackwardPasses));
        Assert.InRange(result.LargestChange, epsilon.Value / 2, epsilon.Value + 1e-6);
        Assert.StartsWith("AA-custom at ", result.ToString(), StringComparison.Ordinal);
        images.Dispose();
    }

    [Fact]
    public void A_run_that_is_stored_after_each_attack_ends_like_one_that_is_not()
    {
        using var toy = ToyProblem.Create(seed: 3, classes: 6, count: 40);
        var attack = new AutoAttack(s_mini with { Epsilon = new PixelBudget(toy.Distances().Order().ElementAt(30)), BatchSize = 16 });

        var (whole, expected) = attack.Run(toy.Classifier, toy.Images, toy.Labels, new Generator(4));
        using var attacked = toy.Images.clone();
        var result = attack.Start(toy.Classifier, toy.Images, toy.Labels, new Generator(4));
        while (result.Steps.Count < attack.Attacks.Count)
        {
            result = JsonSerializer.Deserialize<AutoAttackResult>(JsonSerializer.Serialize(attack.Next(result, toy.Classifier, toy.Images, toy.Labels, attacked)))
                ?? throw new InvalidDataException();
        }

        Assert.True(attacked.SameAs(whole));
        Assert.Equal(expected.FirstBreaker, result.FirstBreaker);
        Assert.Equal(expected.Steps, result.Steps);
        Assert.Equal(expected.LargestChange, result.LargestChange);
        Assert.Throws<ArgumentException>(() => attack.Next(result, toy.Classifier, toy.Images, toy.Labels, attacked));   // complete
        whole.Dispose();
    }

    [Fact]
    public void Another_number_of_classes_is_refused_before_any_work()
    {
        using var toy = ToyProblem.Create(seed: 3);

        var error = Assert.Throws<ArgumentException>(() => new AutoAttack().Perturb(toy.Classifier, toy.Images, toy.Labels, new Generator(1)));

        Assert.Contains("set AutoAttackOptions.Classes to 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attack_that_leaves_its_budget_is_caught()
    {
        using var toy = ToyProblem.Create(seed: 3);

        var error = Assert.Throws<InvalidOperationException>(
            () => new AutoAttack([new Cheater()]).Perturb(toy.Classifier, toy.Images, toy.Labels, new Generator(1)));

        Assert.StartsWith("Cheater returned images that are", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ensembles_without_attacks_or_with_two_budgets_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new AutoAttack([]));
        Assert.Throws<ArgumentException>(() => new AutoAttack([new Fgsm(), new Pgd(new PgdOptions { Epsilon = PixelBudget.Of255(1) })]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AutoAttack(new AutoAttackOptions { Classes = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AutoAttack(new AutoAttackOptions { BatchSize = 0 }));
    }

    private sealed class Cheater : IImageAttack
    {
        public string Name => nameof(Cheater);

        public PixelBudget Epsilon => PixelBudget.Of255(8);

        public IImageAttack WithEpsilon(PixelBudget epsilon) => this;

        public Tensor Perturb(Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null) => 1 - images;
    }
}
