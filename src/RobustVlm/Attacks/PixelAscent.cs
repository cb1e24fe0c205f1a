using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>How far and in how many steps <see cref="PixelAscent"/> climbs.</summary>
internal readonly record struct Ascent(PixelBudget Epsilon, double StepSize, int Steps);

/// <summary>Projected gradient ascent on a score of each image; attacks on embeddings differ in the score only.</summary>
internal static class PixelAscent
{
    /// <summary>Climbs from a start and returns, for each image, the point of largest score, the clean image included.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="start">Float tensor [N, C, H, W], in the ball.</param>
    /// <param name="ascent">Budget and steps.</param>
    /// <param name="score">From images to the score of each, [N]; differentiable.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <param name="climb">What is climbed instead of the score, with the score beside it; null climbs the score.</param>
    /// <param name="afterStep">Told each point of the way.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    internal static Tensor Run(
        Tensor images,
        Tensor start,
        Ascent ascent,
        Func<Tensor, Tensor> score,
        Action<double>? progress,
        Func<Tensor, (Tensor Climbed, Tensor Score)>? climb = null,
        Action<Tensor>? afterStep = null)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var ball = new PixelBall(images, ascent.Epsilon);
        var best = images.clone();
        if (ascent.Epsilon.Value == 0)
        {
            progress?.Invoke(1);
            return best.MoveToOuterDisposeScope();
        }

        var bestScores = score(images).clone();
        var points = start.clone();
        for (var step = 0; step < ascent.Steps; step++)
        {
            Interruption.ThrowIfRequested();
            using var stepScope = NewDisposeScope();
            var (gradient, scores) = Gradient(points, climb ?? (pixels => score(pixels) is var value ? (value, value) : default));
            Keep(best, bestScores, points, scores);
            points.copy_(ball.Project(points + (ball.Steepest(gradient) * ascent.StepSize)));
            afterStep?.Invoke(points);
            progress?.Invoke((step + 1.0) / ascent.Steps);
        }

        Keep(best, bestScores, points, score(points));
        return best.MoveToOuterDisposeScope();
    }

    /// <summary>Draws a start.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="epsilon">The ball.</param>
    /// <param name="kind">Which start.</param>
    /// <param name="random">Source of the start.</param>
    /// <returns>Float tensor [N, C, H, W], in the ball.</returns>
    internal static Tensor Start(Tensor images, PixelBudget epsilon, StartPoint kind, Generator random)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var ball = new PixelBall(images, epsilon);
        if (kind == StartPoint.Clean)
        {
            return images.clone().MoveToOuterDisposeScope();
        }

        var uniform = rand(images.shape, dtype: images.dtype, device: random.device, generator: random).to(images.device);
        if (epsilon.Norm == PixelNorm.L2)
        {
            // Directions evenly over the sphere; radii so that the volume of the ball is covered evenly.
            var direction = randn(images.shape, dtype: images.dtype, device: random.device, generator: random).to(images.device);
            var radius = uniform.flatten(1).narrow(1, 0, 1).pow(1.0 / images[0].numel()).view(-1, 1, 1, 1);
            return ball.Project(images + (ball.Steepest(direction) * radius * epsilon.Value)).MoveToOuterDisposeScope();
        }

        var change = kind == StartPoint.Brighter ? uniform * epsilon.Value : (uniform - 0.5) * (2 * epsilon.Value);
        return ball.Project(images + change).MoveToOuterDisposeScope();
    }

    private static (Tensor Gradient, Tensor Scores) Gradient(Tensor points, Func<Tensor, (Tensor Climbed, Tensor Score)> climb)
    {
        using var gradients = enable_grad();   // an attack may be called inside no_grad
        using var parameters = FusedBlock.ParametersAreFixed();
        var pixels = points.detach().requires_grad_();
        var (climbed, scores) = climb(pixels);
        if (!climbed.requires_grad)
        {
            throw new InvalidOperationException(
                "The image embeddings do not depend on the pixels in a differentiable way; remove no_grad, detach or item from the encoder.");
        }

        var gradient = autograd.grad([climbed.sum()], [pixels])[0];
        return gradient.isfinite().all().item<bool>()
            ? (gradient, scores.detach())
            : throw new InvalidOperationException("The gradient of the image encoder holds NaN or infinity, so the attack cannot climb; check its weights and its divisions.");
    }

    private static void Keep(Tensor best, Tensor bestScores, Tensor points, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var better = scores.gt(bestScores);
        best.copy_(where(better.view(-1, 1, 1, 1), points, best));
        bestScores.copy_(where(better, scores, bestScores));
    }
}
