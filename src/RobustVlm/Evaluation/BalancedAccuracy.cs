namespace RobustVlm.Evaluation;

/// <summary>Mean over the classes of the share of their samples that are right, so that a rare class counts as much as a common one.</summary>
public static class BalancedAccuracy
{
    /// <summary>For one answer per sample; classes without a sample do not count.</summary>
    /// <param name="predictions">Predicted class of each sample.</param>
    /// <param name="labels">True class of each sample.</param>
    /// <returns>0 to 1; NaN without samples. Guessing gives one over the number of classes.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static double Of(IReadOnlyList<int> predictions, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(labels);
        if (predictions.Count != labels.Count)
        {
            throw new ArgumentException($"There are {predictions.Count} predictions but {labels.Count} labels.", nameof(predictions));
        }

        return labels.Count == 0 ? double.NaN : labels.Select((label, i) => (Label: label, Right: predictions[i] == label))
            .GroupBy(sample => sample.Label)
            .Average(group => group.Average(sample => sample.Right ? 1.0 : 0));
    }

    /// <summary>For a yes-or-no question with a threshold, as MedMNIST-C scores its binary sets and each label of its multi-label set.</summary>
    /// <param name="scores">One score per sample, larger meaning yes; no NaN.</param>
    /// <param name="positive">For each sample, whether the answer is yes.</param>
    /// <param name="threshold">Scores above it mean yes; choose it on other data.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The lists differ in length, or a score is NaN.</exception>
    public static double Of(IReadOnlyList<double> scores, IReadOnlyList<bool> positive, double threshold)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(positive);
        if (scores.Any(double.IsNaN))
        {
            throw new ArgumentException("Some scores are not numbers (NaN); look at the classifier's outputs.", nameof(scores));
        }

        return Of([.. scores.Select(score => score > threshold ? 1 : 0)], [.. positive.Select(yes => yes ? 1 : 0)]);
    }
}
