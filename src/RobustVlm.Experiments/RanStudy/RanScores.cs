using RobustVlm.Attacks;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Ran;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Scores heads, and looks at the features that they read.</summary>
internal sealed class RanScores(RanSizes sizes, ulong seed, ScalarType gradients)
{
    internal const string InDomain = "in-domain";
    internal const string Shifted = "shifted site";
    internal const string Questions = "questions";
    internal const string Mean = "mean of test sets";
    internal const string OverProbe = "lead over the linear probe";
    internal const string OverMlp = "lead over MLP (CE)";
    internal const string Entropy = "SVE";
    internal const string LargestRatio = "LSVR";
    internal const string TopShare = "share of the top 5";
    internal const string Covariance = "off-diagonal covariance";
    internal const string ShiftedQuestions = "questions, shifted site";

    private const int Together = 256;
    private const int Top = 5;

    /// <summary>The singular values that are stored, counted from the largest.</summary>
    internal static IReadOnlyList<int> Ranks { get; } = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384];

    /// <summary>The sets whose mean is compared.</summary>
    internal static IReadOnlyList<string> TestSets { get; } = [InDomain, Shifted, Questions];

    internal static string Grey(double epsilon) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{epsilon}/255");

    internal static string Robust(double epsilon) => $"robust, {Grey(epsilon)}";

    internal static string RobustQuestions(double epsilon) => $"questions, robust, {Grey(epsilon)}";

    /// <summary>Share of right answers.</summary>
    internal static Measurement Accuracy(string row, string column, Classifier classifier, Tensor images, Tensor labels) =>
        new(row, column, ClassifierEvaluation.OnClean(classifier, images, labels, Together).Accuracy, N: (int)images.shape[0]);

    /// <summary>Accuracy under PGD at every budget.</summary>
    internal IEnumerable<Measurement> Attacked(string row, Classifier classifier, RanSet test) => RanPlan.Budgets.Select(budget =>
        Attacked(row, Robust(budget), classifier, test, Pgd(budget, sizes.AttackSteps)));

    /// <summary>Accuracy under one attack.</summary>
    internal Measurement Attacked(string row, string column, Classifier classifier, RanSet test, Pgd attack)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(seed, test.Images.device);
        var (images, labels) = (test.Images.narrow(0, 0, sizes.Attacked), test.Labels.narrow(0, 0, sizes.Attacked));
        return new(row, column, ClassifierEvaluation.OnAttacked(classifier, images, labels, attack, [attack.Epsilon], random, Together)[0].Accuracy, N: sizes.Attacked);
    }

    /// <summary>Answers to questions, on both sites, and under PGD on the pictures at the smallest budget.</summary>
    internal IEnumerable<Measurement> OfQuestions(string row, RanVqaResult result, RanData data)
    {
        foreach (var (column, set) in new[] { (Questions, data.Test), (ShiftedQuestions, data.Shifted) })
        {
            yield return new(row, column, Right(result, set, 0, set.Count, images => images), N: set.Count);
        }

        var budget = RanPlan.Budgets[0];
        var attack = Pgd(budget, sizes.AttackSteps, keepsAll: true);   // questions belong to places in the batch
        using var random = new Generator(seed, data.Test.Images.device);
        var robust = 0.0;
        for (var first = 0; first < sizes.Attacked; first += Together)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(Together, sizes.Attacked - first);
            var asking = result.Asking(data.Test.Questions.narrow(0, first, count));
            var (images, answers) = (data.Test.Images.narrow(0, first, count), data.Test.Answers.narrow(0, first, count));
            robust += count * Right(result, data.Test, first, count, _ => attack.Perturb(asking, images, answers, random));
        }

        yield return new(row, RobustQuestions(budget), robust / sizes.Attacked, N: sizes.Attacked);
    }

    /// <summary>Spectrum and covariance of what a linear layer reads of the test pictures.</summary>
    internal static IEnumerable<Measurement> Features(string row, Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var spectrum = FeatureSpectrum.Of(features);
        return
        [
            Number(row, Entropy, spectrum.Entropy), Number(row, LargestRatio, spectrum.LargestRatio), Number(row, TopShare, spectrum.TopShare(Top)),
            Number(row, Covariance, RanLoss.Covariance(features.to(ScalarType.Float64)).item<double>()),
        ];
    }

    /// <summary>Shares of singular values in the sum of all.</summary>
    internal static IEnumerable<Measurement> Spectrum(string row, Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var shares = FeatureSpectrum.Of(features).Shares;
        return [.. Ranks.Where(rank => rank <= shares.Count).Select(rank => Number(row, SingularValue(rank), shares[rank - 1]))];
    }

    internal static string SingularValue(int rank) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"singular value {rank}");

    internal static Measurement Number(string row, string column, double value) => new(row, column, value, IsRate: false);

    internal Pgd Pgd(double budget, int steps, bool randomStart = true, bool keepsAll = false) => new(new PgdOptions
    {
        Epsilon = PixelBudget.Of255(budget),
        Steps = steps,
        RandomStart = randomStart,
        StopWhenFooled = !keepsAll,
        GradientType = gradients,
    });

    private static double Right(RanVqaResult result, RanSet set, int first, int count, Func<Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var right = 0L;
        for (var at = 0; at < count; at += Together)
        {
            using var part = NewDisposeScope();
            var some = Math.Min(Together, count - at);
            var logits = result.Logits(change(set.Images.narrow(0, first + at, some)), set.Questions.narrow(0, first + at, some));
            right += logits.argmax(1).eq(set.Answers.narrow(0, first + at, some)).sum().item<long>();
        }

        return (double)right / count;
    }
}
