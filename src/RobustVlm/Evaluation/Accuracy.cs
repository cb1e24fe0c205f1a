using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Share of images whose largest logit is the true class.</summary>
public static class Accuracy
{
    /// <summary>The outcome of each image, as statistics over samples need them.</summary>
    /// <param name="logits">Float tensor [N, K].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <returns>For each image, whether it is right.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static bool[] PerSample(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.dim() != 2 || labels.dim() != 1 || logits.shape[0] != labels.shape[0])
        {
            throw new ArgumentException(
                $"Give logits [N, K] and labels [N], not [{string.Join(", ", logits.shape)}] and [{string.Join(", ", labels.shape)}].",
                nameof(logits));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return logits.argmax(1).eq(labels).Values<bool>();
    }

    /// <summary>Share of right outcomes, 0 to 1; NaN without any.</summary>
    /// <param name="outcomes">For each image, whether it is right.</param>
    /// <returns>The share.</returns>
    public static double Of(IReadOnlyCollection<bool> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        return outcomes.Count == 0 ? double.NaN : (double)outcomes.Count(right => right) / outcomes.Count;
    }

    /// <summary>Share of right images, 0 to 1.</summary>
    /// <param name="logits">Float tensor [N, K].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <returns>The share; NaN without images.</returns>
    public static double Of(Tensor logits, Tensor labels) => Of(PerSample(logits, labels));
}
