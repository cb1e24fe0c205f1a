using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>
/// The optimizer inside <see cref="CarliniWagner"/>: Adam over w on |x' - x|² + c max(0, kappa - margin), where x' = (tanh(w) + 1) / 2.
/// </summary>
/// <param name="classifier">The attacked function.</param>
/// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
/// <param name="labels">Long tensor [N], the true classes.</param>
/// <param name="options">Steps, step size, confidence.</param>
internal sealed class CarliniWagnerDescent(Classifier classifier, Tensor images, Tensor labels, CarliniWagnerOptions options)
{
    private const double Shrink = 0.999999;   // of black and white, whose tanh could not move
    private const double Falling = 0.9999;
    private const double GradientDecay = 0.9;   // Adam's beta 1 and 2
    private const double SquareDecay = 0.999;
    private const double Tiny = 1e-8;

    /// <summary>Float tensor [N, C, H, W]: the nearest points of all runs that fool the classifier.</summary>
    internal Tensor Points { get; } = images.clone();

    /// <summary>Float tensor [N]: their distances, infinite where there is none.</summary>
    internal Tensor Lengths { get; } = full([images.shape[0]], double.PositiveInfinity, dtype: images.dtype, device: images.device);

    /// <summary>One run.</summary>
    /// <param name="weights">Float tensor [N], c for each image.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <returns>Bool tensor [N], whether a point of this run fooled the classifier.</returns>
    internal Tensor Run(Tensor weights, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        var found = zeros_like(labels, dtype: ScalarType.Bool);
        var places = arange(images.shape[0], dtype: ScalarType.Int64, device: images.device);
        var w = ((images * 2) - 1).mul_(Shrink).atanh();
        using var rows = new RowState(places, images, labels, weights, w, zeros_like(w), zeros_like(w), full_like(Lengths, double.PositiveInfinity));
        var every = Math.Max(options.Steps / 10, 1);
        for (var step = 0; step < options.Steps && rows.Count > 0; step++)
        {
            Interruption.ThrowIfRequested();
            using var stepScope = NewDisposeScope();
            var (point, gradient, losses, margins) = Look(rows);
            if (options.StopEarly && step % every == 0)
            {
                var stay = losses.le(rows[7] * Falling).nonzero().flatten();
                rows[7].copy_(losses);
                rows.Keep(stay);
                (point, gradient, margins) = (point.index_select(0, stay), gradient.index_select(0, stay), margins.index_select(0, stay));
            }

            Record(rows, point, margins, found);
            Adam(rows, gradient, step + 1);
            progress((step + 1.0) / options.Steps);
        }

        progress(1);
        return found.MoveToOuterDisposeScope();
    }

    // The point of every row, the gradient with respect to w, the loss, and how far the classifier errs.
    private (Tensor Point, Tensor Gradient, Tensor Losses, Tensor Margins) Look(RowState rows)
    {
        var point = rows[4].tanh().add_(1).div_(2);
        var change = point - rows[1];
        Tensor Missing(Tensor logits, Tensor own) => rows[3] * (options.Confidence - AttackLosses.Margin(logits, own)).clamp_min(0);
        var (hinge, losses, logits) = InputGradient.Of(classifier, point, rows[2], ScalarType.Float32, Missing);
        var gradient = ((2 * change) + hinge) * (2 * point * (1 - point));   // the derivative of x' in w
        return (point, gradient, losses + change.square().sum([1, 2, 3]), AttackLosses.Margin(logits, rows[2]));
    }

    private void Record(RowState rows, Tensor point, Tensor margins, Tensor found)
    {
        var fooled = margins.gt(options.Confidence).nonzero().flatten();
        if (fooled.numel() == 0)
        {
            return;
        }

        found.index_fill_(0, rows[0].index_select(0, fooled), true);
        var lengths = PixelBall.Sizes(point - rows[1], PixelNorm.L2).index_select(0, fooled);
        var nearer = lengths.lt(Lengths.index_select(0, rows[0].index_select(0, fooled)));
        var chosen = fooled.masked_select(nearer);
        var places = rows[0].index_select(0, chosen);
        Points.index_copy_(0, places, point.index_select(0, chosen));
        Lengths.index_copy_(0, places, lengths.masked_select(nearer));
    }

    private void Adam(RowState rows, Tensor gradient, int step)
    {
        rows[5].mul_(GradientDecay).add_(gradient * (1 - GradientDecay));
        rows[6].mul_(SquareDecay).add_(gradient.square() * (1 - SquareDecay));
        var mean = rows[5] / (1 - Math.Pow(GradientDecay, step));
        var size = (rows[6] / (1 - Math.Pow(SquareDecay, step))).sqrt_().add_(Tiny);
        rows[4].sub_(options.LearningRate * mean / size);
    }
}
