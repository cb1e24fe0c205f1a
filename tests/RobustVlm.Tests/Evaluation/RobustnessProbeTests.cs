using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using RobustVlm.Attacks;
using RobustVlm.Evaluation;
using RobustVlm.Tests.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Evaluation;

public sealed partial class RobustnessProbeTests : IDisposable
{
    private readonly ToyProblem _toy = ToyProblem.Create(seed: 3, classes: 4, count: 40);

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void A_smooth_model_raises_no_warning() => Assert.Empty(Codes(_toy.Classifier));

    [Fact]
    public void Softmax_outputs_are_noticed() => Assert.Contains("probabilities", Codes(images => _toy.Classifier(images).softmax(1)));

    [Fact]
    public void Saturated_logits_are_noticed_from_three_sides()
    {
        var codes = Codes(images => _toy.Classifier(images) * 1e3);

        Assert.Contains("loss-matters", codes);
        Assert.Contains("zero-gradients", codes);
        Assert.Contains("flat-loss", codes);
    }

    [Fact]
    public void Logits_on_the_edge_of_saturation_are_noticed_by_their_scale() => Assert.Contains("logit-scale", Codes(images => _toy.Classifier(images) * 1e3));

    [Fact]
    public void Gradients_that_point_the_wrong_way_are_noticed()
    {
        // The value of the model, but the gradient of its negative: attacks walk away from the border.
        var codes = Codes(images => (2 * _toy.Classifier(images).detach()) - _toy.Classifier(images));

        Assert.Contains("noise-beats-attack", codes);
        Assert.Contains("large-budget-fails", codes);
    }

    [Fact]
    public void A_random_model_is_noticed()
    {
        using var random = new torch.Generator(1);

        Assert.Contains("random-forward", Codes(images => _toy.Classifier(images + (torch.rand(images.shape, generator: random) * 0.01))));
    }

    [Fact]
    public void No_check_shows_more_images_at_once_than_the_batch_size()
    {
        var largest = 0L;
        torch.Tensor Watched(torch.Tensor images)
        {
            largest = Math.Max(largest, images.shape[0]);
            return _toy.Classifier(images);
        }

        Assert.Empty(RobustnessProbe.Examine(Watched, _toy.Images, _toy.Labels, PixelBudget.Of255(1), batchSize: 7));
        Assert.Equal(7, largest);
        RobustnessReport.Run(Watched, _toy.Images, _toy.Labels, [new Fgsm()], [PixelBudget.Of255(1)], new RobustnessReportOptions { BatchSize = 5 });
        Assert.Equal(7, largest);
    }

    [Fact]
    public void Noise_is_tried_on_the_images_of_every_batch()
    {
        torch.Tensor Reversed(torch.Tensor images) => (2 * _toy.Classifier(images).detach()) - _toy.Classifier(images);

        Assert.Contains("noise-beats-attack", RobustnessProbe.Examine(Reversed, _toy.Images, _toy.Labels, PixelBudget.Of255(4), batchSize: 7).Select(warning => warning.Code));
    }

    [Fact]
    public void Few_classes_are_noticed()
    {
        using var two = ToyProblem.Create(seed: 3, classes: 2, count: 8);

        Assert.Contains("few-classes", RobustnessProbe.Examine(two.Classifier, two.Images, two.Labels, PixelBudget.Of255(4)).Select(warning => warning.Code));
    }

    [Fact]
    public void Logits_that_are_not_numbers_end_the_checks() =>
        Assert.Contains("NaN", Assert.Throws<InvalidOperationException>(() => Codes(images => _toy.Classifier(images) * double.NaN)).Message, StringComparison.Ordinal);

    [Fact]
    public void Comparisons_of_steps_and_starts_have_a_margin_of_a_point()
    {
        Assert.Null(RobustnessChecks.RestartsMatter(Result(50), Result(49)));
        Assert.Equal("more-restarts-matter", RobustnessChecks.RestartsMatter(Result(50), Result(48))?.Code);
        Assert.Null(RobustnessChecks.LogitScaleMatters(Result(50), Result(60)));
        Assert.Null(RobustnessChecks.LossMatters(Result(50), Result(60)));
    }

    [Fact]
    public void The_budget_of_the_checks_is_an_l_infinity_one() => Assert.Contains("L-infinity", Assert.Throws<ArgumentException>(
        () => RobustnessProbe.Examine(_toy.Classifier, _toy.Images, _toy.Labels, PixelBudget.L2(1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_code_in_the_source_is_listed()
    {
        var written = Directory.GetFiles(Folder(), "*.cs").SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct();

        Assert.Equal(written.Order(StringComparer.Ordinal), RobustnessChecks.Codes.Order(StringComparer.Ordinal));
    }

    private static ClassifierResult Result(int right) => new()
    {
        Attack = "PGD",
        Epsilon = PixelBudget.Of255(1),
        Labels = new int[100],
        Predictions = [.. Enumerable.Range(0, 100).Select(i => i < right ? 0 : 1)],
        Probabilities = [.. Enumerable.Range(0, 100).Select(_ => new[] { 0.5, 0.5 })],
        MeanLoss = 1,
    };

    private static string Folder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile) ?? ".", "..", "..", "..", "src", "RobustVlm", "Evaluation"));

    [GeneratedRegex("""(?:RobustnessWarning|=> new)\(\s*"([a-z-]+)",""")]
    private static partial Regex Code();

    private string[] Codes(Classifier classifier) =>
        [.. RobustnessProbe.Examine(classifier, _toy.Images, _toy.Labels, PixelBudget.Of255(1)).Select(warning => warning.Code)];
}
