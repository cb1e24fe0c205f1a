using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Area under the ROC curve: the chance that a random positive scores above a random negative, ties counting half.</summary>
public static class Auroc
{
    /// <summary>The area for one yes-or-no question.</summary>
    /// <param name="scores">One score per sample, larger meaning yes; no NaN.</param>
    /// <param name="positive">For each sample, whether the answer is yes.</param>
    /// <returns>0 to 1; 0.5 is guessing. NaN when all answers are the same, where it is undefined.</returns>
    /// <exception cref="ArgumentException">The lists differ in length, or a score is NaN.</exception>
    public static double Of(IReadOnlyList<double> scores, IReadOnlyList<bool> positive)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(positive);
        if (scores.Count != positive.Count)
        {
            throw new ArgumentException($"There are {scores.Count} scores but {positive.Count} answers.", nameof(scores));
        }

        if (scores.Any(double.IsNaN))
        {
            throw new ArgumentException("Some scores are not numbers (NaN); look at the classifier's outputs.", nameof(scores));
        }

        var positives = positive.LongCount(yes => yes);
        var negatives = positive.Count - positives;
        if (positives == 0 || negatives == 0)
        {
            return double.NaN;
        }

        // Rank sum of the positives (Mann-Whitney); equal scores share the mean of their ranks.
        var order = Enumerable.Range(0, scores.Count).OrderBy(i => scores[i]).ToArray();
        var rankSum = 0.0;
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            while (end < order.Length && scores[order[end]] == scores[order[start]])
            {
                end++;
            }

            var meanRank = (start + end + 1) / 2.0;   // ranks count from 1
            rankSum += meanRank * order[start..end].Count(i => positive[i]);
            start = end;
        }

        return (rankSum - (positives * (positives + 1) / 2.0)) / ((double)positives * negatives);
    }

    /// <summary>The area of each class against all others.</summary>
    /// <param name="scores">For each sample, one score per class.</param>
    /// <param name="labels">For each sample, its class.</param>
    /// <returns>One area per class; NaN for a class that no sample, or every sample, belongs to.</returns>
    /// <exception cref="ArgumentException">The lists differ in length, or a score is NaN.</exception>
    public static IReadOnlyList<double> PerClass(IReadOnlyList<double[]> scores, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        if (scores.Count != labels.Count)
        {
            throw new ArgumentException($"There are {scores.Count} rows of scores but {labels.Count} labels.", nameof(scores));
        }

        var classes = scores.Count == 0 ? 0 : scores[0].Length;
        return
        [
            .. Enumerable.Range(0, classes).Select(k => Of(
                scores.Select(row => row[k]).ToArray(), labels.Select(label => label == k).ToArray())),
        ];
    }

    /// <summary>The mean area over classes, of a classifier's outputs as they are.</summary>
    /// <param name="logits">Float tensor [N, K], logits.</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K), each class against all others; or float tensor [N, K], 1 for each label that holds.</param>
    /// <returns>0 to 1, the mean over the classes for which the area is defined; NaN when it is for none.</returns>
    /// <exception cref="ArgumentException">The two do not fit, or a logit is NaN.</exception>
    public static double Macro(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.dim() != 2 || labels.dim() is not (1 or 2) || logits.shape[0] != labels.shape[0] || (labels.dim() == 2 && labels.shape[1] != logits.shape[1]))
        {
            throw new ArgumentException("Give logits [N, K] and labels [N] or [N, K] of the same N and K.", nameof(labels));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var full = logits.to(ScalarType.Float64).cpu();

        // One label per image: a class is ranked by its probability, which depends on all logits.
        var scores = labels.dim() == 1 ? nn.functional.softmax(full, 1) : full;
        var truth = labels.dim() == 1 ? nn.functional.one_hot(labels.cpu(), logits.shape[1]) : labels.cpu();
        var areas = Enumerable.Range(0, (int)logits.shape[1])
            .Select(k => Of(scores.select(1, k).contiguous().data<double>().ToArray(), truth.select(1, k).gt(0.5).contiguous().data<bool>().ToArray()))
            .Where(area => !double.IsNaN(area))
            .ToArray();
        return areas.Length == 0 ? double.NaN : areas.Average();
    }
}
