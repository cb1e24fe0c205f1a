using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Loss per image and its gradient with respect to the pixels.</summary>
internal static class InputGradient
{
    /// <summary>Loss of each image and the gradient of their sum, so that images do not influence one another.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="type">Number format of the forward and backward pass: float32 or bfloat16.</param>
    /// <param name="loss">The loss; null takes cross-entropy.</param>
    /// <returns>Gradient [N, C, H, W], losses [N] and logits [N, K], detached.</returns>
    internal static (Tensor Gradient, Tensor Losses, Tensor Logits) Of(
        Classifier classifier, Tensor images, Tensor labels, ScalarType type, LossPerImage? loss = null)
    {
        using var gradients = enable_grad();   // an attack may be called inside no_grad
        var pixels = images.detach().requires_grad_();
        var logits = Logits(classifier, pixels, labels, type);
        if (!logits.requires_grad)
        {
            throw new InvalidOperationException(
                "The classifier's logits do not depend on the pixels in a differentiable way; remove no_grad, detach or item from it.");
        }

        var losses = (loss ?? AttackLosses.CrossEntropy)(logits, labels);
        var gradient = autograd.grad([losses.sum()], [pixels])[0];
        var total = gradient.sum();
        if (!double.IsFinite(total.to(ScalarType.Float64).item<double>()) && !gradient.isfinite().all().item<bool>())
        {
            throw new InvalidOperationException(
                "The gradient of the classifier holds NaN or infinity, so the attack cannot climb; check the model's weights, "
                + "and logits or divisions that overflow.");
        }

        return (gradient, losses.detach(), logits.detach());
    }

    /// <summary>Loss of each image in float32 (float64 for float64 images), without a gradient.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="loss">The loss; null takes cross-entropy.</param>
    /// <returns>Losses [N] and logits [N, K].</returns>
    internal static (Tensor Losses, Tensor Logits) Losses(Classifier classifier, Tensor images, Tensor labels, LossPerImage? loss = null)
    {
        using var noGradient = no_grad();
        var logits = Logits(classifier, images, labels, ScalarType.Float32);
        return ((loss ?? AttackLosses.CrossEntropy)(logits, labels), logits);
    }

    /// <summary>Logits [N, K] in the given number format, checked, returned in float32 or better.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="type">Number format: float32 or bfloat16.</param>
    /// <returns>The logits.</returns>
    internal static Tensor Logits(Classifier classifier, Tensor images, Tensor labels, ScalarType type)
    {
        Tensor logits;
        using (FusedBlock.ParametersAreFixed())
        using (Autocast.Use(type, images.device_type))
        {
            logits = classifier(images);
        }

        AttackInput.CheckLogits(logits, images, labels);

        // The loss stays in full precision: short logits create ties and gradients that are exactly zero.
        return logits.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? logits.to(ScalarType.Float32) : logits;
    }
}
