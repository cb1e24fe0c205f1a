using RobustVlm.Evaluation;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>How well scores tell members from others. Larger scores mean members here; negate those of an <see cref="IMembershipAttack"/>.</summary>
/// <param name="scores">One per image, no NaN.</param>
/// <param name="members">For each image, whether it is a member.</param>
public sealed class MembershipScores(IReadOnlyList<double> scores, IReadOnlyList<bool> members)
{
    /// <summary>Takes the scores of an attack, where lower means a member.</summary>
    /// <param name="scores">Float64 tensor [N] on the CPU.</param>
    /// <param name="members">For each image, whether it is a member.</param>
    public static MembershipScores Of(Tensor scores, IReadOnlyList<bool> members)
    {
        ArgumentNullException.ThrowIfNull(scores);
        using var negated = -scores.to(ScalarType.Float64).cpu();
        return new MembershipScores(negated.data<double>().ToArray(), members);
    }

    /// <summary>Area under the ROC curve, ties counting half.</summary>
    public double Auc => Auroc.Of(scores, members);

    /// <summary>Points of the ROC curve from (0, 0) to (1, 1): share of non-members taken for members, and of members found. Equal scores make one point.</summary>
    public IReadOnlyList<(double FalsePositives, double TruePositives)> Roc
    {
        get
        {
            double all = members.Count(yes => yes), none = members.Count - all;
            var (found, wrong) = (0, 0);
            var points = new List<(double, double)> { (0, 0) };
            foreach (var group in scores.Zip(members).GroupBy(pair => pair.First).OrderByDescending(group => group.Key))
            {
                found += group.Count(pair => pair.Second);
                wrong += group.Count(pair => !pair.Second);
                points.Add((wrong / none, found / all));
            }

            return points;
        }
    }

    /// <summary>Largest share of members found while no more than a share of the others is taken for members.</summary>
    /// <param name="falsePositives">That share, e.g. 0.05; below 1 over the number of non-members it says little.</param>
    public double TruePositivesAt(double falsePositives)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(falsePositives);
        return Roc.Where(point => point.FalsePositives <= falsePositives + 1e-12).Max(point => point.TruePositives);
    }

    /// <summary>Best mean of members found and others left alone, over all thresholds (ASR); optimistic, since the threshold is chosen on the same images.</summary>
    public double BestAccuracy => Roc.Max(point => (1 + point.TruePositives - point.FalsePositives) / 2);

    /// <summary>95 % percentile bootstrap interval of the area; members and others are resampled apart.</summary>
    /// <param name="random">Source of the resamples.</param>
    /// <param name="resamples">How many.</param>
    public (double Low, double High) Interval(Random random, int resamples = 1000)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        double[] Of(bool group) => [.. scores.Zip(members).Where(pair => pair.Second == group).Select(pair => pair.First)];
        double[][] groups = [Of(true), Of(false)];
        bool[] truth = [.. groups[0].Select(_ => true), .. groups[1].Select(_ => false)];
        var areas = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            areas[i] = Auroc.Of([.. groups.SelectMany(group => Enumerable.Range(0, group.Length).Select(_ => group[random.Next(group.Length)]))], truth);
        }

        Array.Sort(areas);
        return (areas[(int)(0.025 * (resamples - 1))], areas[(int)Math.Ceiling(0.975 * (resamples - 1))]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"AUC {Auc:0.000}, {100 * TruePositivesAt(0.05):0.0} % found at 5 % false alarms");
}
