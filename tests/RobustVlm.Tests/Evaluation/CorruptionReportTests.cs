using RobustVlm.Data.Corruptions;
using RobustVlm.Evaluation;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Evaluation;

public sealed class CorruptionReportTests
{
    private const string Set = "ImageNet-C";

    [Fact]
    public void Errors_are_divided_by_those_of_the_baseline_corruption_by_corruption()
    {
        var report = new CorruptionReport(0.1, 0.2, [.. Errors("fog", 0.2), .. Errors("pixelate", 0.6), .. Errors("saturate", 1)], 10);
        var baseline = new CorruptionBaseline("other", Set, 0.3, new Dictionary<string, double> { ["fog"] = 0.4, ["pixelate"] = 0.8 }, IsBalanced: false);

        Assert.Equal(((0.2 / 0.4) + (0.6 / 0.8)) / 2, report.MeanCorruptionError(baseline), 9);
        Assert.Equal(((0.1 / 0.1) + (0.5 / 0.5)) / 2, report.RelativeMeanCorruptionError(baseline), 9);
        Assert.Equal(((0.1 / 0.4) + (0.3 / 0.8)) / 2, report.MeanCorruptionError(baseline with { IsBalanced = true }), 9);
    }

    [Fact]
    public void Alexnet_has_a_mean_corruption_error_of_one()
    {
        foreach (var baseline in CorruptionBaseline.AlexNetOnMedMnistC.Values.Append(CorruptionBaseline.AlexNetOnImageNetC).Where(baseline => baseline.OtherMetric is null))
        {
            var errors = baseline.Errors.SelectMany(pair => Errors(pair.Key, pair.Value, pair.Value, baseline.Set));
            var itself = new CorruptionReport(baseline.CleanError, baseline.CleanError, [.. errors], 1);

            Assert.Equal(1, itself.MeanCorruptionError(baseline), 9);
            Assert.Equal(1, itself.RelativeMeanCorruptionError(baseline), 9);
            Assert.All(baseline.Errors.Values, error => Assert.InRange(error, baseline.CleanError + 1e-3, 1));
        }

        Assert.Equal(15, CorruptionBaseline.AlexNetOnImageNetC.Errors.Count);
    }

    [Fact]
    public void A_baseline_of_another_set_is_refused()
    {
        var report = new CorruptionReport(0.1, 0.2, [.. Errors("fog", 0.2, set: "CIFAR-10-C")], 10);

        var error = Assert.Throws<InvalidOperationException>(() => report.MeanCorruptionError(CorruptionBaseline.AlexNetOnImageNetC));

        Assert.Contains("report is on CIFAR-10-C and AlexNet on ImageNet-C on ImageNet-C", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => report.RelativeMeanCorruptionError(CorruptionBaseline.AlexNetOnImageNetC));
    }

    [Theory]
    [InlineData("breastmnist", "threshold tuned")]
    [InlineData("chestmnist", "fourteen labels")]
    [InlineData("pneumoniamnist", "threshold tuned")]
    public void A_baseline_of_another_metric_is_refused(string set, string metric)
    {
        var baseline = CorruptionBaseline.AlexNetOnMedMnistC[set];
        var report = new CorruptionReport(0.1, 0.2, [.. Errors("pixelate", 0.2, set: baseline.Set)], 10);

        var error = Assert.Throws<InvalidOperationException>(() => report.MeanCorruptionError(baseline));

        Assert.Contains(metric, error.Message, StringComparison.Ordinal);
        Assert.Contains(metric, baseline.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_relative_error_is_made_from_a_corruption_that_does_not_harm_the_baseline()
    {
        var report = new CorruptionReport(0.1, 0.2, [.. Errors("fog", 0.2), .. Errors("contrast", 0.6)], 10);
        var baseline = new CorruptionBaseline("other", Set, 0.3, new Dictionary<string, double> { ["fog"] = 0.4, ["contrast"] = 0.3 }, IsBalanced: false);

        var error = Assert.Throws<InvalidOperationException>(() => report.RelativeMeanCorruptionError(baseline));

        Assert.Contains("no more under contrast than on clean images", error.Message, StringComparison.Ordinal);
        Assert.Equal(((0.2 / 0.4) + (0.6 / 0.3)) / 2, report.MeanCorruptionError(baseline), 9);
    }

    [Fact]
    public void Without_a_choice_the_corruptions_are_those_of_the_mean_error()
    {
        using var images = full([1, 3, 32, 32], 0.5f);
        using var labels = zeros([1], dtype: ScalarType.Int64);

        var report = CorruptionReport.Run(batch => batch.mean([2, 3]), images, labels);

        Assert.Equal(CorruptionSet.CifarC.NamesOfMean, report.Names);
        Assert.DoesNotContain("speckle_noise", report.Names);
        Assert.Contains("speckle_noise", CorruptionSet.CifarC.Names);
    }

    [Fact]
    public void Every_corruption_of_a_set_has_a_baseline()
    {
        Assert.Subset(CorruptionBaseline.AlexNetOnImageNetC.Errors.Keys.ToHashSet(), CorruptionSet.ImageNetC.NamesOfMean.ToHashSet());
        Assert.All(CorruptionSet.MedMnistC, pair => Assert.Subset(CorruptionBaseline.AlexNetOnMedMnistC[pair.Key].Errors.Keys.ToHashSet(), pair.Value.Names.ToHashSet()));
        Assert.All(CorruptionSet.MedMnistC, pair => Assert.Equal(pair.Value.Name, CorruptionBaseline.AlexNetOnMedMnistC[pair.Key].Set));
        Assert.Equal(CorruptionSet.ImageNetC.Name, CorruptionBaseline.AlexNetOnImageNetC.Set);
    }

    [Fact]
    public void Missing_severities_are_not_compared_with_a_mean_over_five()
    {
        var report = new CorruptionReport(0.1, 0.2, [new(Set, "fog", 1, 0.2, 0.2)], 10);

        var error = Assert.Throws<InvalidOperationException>(() => report.MeanCorruptionError(CorruptionBaseline.AlexNetOnImageNetC));

        Assert.Contains("run all of them", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_of_brightness_errs_when_images_become_brighter()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var labels = arange(20, dtype: ScalarType.Int64).remainder(2);
        var images = (rand([20, 3, 32, 32], generator: random) * 0.1) + (labels.view(-1, 1, 1, 1) * 0.3);

        var report = CorruptionReport.Run(Brighter, images, labels, CorruptionSet.CifarC.All.Where(c => c.Name is "brightness" or "jpeg_compression"));
        var inSmallBatches = CorruptionReport.Run(Brighter, images, labels, CorruptionSet.CifarC.All.Where(c => c.Name is "brightness" or "jpeg_compression"), new() { BatchSize = 3 });

        Assert.Equal(0, report.CleanError);
        Assert.Equal(0.5, report.Errors.Single(error => error.Name == "brightness" && error.Severity == 5).Error);
        Assert.Equal(0, report.MeanErrorOf("jpeg_compression"));
        Assert.Equal(report.Errors, inSmallBatches.Errors);
        Assert.Contains("brightness", report.ToString(), StringComparison.Ordinal);

        static Tensor Brighter(Tensor batch)
        {
            var mean = batch.mean([1, 2, 3]);
            return stack([0.2 - mean, mean - 0.2], 1);
        }
    }

    private static IEnumerable<CorruptionError> Errors(string name, double error, double? balanced = null, string set = Set) =>
        Enumerable.Range(1, 5).Select(severity => new CorruptionError(set, name, severity, error, balanced ?? error / 2));
}
