using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Whether a whole set was trained on, where single images tell too little (copyrighted data identification, after Dubiński et al. 2024, arXiv:2411.12858).</summary>
/// <remarks>
/// A classifier learns from a part of the suspects, and of images that are known to be unpublished, to tell them apart; Welch's t-test then compares its scores of the rest.
/// Held-out scores of several folds would depend on one another, and p would be small too often.
/// </remarks>
/// <param name="classifier">What learns; null takes a logistic regression.</param>
public sealed class SetMembershipTest(IMembershipClassifier? classifier = null)
{
    private const double LearnedShare = 0.3;

    private readonly IMembershipClassifier _classifier = classifier ?? new LogisticMembership();

    /// <summary>Compares two sets.</summary>
    /// <param name="suspects">Float64 tensor [N, F], features (e.g. scores of several attacks) of the set that is asked about.</param>
    /// <param name="unpublished">Float64 tensor [L, F], features of images that were certainly not trained on, from the same source.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <returns>One-sided p: how likely suspects that were not trained on would look so much more like members.</returns>
    public double P(Tensor suspects, Tensor unpublished, Generator random)
    {
        ArgumentNullException.ThrowIfNull(suspects);
        ArgumentNullException.ThrowIfNull(unpublished);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var (learned, tested) = Parts(suspects, random);
        var (known, compared) = Parts(unpublished, random);
        var labels = cat([ones([learned.shape[0]], dtype: ScalarType.Float64), zeros([known.shape[0]], dtype: ScalarType.Float64)], 0);
        var scores = _classifier.FitAndScore(cat([learned, known], 0), labels, cat([tested, compared], 0), random).data<double>().ToArray();
        return WelchP([.. scores.Take((int)tested.shape[0])], [.. scores.Skip((int)tested.shape[0])]);
    }

    private static (Tensor Learned, Tensor Tested) Parts(Tensor features, Generator random)
    {
        var count = features.shape[0];
        var learned = (long)Math.Round(LearnedShare * count);
        if (learned < 1 || count - learned < 2)
        {
            throw new ArgumentException($"A set of {count} images is too small to learn from one part and test the other; give at least four.", nameof(features));
        }

        var mixed = features.index_select(0, randperm(count, dtype: ScalarType.Int64, generator: random));
        return (mixed.narrow(0, 0, learned), mixed.narrow(0, learned, count - learned));
    }

    /// <summary>Welch's t-test (1947): p of the first mean lying above the second as far as it does, were both equal.</summary>
    /// <param name="first">Sample of at least two values.</param>
    /// <param name="second">Sample of at least two values.</param>
    public static double WelchP(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count < 2 || second.Count < 2)
        {
            throw new ArgumentException("Each sample needs at least two values.", nameof(first));
        }

        var (m1, v1) = Moments(first);
        var (m2, v2) = Moments(second);
        var (e1, e2) = (v1 / first.Count, v2 / second.Count);
        if (e1 + e2 == 0)
        {
            return m1 > m2 ? 0 : m1 < m2 ? 1 : 0.5;
        }

        var t = (m1 - m2) / Math.Sqrt(e1 + e2);
        var freedom = (e1 + e2) * (e1 + e2) / ((e1 * e1 / (first.Count - 1)) + (e2 * e2 / (second.Count - 1)));
        var tail = StudentTail(Math.Abs(t), freedom);
        return t > 0 ? tail : 1 - tail;
    }

    // P(T > t) for t >= 0: Student's density, integrated by Simpson's rule over the angle whose tangent is t / sqrt(freedom).
    private static double StudentTail(double t, double freedom)
    {
        const int intervals = 2000;
        var (from, to) = (Math.Atan(t / Math.Sqrt(freedom)), Math.PI / 2);
        double Area(double low, double high)
        {
            var step = (high - low) / intervals;
            double Density(int i) => Math.Pow(Math.Max(0, Math.Cos(low + (i * step))), freedom - 1);
            return step / 3 * (Density(0) + Density(intervals) + Enumerable.Range(1, intervals - 1).Sum(i => (i % 2 == 0 ? 2 : 4) * Density(i)));
        }

        return Area(from, to) / (2 * Area(0, to));
    }

    private static (double Mean, double Variance) Moments(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return (mean, values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }
}
