using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Which class an attack wants the classifier to answer; chosen for each image from the classifier's answer to the clean one.</summary>
public enum AttackTarget
{
    /// <summary>Any class but the true one: the untargeted attack.</summary>
    Any,

    /// <summary>The class with the smallest logit, the true one left out.</summary>
    LeastLikely,

    /// <summary>The class with the largest logit, the true one left out.</summary>
    MostLikelyOther,

    /// <summary>The class after the true one; the first class follows the last.</summary>
    Next,
}

/// <summary>Target classes, and what is climbed to reach them.</summary>
internal static class AttackTargets
{
    /// <summary>The loss that an attack climbs; for a target, its own logits decide which class that is.</summary>
    /// <param name="target">The choice.</param>
    /// <param name="loss">The untargeted loss, whose targeted form is used.</param>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], the clean images.</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <returns>The loss.</returns>
    internal static LossPerImage Loss(AttackTarget target, AttackLoss loss, Classifier classifier, Tensor images, Tensor labels)
    {
        if (target == AttackTarget.Any)
        {
            return AttackLosses.Of(loss);
        }

        var (_, logits) = InputGradient.Losses(classifier, images, labels);
        var targets = Choose(target, logits, labels);
        return loss switch
        {
            AttackLoss.CrossEntropy => (answer, _) => AttackLosses.CrossEntropy(answer, targets).neg(),
            AttackLoss.Margin => AttackLosses.TargetedMargin(targets),
            AttackLoss.LogitsRatio => AttackLosses.TargetedLogitsRatio(targets),
            _ => AttackLosses.Of(loss),
        };
    }

    /// <summary>The target class of each image.</summary>
    /// <param name="target">The choice; not <see cref="AttackTarget.Any"/>.</param>
    /// <param name="logits">Float tensor [N, K], for the clean images.</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <returns>Long tensor [N].</returns>
    internal static Tensor Choose(AttackTarget target, Tensor logits, Tensor labels) => target switch
    {
        AttackTarget.LeastLikely => Others(logits, labels, double.PositiveInfinity).argmin(1),
        AttackTarget.MostLikelyOther => Others(logits, labels, double.NegativeInfinity).argmax(1),
        AttackTarget.Next => (labels + 1).remainder(logits.shape[1]),
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "Unknown target; use LeastLikely, MostLikelyOther or Next."),
    };

    /// <summary>All other classes of each image, the most likely first.</summary>
    /// <param name="logits">Float tensor [N, K], for the clean images.</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <returns>Long tensor [N, K - 1].</returns>
    internal static Tensor Ranked(Tensor logits, Tensor labels) =>
        Others(logits, labels, double.NegativeInfinity).argsort(1, descending: true).narrow(1, 0, logits.shape[1] - 1);

    private static Tensor Others(Tensor logits, Tensor labels, double own) =>
        logits.masked_fill(nn.functional.one_hot(labels, logits.shape[1]).to(ScalarType.Bool), own);
}
