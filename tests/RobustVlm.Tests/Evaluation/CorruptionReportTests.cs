using RobustVlm.Data.Corruptions;
using RobustVlm.Evaluation;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Evaluation;

public sealed class CorruptionReportTests
{
    [Fact]
    public void Errors_are_divided_by_those_of_the_baseline_corruption_by_corruption()
    {
        var report = new CorruptionReport(0.1, 0.2, [.. Errors("fog", 0.2), .. Errors("pixelate", 0.6), .. Errors("saturate", 1)], 10);
        var baseline = new CorruptionBaseline("other", 0.3, new Dictionary<string, double> { ["fog"] = 0.4, ["pixelate"] = 0.8 }, IsBalanced: false);

        Assert.Equal(((0.2 / 0.4) + (0.6 / 0.8)) / 2, report.MeanCorruptionError(baseline), 9);
        Assert.Equal(((0.1 / 0.1) + (0.5 / 0.5)) / 2, report.RelativeMeanCorruptionError(baseline), 9);
        Assert.Equal(((0.1 / 0.4) + (0.3 / 0.8)) / 2, report.MeanCorruptionError(baseline with { IsBalanced = true }), 9);
    }

    [Fact]
    public void Alexnet_has_a_mean_corruption_error_of_one()
    {
        foreach (var baseline in CorruptionBaseline.AlexNetOnMedMnistC.Values.Append(CorruptionBaseline.AlexNetOnImageNetC))
        {
            var errors = baseline.Errors.SelectMany(pair => Enumerable.Range(1, 5).Select(severity => new CorruptionError(pair.Key, severity, pair.Value, pair.Value)));
            var itself = new CorruptionReport(baseline.CleanError, baseline.CleanError, [.. errors], 1);

            Assert.Equal(1, itself.MeanCorruptionError(baseline), 9);
            Assert.Equal(1, itself.RelativeMeanCorruptionError(baseline), 9);
        }

        Assert.Equal(15, CorruptionBaseline.AlexNetOnImageNetC.Errors.Count);
    }

    [Fact]
    public void Every_corruption_of_a_set_has_a_baseline()
    {
        Assert.Subset(CorruptionBaseline.AlexNetOnImageNetC.Errors.Keys.ToHashSet(), CorruptionSet.ImageNetC.NamesOfMean.ToHashSet());
        Assert.All(CorruptionSet.MedMnistC, pair => Assert.Subset(CorruptionBaseline.AlexNetOnMedMnistC[pair.Key].Errors.Keys.ToHashSet(), pair.Value.Names.ToHashSet()));
    }

    [Fact]
    public void Missing_severities_are_not_compared_with_a_mean_over_five()
    {
        var report = new CorruptionReport(0.1, 0.2, [new("fog", 1, 0.2, 0.2)], 10);

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

    private static IEnumerable<CorruptionError> Errors(string name, double error) =>
        Enumerable.Range(1, 5).Select(severity => new CorruptionError(name, severity, error, error / 2));
}
