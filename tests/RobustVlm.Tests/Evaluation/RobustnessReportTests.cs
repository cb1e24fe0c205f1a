using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Tests.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Evaluation;

public sealed class RobustnessReportTests : IDisposable
{
    private static readonly PixelBudget[] s_budgets = [PixelBudget.Of255(2), PixelBudget.Of255(8)];
    private static readonly RobustnessReportOptions s_small = new() { BatchSize = 7, CheckedImages = 0, Seed = 3 };

    private readonly ToyProblem _toy = ToyProblem.Create(seed: 1, count: 20);
    private readonly string _folder = Directory.CreateTempSubdirectory("robustness-").FullName;

    public void Dispose()
    {
        _toy.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void An_image_is_robust_when_no_attack_breaks_it()
    {
        // Each attack breaks other images: the mean of the worst is worse than the worst mean.
        var report = RunOnNumbered([new Breaker("even", 0.005, 0), new Breaker("odd", 0.005, 1)], s_small with { OnlyStillRight = false });

        Assert.All(report.Outcomes, outcome => Assert.Equal(10, outcome.Broken.Count));
        Assert.All(report.Outcomes, outcome => Assert.Equal(20, outcome.Targets.Count));
        Assert.All(s_budgets, budget => Assert.Equal(0, report.RobustAccuracy(budget).Rate));
        Assert.Equal(0.5, report.AccuracyAfter(report.Outcomes[0]).Rate);
    }

    [Fact]
    public void Attacks_get_only_what_is_still_right_at_their_budget()
    {
        var report = RunOnNumbered([new Breaker("even", 0.005, 0), new Breaker("all", 0.005, 0, 1)], s_small);

        Assert.Equal([20, 10, 20, 10], report.Outcomes.Select(outcome => outcome.Targets.Count));
        Assert.All(report.Outcomes[1].Targets, number => Assert.Equal(1, number % 2));
        Assert.Contains("0.0 % left", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_wrong_without_attack_are_not_robust_and_not_attacked()
    {
        using var labels = _toy.Labels.clone();
        labels[0].fill_((_toy.Labels[0].item<long>() + 1) % 3);

        var report = RobustnessReport.Run(_toy.Classifier, _toy.Images, labels, [new Fgsm()], [default], s_small);

        Assert.DoesNotContain(0, report.Outcomes[0].Targets);
        Assert.Equal(0.95, report.RobustAccuracy(default).Rate, 9);
    }

    [Fact]
    public void Agrees_with_the_exact_distances_of_a_linear_model()
    {
        // With two classes the sign of the gradient is the best direction, so FGSM is exact.
        using var two = ToyProblem.Create(seed: 2, classes: 2, count: 30);
        var median = two.Distances().Order().ElementAt(15);

        var report = RobustnessReport.Run(two.Classifier, two.Images, two.Labels, [new Fgsm()], [new PixelBudget(median - 1e-5)], s_small);

        Assert.Equal(15 / 30.0, report.RobustAccuracy(report.Budgets[0]).Rate, 9);
        Assert.Equal(30, report.Outcomes[0].Forward);
        Assert.Equal(30, report.Outcomes[0].Backward);
    }

    [Fact]
    public void Goes_on_after_an_interruption_and_ends_as_without_one()
    {
        var file = Path.Combine(_folder, "state.json");
        IImageAttack[] attacks = [new Fgsm(), new Pgd(new PgdOptions { Steps = 3 })];
        var whole = Run(attacks, s_small);
        var calls = 0;

        Assert.Throws<OperationCanceledException>(() => RobustnessReport.Run(
            Interrupting, _toy.Images, _toy.Labels, attacks, s_budgets, s_small with { StateFile = file }));
        Interruption.Clear();
        var resumed = Run(attacks, s_small with { StateFile = file });
        var again = Run(attacks, s_small with { StateFile = file });

        Assert.Equal(whole.Outcomes.Select(Found), resumed.Outcomes.Select(Found));
        Assert.Equal(resumed.Outcomes.Select(outcome => outcome.Seconds), again.Outcomes.Select(outcome => outcome.Seconds));   // nothing was run again
        Assert.False(File.Exists(file + ".part"));

        torch.Tensor Interrupting(torch.Tensor images)
        {
            if (++calls == 20)
            {
                Interruption.Request();
            }

            return _toy.Classifier(images);
        }

        static string Found(RobustnessOutcome outcome) => $"{outcome.Attack} {outcome.Epsilon} {string.Join(' ', outcome.Broken)} {outcome.Forward} {outcome.Backward}";
    }

    [Fact]
    public void A_state_of_another_evaluation_is_refused_with_the_difference()
    {
        var options = s_small with { StateFile = Path.Combine(_folder, "state.json") };
        IImageAttack[] attacks = [new Fgsm()];
        Run(attacks, options);
        using var images = _toy.Images.clone();
        images[0, 0, 0, 0].fill_(0);
        using var labels = _toy.Labels.clone();
        labels[0].fill_((labels[0].item<long>() + 1) % 3);

        AssertRefused("images", () => RobustnessReport.Run(_toy.Classifier, images, _toy.Labels, attacks, s_budgets, options));
        AssertRefused("labels", () => RobustnessReport.Run(_toy.Classifier, _toy.Images, labels, attacks, s_budgets, options));
        AssertRefused("attacks or budgets", () => Run([new Pgd()], options));
        AssertRefused("attacks or budgets", () => RobustnessReport.Run(_toy.Classifier, _toy.Images, _toy.Labels, attacks, [PixelBudget.Of255(3)], options));
        AssertRefused("settings", () => Run(attacks, options with { Seed = 4 }));
        AssertRefused("outputs", () => RobustnessReport.Run(batch => _toy.Classifier(batch) * 1.1, _toy.Images, _toy.Labels, attacks, s_budgets, options));
        RobustnessReport.Run(batch => _toy.Classifier(batch) * 1.00001, _toy.Images, _toy.Labels, attacks, s_budgets, options);   // rounding of another machine
        File.WriteAllText(options.StateFile, "{ half");
        Assert.Contains("not the state", Assert.Throws<InvalidDataException>(() => Run(attacks, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attacks_and_budgets_are_told_apart_even_when_their_texts_are_the_same()
    {
        var options = s_small with { StateFile = Path.Combine(_folder, "state.json") };
        RobustnessReport RunAt(IImageAttack attack, double budget) =>
            RobustnessReport.Run(_toy.Classifier, _toy.Images, _toy.Labels, [attack], [new PixelBudget(budget)], options);

        RunAt(new Textless(), 0.01);
        AssertRefused("attacks or budgets", () => RunAt(new Textless(), 0.02));
        File.Delete(options.StateFile);
        RunAt(new Fgsm(), 0.01);
        AssertRefused("attacks or budgets", () => RunAt(new Fgsm(), 0.01 + 1e-8));
        File.Delete(options.StateFile);
        RunAt(Ensemble(5), 0.01);
        AssertRefused("attacks or budgets", () => RunAt(Ensemble(6), 0.01));

        static AutoAttack Ensemble(int steps) => new([new AutoPgd(new AutoPgdOptions { Steps = steps })]);
    }

    [Fact]
    public void Stored_outcomes_of_another_budget_are_refused()
    {
        var options = s_small with { StateFile = Path.Combine(_folder, "state.json") };
        Run([new Fgsm()], options);
        var text = File.ReadAllText(options.StateFile);
        File.WriteAllText(options.StateFile, text.Replace("\"Epsilon\":{\"Value\":0.00", "\"Epsilon\":{\"Value\":0.01", StringComparison.Ordinal));

        AssertRefused("attacks or budgets", () => Run([new Fgsm()], options));
    }

    [Fact]
    public void A_missing_outcome_is_not_taken_for_robustness()
    {
        var report = Run([new Fgsm(), new Pgd()], s_small);

        Assert.Contains("an attack is missing", Assert.Throws<InvalidOperationException>(
            () => (report with { Outcomes = [.. report.Outcomes.Take(3)] }).RobustAccuracy(s_budgets[1])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(
            () => (report with { Outcomes = [.. report.Outcomes.Select(outcome => outcome with { Epsilon = default })] }).RobustAccuracy(s_budgets[0]));
    }

    [Fact, Trait("Category", "Slow")]
    public void The_fingerprint_of_more_than_two_gigabytes_can_be_taken()
    {
        using var one = torch.full([1, 3, 224, 224], 0.5f);
        using var many = one.expand(3600, 3, 224, 224);

        Assert.StartsWith("Float32 [3600, 3, 224, 224] ", RobustnessState.HashOf(many), StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprints_tell_images_apart()
    {
        using var other = _toy.Images.clone();
        other[19, 0, 0, 0].add_(1e-3);

        Assert.Equal(RobustnessState.HashOf(_toy.Images), RobustnessState.HashOf(_toy.Images.clone()));
        Assert.NotEqual(RobustnessState.HashOf(_toy.Images), RobustnessState.HashOf(other));
        Assert.NotEqual(RobustnessState.HashOf(_toy.Images), RobustnessState.HashOf(_toy.Images.view(10, -1)));
    }

    [Fact]
    public void Nothing_is_compared_when_nothing_is_stored()
    {
        Assert.Equal(Images(null) + 7, Images(Path.Combine(_folder, "state.json")));

        long Images(string? file)
        {
            var counted = new CountedClassifier(_toy.Classifier);
            RobustnessReport.Run(counted.Logits, _toy.Images, _toy.Labels, [new Fgsm()], s_budgets, s_small with { StateFile = file });
            return counted.Forward;
        }
    }

    [Theory]
    [InlineData("\"Outcomes\":[", "\"Outcomes\":null,\"Rest\":[")]
    [InlineData("\"Logits\":[", "\"Logits\":null,\"Rest\":[")]
    [InlineData("\"Targets\":[", "\"Targets\":null,\"Rest\":[")]
    [InlineData("\"Targets\":[", "\"Targets\":[99,")]
    [InlineData("\"Tried\":20", "\"Tried\":21")]
    [InlineData("\"Epsilon\":{\"Value\":0.0", "\"Epsilon\":{\"Value\":8.0")]
    public void A_damaged_state_is_refused_in_one_sentence(string whole, string damaged)
    {
        var options = s_small with { StateFile = Path.Combine(_folder, "state.json") };
        Run([new Fgsm()], options);
        var text = File.ReadAllText(options.StateFile);
        Assert.Contains(whole, text, StringComparison.Ordinal);
        File.WriteAllText(options.StateFile, text.Replace(whole, damaged, StringComparison.Ordinal));

        Assert.Contains("is not the state of an evaluation; delete it", Assert.Throws<InvalidDataException>(() => Run([new Fgsm()], options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_file_that_cannot_be_written_is_noticed_before_the_first_attack()
    {
        var missing = s_small with { StateFile = Path.Combine(_folder, "missing", "state.json") };
        var blocked = s_small with { StateFile = Path.Combine(_folder, "state.json") };
        Directory.CreateDirectory(blocked.StateFile + ".part");

        Assert.Contains("does not exist; create it", Assert.Throws<DirectoryNotFoundException>(() => Run([new Forbidden()], missing)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<UnauthorizedAccessException>(() => Run([new Forbidden()], blocked));
    }

    [Fact]
    public void Images_that_are_not_square_are_refused_before_the_first_attack()
    {
        using var wide = _toy.Images.repeat(1, 1, 1, 2);
        torch.Tensor Half(torch.Tensor images) => _toy.Classifier(images.narrow(3, 0, images.shape[3] / 2));

        var error = Assert.Throws<ArgumentException>(() => RobustnessReport.Run(
            Half, wide, _toy.Labels, [new Forbidden(), new AutoAttack([new Fgsm(), new Square()])], s_budgets, s_small));

        Assert.Contains("square images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_are_ruled_out_with_minus_infinity_are_no_fault()
    {
        var options = s_small with { StateFile = Path.Combine(_folder, "state.json"), CheckedImages = 4 };
        torch.Tensor Masked(torch.Tensor images) => torch.cat([_toy.Classifier(images), torch.full([images.shape[0], 1], float.NegativeInfinity)], 1);
        RobustnessReport RunOn(Classifier classifier) => RobustnessReport.Run(classifier, _toy.Images, _toy.Labels, [new Pgd()], s_budgets, options);

        var masked = RunOn(Masked);
        var again = RunOn(Masked);

        Assert.Equal(Run([new Pgd()], s_small).Outcomes.Select(outcome => outcome.Broken), masked.Outcomes.Select(outcome => outcome.Broken));
        Assert.Equal(masked.Outcomes.Select(outcome => outcome.Seconds), again.Outcomes.Select(outcome => outcome.Seconds));
        Assert.All(masked.Outcomes, outcome => Assert.Equal(0, outcome.NotANumber));
        Assert.DoesNotContain(masked.Warnings, warning => warning.Code is "not-a-number" or "random-forward");
        AssertRefused("outputs", () => RunOn(images => torch.where(torch.isfinite(Masked(images)), Masked(images), -1e4f)));
        AssertRefused("outputs", () => RunOn(images => Masked(images) * 1.1));
    }

    [Fact]
    public void An_infinite_largest_logit_counts_as_broken()
    {
        var report = RunOnNumbered([new Breaker("bright", 0.005, 0)], s_small, batch => Bright(batch) / (0.501 - batch.select(3, 1).view(-1, 1)).gt(0).to(torch.ScalarType.Float32));

        Assert.Equal(10, report.Outcomes[0].NotANumber);
        Assert.Equal(0.5, report.RobustAccuracy(s_budgets[0]).Rate);
    }

    [Fact]
    public void Rounding_is_forgiven_up_to_a_millionth()
    {
        var over = RunOnNumbered([new Breaker("over", s_budgets[0].Value + 5e-6, 0, 1)], s_small);
        var rounded = RunOnNumbered([new Breaker("rounded", s_budgets[0].Value + 5e-7, 0, 1)], s_small);

        Assert.Equal(20, over.Outcomes[0].OutOfBudget);
        Assert.Equal(0, rounded.Outcomes[0].OutOfBudget);
    }

    [Fact]
    public void Images_outside_the_budget_are_not_counted_and_noticed()
    {
        var report = RunOnNumbered([new Breaker("cheat", 0.2, 0, 1)], s_small);

        Assert.Equal(1, report.RobustAccuracy(s_budgets[0]).Rate);
        Assert.Equal(20, report.Outcomes[0].OutOfBudget);
        Assert.Contains(report.Warnings, warning => warning.Code == "out-of-budget");
    }

    [Fact]
    public void Logits_that_are_not_numbers_count_as_broken_and_are_noticed()
    {
        var report = RunOnNumbered([new Breaker("bright", 0.005, 0)], s_small, batch => Bright(batch) + (0.5005 - batch.select(3, 1).view(-1, 1)).sqrt());

        Assert.Equal(0.5, report.RobustAccuracy(s_budgets[0]).Rate);
        Assert.Equal(10, report.Outcomes[0].NotANumber);
        Assert.Contains(report.Warnings, warning => warning.Code == "not-a-number");
    }

    [Fact]
    public void A_black_box_that_finds_more_is_noticed()
    {
        var white = new RobustnessOutcome { Attack = "PGD", Epsilon = s_budgets[0], Targets = [0, 1, 2], Tried = 3, Broken = [0], Forward = 9, Backward = 9 };
        var black = new RobustnessOutcome { Attack = "Square", Epsilon = s_budgets[0], Targets = [1, 2], Tried = 2, Broken = [2], Forward = 9 };

        Assert.Equal("black-box-stronger", Assert.Single(RobustnessChecks.BlackBoxIsStronger([white, black], 100)).Code);
        Assert.Empty(RobustnessChecks.BlackBoxIsStronger([white, black with { Broken = [0] }], 100));
        Assert.Empty(RobustnessChecks.BlackBoxIsStronger([white, black], 1000));
    }

    [Fact]
    public void A_black_box_that_runs_first_is_not_stronger_for_that()
    {
        var black = new RobustnessOutcome { Attack = "Square", Epsilon = s_budgets[0], Targets = [0, 1, 2], Tried = 3, Broken = [0, 1], Forward = 9 };
        var white = new RobustnessOutcome { Attack = "PGD", Epsilon = s_budgets[0], Targets = [2], Tried = 1, Broken = [2], Forward = 9, Backward = 9 };

        Assert.Empty(RobustnessChecks.BlackBoxIsStronger([black, white], 100));
        Assert.Single(RobustnessChecks.BlackBoxIsStronger([black, white with { Targets = [1, 2], Tried = 2 }], 100));
    }

    [Fact]
    public void Progress_grows_to_one_and_no_tensor_stays()
    {
        var shares = new List<double>();
        RobustnessReport.Run(_toy.Classifier, _toy.Images, _toy.Labels, [new Fgsm(), new Pgd()], s_budgets, s_small, shares.Add);
        var before = TensorCount.Now();

        RobustnessReport.Run(_toy.Classifier, _toy.Images, _toy.Labels, [new Fgsm(), new Pgd()], s_budgets, new RobustnessReportOptions { CheckedImages = 4 });

        Assert.Equal(before, MemoryInfo.Now().LiveTensors);
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 9);
    }

    [Fact]
    public void Unusable_input_is_refused_in_one_sentence()
    {
        Assert.Contains("no attacks", Assert.Throws<ArgumentException>(() => Run([], s_small)).Message, StringComparison.Ordinal);
        Assert.Contains("no budgets", Assert.Throws<ArgumentException>(() => RobustnessReport.Run(_toy.Classifier, _toy.Images, _toy.Labels, [new Fgsm()], [])).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(
            () => RobustnessReport.Run(_toy.Classifier, _toy.Images, _toy.Labels, [new Fgsm()], [default, default])).Message, StringComparison.Ordinal);
        Assert.Contains("no budget", Assert.Throws<ArgumentException>(() => Run([new Fgsm()], s_small).Robust(PixelBudget.Of255(99))).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string difference, Func<object> run) =>
        Assert.Contains($"other {difference}", Assert.Throws<InvalidDataException>(run).Message, StringComparison.Ordinal);

    private RobustnessReport Run(IReadOnlyList<IImageAttack> attacks, RobustnessReportOptions options) =>
        RobustnessReport.Run(_toy.Classifier, _toy.Images, _toy.Labels, attacks, s_budgets, options);

    /// <summary>Twenty images whose first pixel holds their number; they are of class 1 as soon as the second pixel exceeds a half.</summary>
    private static RobustnessReport RunOnNumbered(IReadOnlyList<IImageAttack> attacks, RobustnessReportOptions options, Classifier? classifier = null)
    {
        using var scope = torch.NewDisposeScope();
        var images = torch.full([20, 1, 1, 2], 0.5f);
        images.select(3, 0).copy_(torch.arange(20, dtype: torch.ScalarType.Float32).view(20, 1, 1) / 20);
        return RobustnessReport.Run(classifier ?? Bright, images, torch.zeros([20], dtype: torch.ScalarType.Int64), attacks, s_budgets, options);
    }

    private static torch.Tensor Bright(torch.Tensor images)
    {
        var second = images.select(3, 1).view(-1);
        return torch.stack([0.501 - second, second - 0.501], 1);
    }

    /// <summary>An attack that says no more than the name of its type.</summary>
    private sealed class Textless : IImageAttack
    {
        public string Name => "textless";

        public PixelBudget Epsilon { get; private init; }

        public IImageAttack WithEpsilon(PixelBudget epsilon) => new Textless { Epsilon = epsilon };

        public torch.Tensor Perturb(Classifier classifier, torch.Tensor images, torch.Tensor labels, torch.Generator random, Action<double>? progress = null) => images.clone();
    }

    /// <summary>An attack that must not be reached.</summary>
    private sealed class Forbidden : IImageAttack
    {
        public string Name => "forbidden";

        public PixelBudget Epsilon => default;

        public IImageAttack WithEpsilon(PixelBudget epsilon) => this;

        public torch.Tensor Perturb(Classifier classifier, torch.Tensor images, torch.Tensor labels, torch.Generator random, Action<double>? progress = null) =>
            throw new InvalidOperationException("The attack was reached.");
    }

    /// <summary>Raises the second pixel of images with an even or odd number.</summary>
    private sealed class Breaker(string name, double change, params int[] remainders) : IImageAttack
    {
        public string Name => name;

        public PixelBudget Epsilon { get; private init; }

        public IImageAttack WithEpsilon(PixelBudget epsilon) => new Breaker(name, change, remainders) { Epsilon = epsilon };

        public torch.Tensor Perturb(Classifier classifier, torch.Tensor images, torch.Tensor labels, torch.Generator random, Action<double>? progress = null)
        {
            using var scope = torch.NewDisposeScope();
            var number = (images.select(3, 0) * 20).round().to(torch.ScalarType.Int64);
            var meant = remainders.Aggregate(torch.zeros_like(number).to(torch.ScalarType.Bool), (all, remainder) => all.logical_or(number.remainder(2).eq(remainder)));
            var result = images.clone();
            result.select(3, 1).add_(meant.to(torch.ScalarType.Float32) * change);
            return result.MoveToOuterDisposeScope();
        }

        public override string ToString() => $"{name} {Epsilon}";
    }
}
