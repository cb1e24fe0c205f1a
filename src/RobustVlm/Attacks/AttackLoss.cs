using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>What an attack drives up; from logits [N, K] and classes [N] to one loss per image [N], differentiable in the logits.</summary>
/// <param name="logits">Float tensor [N, K].</param>
/// <param name="labels">Long tensor [N], the true classes.</param>
/// <returns>Float tensor [N].</returns>
internal delegate Tensor LossPerImage(Tensor logits, Tensor labels);

/// <summary>The losses that attacks climb.</summary>
public enum AttackLoss
{
    /// <summary>Cross-entropy with the true class.</summary>
    CrossEntropy,

    /// <summary>Largest other logit minus the true one; positive where the classifier errs (Carlini and Wagner 2017, arXiv:1608.04644).</summary>
    Margin,

    /// <summary>
    /// Difference of logits ratio: the margin divided by the gap between the largest and the third largest logit, so that the scale of
    /// the logits does not matter (Croce and Hein 2020, arXiv:2003.01690, eq. 6). Needs three classes.
    /// </summary>
    LogitsRatio,
}

/// <summary>The formulas behind <see cref="AttackLoss"/>.</summary>
internal static class AttackLosses
{
    private const double Tiny = 1e-12;

    internal static LossPerImage Of(AttackLoss loss) => loss switch
    {
        AttackLoss.CrossEntropy => CrossEntropy,
        AttackLoss.Margin => Margin,
        AttackLoss.LogitsRatio => LogitsRatio,
        _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "Unknown loss; use CrossEntropy, Margin or LogitsRatio."),
    };

    internal static Tensor CrossEntropy(Tensor logits, Tensor labels) =>
        nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);

    internal static Tensor Margin(Tensor logits, Tensor labels) => LargestOther(logits, labels) - Own(logits, labels);

    internal static Tensor LogitsRatio(Tensor logits, Tensor labels)
    {
        RequireClasses(logits, 3, "The difference of logits ratio");
        var sorted = logits.sort(1, descending: true).Values;
        return Margin(logits, labels) / (sorted[TensorIndex.Colon, 0] - sorted[TensorIndex.Colon, 2] + Tiny);
    }

    /// <summary>The targeted ratio: target logit minus the true one, over the spread of the four largest (arXiv:2003.01690, eq. 7).</summary>
    /// <param name="targets">Long tensor [N], the classes to be reached.</param>
    /// <returns>The loss.</returns>
    internal static LossPerImage TargetedLogitsRatio(Tensor targets) => (logits, labels) =>
    {
        RequireClasses(logits, 4, "The targeted difference of logits ratio");
        var sorted = logits.sort(1, descending: true).Values;
        var spread = sorted[TensorIndex.Colon, 0] - ((sorted[TensorIndex.Colon, 2] + sorted[TensorIndex.Colon, 3]) / 2);
        return TargetedMargin(targets)(logits, labels) / (spread + Tiny);
    };

    /// <summary>Target logit minus the true one: what is left of the ratio for fewer than four classes.</summary>
    /// <param name="targets">Long tensor [N], the classes to be reached.</param>
    /// <returns>The loss.</returns>
    internal static LossPerImage TargetedMargin(Tensor targets) => (logits, labels) => Own(logits, targets) - Own(logits, labels);

    private static Tensor Own(Tensor logits, Tensor labels) => logits.gather(1, labels.unsqueeze(1)).squeeze(1);

    // Masked with minus infinity: a mask of zeros would win against negative logits.
    private static Tensor LargestOther(Tensor logits, Tensor labels) =>
        logits.masked_fill(nn.functional.one_hot(labels, logits.shape[1]).to(ScalarType.Bool), double.NegativeInfinity).amax([1]);

    private static void RequireClasses(Tensor logits, int count, string what)
    {
        if (logits.shape[1] < count)
        {
            throw new ArgumentException($"{what} needs at least {count} classes, but the classifier has {logits.shape[1]}; use AttackLoss.Margin.", nameof(logits));
        }
    }
}
