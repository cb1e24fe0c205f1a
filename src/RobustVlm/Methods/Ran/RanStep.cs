using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>One training step of a head: the task's loss over all views, and the regularisers.</summary>
internal static class RanStep
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="head">The head.</param>
    /// <param name="features">Float tensor [V B, D]: one or two views, one after the other.</param>
    /// <param name="labels">Long tensor [B], or float tensor [B, K].</param>
    /// <param name="loss">The regularisers; null adds none.</param>
    /// <param name="step">Takes the terms for the curves.</param>
    internal static Tensor Loss(RanHead head, Tensor features, Tensor labels, RanLoss? loss, TrainingStep step)
    {
        var views = features.shape[0] / labels.shape[0];
        var adapted = head.Adapt(features);
        var logits = head.Classify(adapted);
        var repeated = views == 1 ? labels : cat([.. Enumerable.Repeat(labels, (int)views)], 0);
        var task = labels.dim() == 2
            ? nn.functional.binary_cross_entropy_with_logits(logits, repeated)
            : nn.functional.cross_entropy(logits, repeated);
        step.Record("task", task.detach());
        foreach (var term in loss?.Terms(features, adapted) ?? [])
        {
            step.Record(term.Name, term.Value.detach());
            task = task + (term.Weight * term.Value);
        }

        return task;
    }

    /// <summary>The loop of a mode.</summary>
    internal static TrainingLoop Loop(RanOptions options, double learningRate, long batchesPerRound) => new(new TrainingOptions
    {
        Steps = (int)(batchesPerRound * options.Epochs),
        LearningRate = learningRate,
        WeightDecay = options.WeightDecay,
        DecayVectors = true,
        MixedPrecision = options.MixedPrecision,
    });

    internal static void CheckLabels(Tensor images, Tensor labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (images.dim() != 4 || labels.dim() is not (1 or 2) || images.shape[0] == 0 || images.shape[0] != labels.shape[0] || (labels.dim() == 2 && labels.shape[1] != classes))
        {
            throw new ArgumentException($"Give images [N, C, H, W] and labels [N], or [N, {classes}] for several labels each, with the same N.", nameof(labels));
        }
    }
}
