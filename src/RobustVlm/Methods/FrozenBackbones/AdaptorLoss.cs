using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>The contrastive loss of Adaptor with its two directions weighted (Qin et al. 2024, arXiv:2401.01179; the released code's default is 0.75).</summary>
public static class AdaptorLoss
{
    /// <summary>Weighs how badly texts pick their image and images their text.</summary>
    /// <param name="similarities">Float tensor [B, B]: rows are texts, columns images, pairs on the diagonal.</param>
    /// <param name="textWeight">Weight of texts that pick their image, in [0, 1]; images that pick their text have the rest. 0.5 is CLIP's loss.</param>
    /// <returns>Float tensor [], at least 0; ln B when the similarities say nothing.</returns>
    /// <exception cref="ArgumentException">The tensor is not square, or the weight outside its range.</exception>
    public static Tensor Compute(Tensor similarities, double textWeight = 0.75)
    {
        ArgumentNullException.ThrowIfNull(similarities);
        if (similarities.dim() != 2 || similarities.shape[0] != similarities.shape[1])
        {
            throw new ArgumentException($"Similarities must be [B, B], as many texts as images, not [{string.Join(", ", similarities.shape)}].", nameof(similarities));
        }

        if (textWeight is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(textWeight), textWeight, "Choose a weight from 0 to 1.");
        }

        var targets = arange(similarities.shape[0], dtype: ScalarType.Int64, device: similarities.device);
        var imagesPick = nn.functional.cross_entropy(similarities.t(), targets);
        var textsPick = nn.functional.cross_entropy(similarities, targets);
        return ((1 - textWeight) * imagesPick) + (textWeight * textsPick);
    }
}
