using System.Globalization;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Overlap of predicted and true masks, with what is needed to read it.</summary>
/// <param name="Official">
/// Mean over the images of 2 |P and T| / (|P| + |T|); an image without a true mask scores 1 when nothing is predicted, else 0
/// (as MGCA, arXiv:2210.06044, and the papers after it compute it).
/// </param>
/// <param name="BlankPredictor">The same number for a model that never predicts anything: the share of images without a true mask.</param>
/// <param name="PositiveOnly">Mean over the images that have a true mask; NaN without any.</param>
/// <param name="DetectionAuroc">How well the largest probability of an image tells whether it has a mask at all; NaN where all do, or none.</param>
/// <param name="PerImage">The score of each image.</param>
public sealed record DiceResult(double Official, double BlankPredictor, double PositiveOnly, double DetectionAuroc, IReadOnlyList<double> PerImage)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Dice {Official * 100:0.0} % (a blank prediction scores {BlankPredictor * 100:0.0} %); images with a mask only {PositiveOnly * 100:0.0} %; detection AUROC {DetectionAuroc:0.000}; {PerImage.Count} images");
}

/// <summary>Dice coefficient of segmentations (Dice 1945).</summary>
public static class Dice
{
    /// <summary>Scores masks. The mean is over images, so the batch size does not matter.</summary>
    /// <param name="probabilities">Float tensor [N, 1, H, W] or [N, H, W], probability of each pixel, in [0, 1].</param>
    /// <param name="masks">Tensor [N, 1, H, W] or [N, H, W] of the same shape, above 0.5 where the finding is.</param>
    /// <param name="threshold">Probabilities above it count as predicted.</param>
    /// <returns>The overlap, beside that of a blank prediction.</returns>
    /// <exception cref="ArgumentException">The shapes differ, there are several channels, or a value is NaN.</exception>
    public static DiceResult Of(Tensor probabilities, Tensor masks, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(masks);
        if (probabilities.dim() is not (3 or 4) || !probabilities.shape.SequenceEqual(masks.shape) || probabilities.shape.Contains(0))
        {
            throw new ArgumentException(
                $"Give probabilities and masks of one shape, [N, 1, H, W] or [N, H, W], not [{string.Join(", ", probabilities.shape)}] and [{string.Join(", ", masks.shape)}].",
                nameof(probabilities));
        }

        if (probabilities.dim() == 4 && probabilities.shape[1] != 1)
        {
            throw new ArgumentException(
                $"Dice takes one channel, not {probabilities.shape[1]}; score each finding alone, with probabilities and masks [:, k].", nameof(probabilities));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var scores = probabilities.flatten(1).to(ScalarType.Float64);
        if (scores.isnan().any().item<bool>())
        {
            throw new ArgumentException("Some probabilities are not numbers (NaN); look at the model's outputs.", nameof(probabilities));
        }

        if (masks.isnan().any().item<bool>())
        {
            throw new ArgumentException("Some masks hold values that are not numbers (NaN); leave those images out, or set the values to 0 or 1.", nameof(masks));
        }

        var (predicted, truth) = (scores.gt(threshold), masks.flatten(1).gt(0.5));
        var both = predicted.logical_and(truth).sum(1).Values<long>();
        var predictedSizes = predicted.sum(1).Values<long>();
        var trueSizes = truth.sum(1).Values<long>();
        var perImage = both.Select((common, i) => predictedSizes[i] + trueSizes[i] == 0 ? 1 : 2.0 * common / (predictedSizes[i] + trueSizes[i])).ToArray();
        var hasMask = trueSizes.Select(size => size > 0).ToArray();
        var withMask = perImage.Where((_, i) => hasMask[i]).ToArray();
        return new DiceResult(
            perImage.Average(),
            1 - Accuracy.Of(hasMask),
            withMask.Length == 0 ? double.NaN : withMask.Average(),
            Auroc.Of(scores.amax([1]).Values<double>(), hasMask),
            perImage);
    }
}
