using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>What several methods share.</summary>
internal static class ClassifierLoss
{
    /// <summary>Cross-entropy over all classes, summed over the batch: what most inner attacks climb.</summary>
    internal static Tensor CrossEntropySum(FineTuningBatch batch, EncodedImages attacked) =>
        nn.functional.cross_entropy(attacked.Logits, batch.Labels, reduction: nn.Reduction.Sum);

    internal static void CheckWeight(double weight, string name)
    {
        if (!(weight is >= 0 and < double.PositiveInfinity))
        {
            throw new ArgumentOutOfRangeException(name, weight, $"{name} must be a finite number of at least zero.");
        }
    }
}
