using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Cross-entropy between logits and class indices (or class probabilities).</summary>
public sealed class CrossEntropyLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="weight">Float tensor [K], weight of each class, or null.</param>
    /// <param name="ignore_index">Target that is left out; -100 when null.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    /// <param name="label_smoothing">Share of the target spread over all classes, in [0, 1].</param>
    public CrossEntropyLoss(Tensor? weight = null, long? ignore_index = null, nn.Reduction reduction = nn.Reduction.Mean, double label_smoothing = 0.0)
        : base(nameof(CrossEntropyLoss), weight, reduction)
    {
        (this.ignore_index, this.label_smoothing) = (ignore_index, label_smoothing);
    }

    /// <summary>Target that is left out, or null for -100.</summary>
    public long? ignore_index { get; }

    /// <summary>Share of the target spread over all classes, in [0, 1].</summary>
    public double label_smoothing { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
}
