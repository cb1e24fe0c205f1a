using RobustVlm.Attacks;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>Projected gradient ascent as adversarial training uses it: random start, few steps, last point, one pass for each step, nothing scored and nothing checked.</summary>
internal static class TrainingPgd
{
    /// <summary>Climbs from a random point of the ball.</summary>
    /// <param name="loss">From pictures [B, C, H, W] to what is climbed, summed over them: then small gradients do not vanish in short formats.</param>
    /// <param name="images">Float tensor [B, C, H, W], pixels in [0, 1].</param>
    /// <param name="options">Budget and steps.</param>
    /// <param name="random">Source of the start.</param>
    /// <returns>Float tensor [B, C, H, W], within the budget, without a gradient.</returns>
    internal static Tensor Perturb(Func<Tensor, Tensor> loss, Tensor images, TrainingAttackOptions options, Generator random)
    {
        if (options.Epsilon.Value == 0)
        {
            return images.detach();
        }

        // A source of its own on an accelerator: drawing there is faster than drawing here and copying.
        using var own = images.device_type == random.device.type ? null : new Generator(Training.TrainingSeeds.Draw(random), images.device);
        return Perturb(loss, images, RandomStart.Inside(images, options.Epsilon, own ?? random), options);
    }

    /// <summary>Climbs from a given point, which is projected first.</summary>
    internal static Tensor Perturb(Func<Tensor, Tensor> loss, Tensor images, Tensor start, TrainingAttackOptions options)
    {
        using var parameters = FusedBlock.ParametersAreFixed();
        var stepSize = (options.StepSize ?? options.Epsilon).Value;
        using var ball = new PixelBall(images, options.Epsilon);
        var points = ball.Project(start);
        Tensor? velocity = null;
        for (var step = 0; step < options.Steps; step++)
        {
            var pixels = points.detach().requires_grad_();
            var direction = autograd.grad([loss(pixels)], [pixels])[0].sign_();
            velocity = velocity is null || options.Momentum == 0 ? direction : velocity.mul_(options.Momentum).add_(direction).sign_();
            using var noGradient = no_grad();
            points = ball.Project(pixels + (velocity * stepSize));
        }

        return points;
    }
}
