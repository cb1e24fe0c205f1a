using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="Pgd"/>. The defaults are twenty steps at 8/255.</summary>
public sealed record PgdOptions
{
    /// <summary>Largest change of any pixel (L-infinity).</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>Change of each pixel per step; null takes a quarter of the budget, but at least a quarter of a grey level.</summary>
    public PixelBudget? StepSize { get; init; }

    /// <summary>Number of gradient steps, at least one.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Number of independent runs, at least one; each image keeps its best.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Whether to start from a uniformly random point of the ball.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>Number format of the gradients: float32, or bfloat16 where speed matters more. Losses are compared in float32.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;

    /// <summary>The step size that is used.</summary>
    internal double EffectiveStepSize => StepSize?.Value ?? Math.Max(Epsilon.Value / 4, 0.25 / 255);
}

/// <summary>Projected gradient descent in the L-infinity ball (Madry et al. 2018, arXiv:1706.06083).</summary>
/// <remarks>Each image gets the point of largest loss among all steps and restarts, not simply the last one.</remarks>
public sealed class Pgd : IImageAttack
{
    private readonly PgdOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget, step size, step count, restarts; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps or no runs.</exception>
    public Pgd(PgdOptions? options = null)
    {
        _options = options ?? new PgdOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Restarts, 1, nameof(options));
    }

    /// <inheritdoc/>
    public string Name => _options.Restarts == 1 ? $"PGD-{_options.Steps}" : $"PGD-{_options.Steps}x{_options.Restarts}";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new Pgd(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels, random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var clean = images.detach();
        var best = new Best(clean);
        if (_options.Epsilon.Value == 0)
        {
            return best.Points.MoveToOuterDisposeScope();
        }

        for (var run = 0; run < _options.Restarts; run++)
        {
            using var runScope = NewDisposeScope();
            Climb(classifier, clean, labels, random, best, share => progress?.Invoke((run + share) / _options.Restarts));
        }

        return best.Points.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    private void Climb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Best best, Action<double> progress)
    {
        var epsilon = _options.Epsilon.Value;
        var lower = (images - epsilon).clamp_(0, 1);   // the ball and the valid pixels in one box
        var upper = (images + epsilon).clamp_(0, 1);
        var adversarial = _options.RandomStart ? RandomPoint(images, epsilon, random) : images.clone();
        adversarial.clamp_(lower, upper);

        // Losses of a bfloat16 pass are too coarse to be compared with float32 ones, so that run keeps its own score.
        var exact = _options.GradientType == ScalarType.Float32;
        var track = exact ? best : new Best(images);
        for (var step = 0; step < _options.Steps; step++)
        {
            Interruption.ThrowIfRequested();
            using var stepScope = NewDisposeScope();
            var (gradient, losses, _) = InputGradient.Of(classifier, adversarial, labels, _options.GradientType);
            track.Keep(adversarial, losses);
            adversarial.add_(gradient.sign_().mul_(_options.EffectiveStepSize)).clamp_(lower, upper);
            progress((step + 1.0) / _options.Steps);
        }

        best.Keep(adversarial, InputGradient.Losses(classifier, adversarial, labels).Losses);
        if (!exact)
        {
            best.Keep(track.Points, InputGradient.Losses(classifier, track.Points, labels).Losses);
        }
    }

    private static Tensor RandomPoint(Tensor images, double epsilon, Generator random)
    {
        var uniform = rand(images.shape, dtype: images.dtype, device: images.device, generator: random);
        return uniform.sub_(0.5).mul_(2 * epsilon).add_(images);
    }

    /// <summary>The image of largest loss seen so far, for each image of the batch.</summary>
    private sealed class Best(Tensor images)
    {
        private readonly Tensor _losses = full([images.shape[0]], double.NegativeInfinity, dtype: images.dtype, device: images.device);

        internal Tensor Points { get; } = images.clone();

        internal void Keep(Tensor candidates, Tensor losses)
        {
            using var scope = NewDisposeScope();
            var better = losses.gt(_losses);
            Points.copy_(where(better.view(-1, 1, 1, 1), candidates, Points));
            _losses.copy_(where(better, losses, _losses));
        }
    }
}
