using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>Which Dice term goes with the focal loss.</summary>
public enum DiceTerm
{
    /// <summary>Minus the logarithm of the soft Dice coefficient of the whole batch.</summary>
    Original,

    /// <summary>
    /// The released code's default: computed on raw logits, without the factor 2, summed over images. Its best value for an empty mask is at logit 0, which predicts
    /// nothing; for a perfect mask it is near 1/2 and not 0.
    /// </summary>
    Modified,
}

/// <summary>Focal loss and a Dice term, as MGCA (arXiv:2210.06044) and Adaptor (arXiv:2401.01179) train segmentation with.</summary>
public static class SegmentationLoss
{
    private const double Smooth = 1;

    /// <summary>The weighted sum of both.</summary>
    /// <param name="logits">Float tensor [N, 1, H, W].</param>
    /// <param name="masks">Float tensor [N, 1, H, W] of zeros and ones.</param>
    /// <param name="term">Which Dice term.</param>
    /// <param name="focalWeight">Weight of the focal loss.</param>
    /// <returns>Float tensor [].</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Compute(Tensor logits, Tensor masks, DiceTerm term = DiceTerm.Original, double focalWeight = 10) =>
        (focalWeight * Focal(logits, masks)) + (term == DiceTerm.Original ? OriginalDice(logits, masks) : ModifiedDice(logits, masks));

    /// <summary>Cross-entropy of each pixel times the share of it that is wrong to a power (Lin et al. 2017, arXiv:1708.02002).</summary>
    /// <param name="logits">Float tensor [N, 1, H, W].</param>
    /// <param name="masks">Float tensor [N, 1, H, W] of zeros and ones.</param>
    /// <param name="gamma">The power; 0 gives cross-entropy.</param>
    /// <returns>Float tensor [], the mean over pixels.</returns>
    public static Tensor Focal(Tensor logits, Tensor masks, double gamma = 2)
    {
        Check(logits, masks);
        var entropy = nn.functional.binary_cross_entropy_with_logits(logits, masks, reduction: nn.Reduction.None);
        var wrong = nn.functional.logsigmoid(-logits * ((masks * 2) - 1));   // log of the probability of the other answer
        return ((wrong * gamma).exp() * entropy).mean();
    }

    /// <summary><see cref="DiceTerm.Original"/>.</summary>
    /// <param name="logits">Float tensor [N, 1, H, W].</param>
    /// <param name="masks">Float tensor [N, 1, H, W] of zeros and ones.</param>
    /// <returns>Float tensor [], at least 0.</returns>
    public static Tensor OriginalDice(Tensor logits, Tensor masks)
    {
        Check(logits, masks);
        var probabilities = logits.sigmoid();
        return -(((2 * (probabilities * masks).sum()) + Smooth) / (probabilities.sum() + masks.sum() + Smooth)).log();
    }

    /// <summary><see cref="DiceTerm.Modified"/>.</summary>
    /// <param name="logits">Float tensor [N, 1, H, W].</param>
    /// <param name="masks">Float tensor [N, 1, H, W] of zeros and ones.</param>
    /// <returns>Float tensor [].</returns>
    public static Tensor ModifiedDice(Tensor logits, Tensor masks)
    {
        Check(logits, masks);
        var (x, truth) = (logits.flatten(1), masks.flatten(1));
        return (1 - (((x * truth).sum(1) + Smooth) / ((x.square() + truth.square()).sum(1) + Smooth))).sum();
    }

    private static void Check(Tensor logits, Tensor masks)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(masks);
        if (!logits.shape.SequenceEqual(masks.shape) || logits.dim() < 2)
        {
            throw new ArgumentException($"Give logits and masks of one shape, [N, 1, H, W], not [{string.Join(", ", logits.shape)}] and [{string.Join(", ", masks.shape)}].", nameof(masks));
        }
    }
}
