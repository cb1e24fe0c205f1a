using System.Globalization;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>The checks at the border of every image attack; each failure is one sentence that says what to do.</summary>
internal static class AttackInput
{
    internal static void Check(Classifier classifier, Tensor images, Tensor labels, Generator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Check(classifier, images, labels);
    }

    internal static void Check(Classifier classifier, Tensor images, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(labels);
        CheckImages(images);
        if (labels.dim() != 1 || labels.shape[0] != images.shape[0] || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"Labels must be one int64 class index per image, [{images.shape[0]}], not {labels.dtype} {Text(labels.shape)}.",
                nameof(labels));
        }

        using var smallest = labels.min();
        if (smallest.item<long>() < 0)
        {
            throw new ArgumentException("Labels must not be negative; classes count from 0.", nameof(labels));
        }
    }

    /// <summary>Checks a batch of images alone, for attacks without classes.</summary>
    internal static void CheckImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape.Contains(0))
        {
            throw new ArgumentException(
                $"Images must be a non-empty batch [N, C, H, W], not {Text(images.shape)}; unsqueeze a single image.", nameof(images));
        }

        if (images.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException(
                $"Images must be float32 with pixels in [0, 1], not {images.dtype}; convert with to(float32) and divide bytes by 255.",
                nameof(images));
        }

        CheckValues(images);
    }

    /// <summary>Refuses images that are not square if the attack, or a part of it, needs square ones: before hours of other attacks.</summary>
    internal static void CheckSides(IImageAttack attack, Tensor images)
    {
        if (attack is AutoAttack ensemble)
        {
            foreach (var part in ensemble.Attacks)
            {
                CheckSides(part, images);
            }
        }
        else if (attack is Square && images.shape[2] != images.shape[3])
        {
            throw new ArgumentException(
                $"Square works on square images, not {images.shape[2]} x {images.shape[3]}; crop or pad them, or leave this attack out.", nameof(images));
        }
    }

    /// <summary>Checks what the classifier returned for the batch.</summary>
    internal static void CheckLogits(Tensor logits, Tensor images, Tensor labels)
    {
        if (logits.dim() != 2 || logits.shape[0] != images.shape[0] || logits.shape[1] < 2)
        {
            throw new InvalidOperationException(
                $"The classifier must return logits [N, K] with at least two classes, but for {images.shape[0]} images it returned "
                + $"{Text(logits.shape)}.");
        }

        using (no_grad())
        using (NewDisposeScope())
        {
            // One number tells of most batches that all is well; infinities that cancel are looked at closely.
            if (double.IsNaN(logits.sum().to(ScalarType.Float64).item<double>()) && logits.isnan().any().item<bool>())
            {
                throw new InvalidOperationException(
                    "The classifier returned logits that are NaN; check its weights and look for a division by zero or an overflow in it.");
            }
        }

        using var largest = labels.max();
        if (largest.item<long>() >= logits.shape[1])
        {
            throw new ArgumentException(
                $"Label {largest.item<long>()} is outside the classifier's {logits.shape[1]} classes; labels count from 0.", nameof(labels));
        }
    }

    private static void CheckValues(Tensor images)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var low = images.min().to(ScalarType.Float64).item<double>();
        var high = images.max().to(ScalarType.Float64).item<double>();
        if (double.IsNaN(low) || double.IsNaN(high))
        {
            throw new ArgumentException("Some pixels are not numbers (NaN); look for a division by zero where the images are made.", nameof(images));
        }

        if (low < 0 || high > 1)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Pixels must lie in [0, 1] but reach from {low:0.###} to {high:0.###}; attack images before normalisation, bytes divided by 255."),
                nameof(images));
        }
    }

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
}
