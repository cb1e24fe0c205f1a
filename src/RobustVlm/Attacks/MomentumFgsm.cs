using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="MomentumFgsm"/>.</summary>
public sealed record MomentumFgsmOptions
{
    /// <summary>Radius of the ball, and its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>Length of a step, in the norm of the budget; null takes a quarter of the budget.</summary>
    public PixelBudget? StepSize { get; init; }

    /// <summary>Number of gradient steps, at least one.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Share of the gathered gradients kept at each step, the paper's mu, 0 or more; 1 sums them all.</summary>
    public double Decay { get; init; } = 1;

    /// <summary>Number format of the gradients: float32, or bfloat16 where speed matters more.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;
}

/// <summary>MI-FGSM: steps along the gathered gradients, whose direction also fools other models (Dong et al. 2018, arXiv:1710.06081).</summary>
/// <remarks>
/// Each gradient is divided by the mean of its sizes before it is added (the paper divides by their sum, which gives the same signs).
/// It starts at the image and returns the last point, as the paper does: the best point for this model is not the one that transfers best.
/// </remarks>
public sealed class MomentumFgsm : IImageAttack
{
    private const double Tiny = 1e-12;

    private readonly MomentumFgsmOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget, steps and decay; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, or the decay is negative.</exception>
    /// <exception cref="ArgumentException">The step is measured in another norm than the budget.</exception>
    public MomentumFgsm(MomentumFgsmOptions? options = null)
    {
        _options = options ?? new MomentumFgsmOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Decay, nameof(options));
        if (_options.Epsilon.Value > 0)
        {
            _options.Epsilon.RequireSameNorm(_options.StepSize, nameof(options));
        }
    }

    /// <inheritdoc/>
    public string Name => $"MI-FGSM-{_options.Steps}";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new MomentumFgsm(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels, random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var clean = images.detach();
        var adversarial = clean.clone();
        if (_options.Epsilon.Value == 0)
        {
            return adversarial.MoveToOuterDisposeScope();
        }

        using var ball = new PixelBall(clean, _options.Epsilon);
        var stepSize = _options.StepSize?.Value ?? _options.Epsilon.Value / 4;
        var gathered = zeros_like(clean);
        for (var step = 0; step < _options.Steps; step++)
        {
            Interruption.ThrowIfRequested();
            using var stepScope = NewDisposeScope();
            var (gradient, _, _) = InputGradient.Of(classifier, adversarial, labels, _options.GradientType);
            gathered.mul_(_options.Decay).add_(gradient / (gradient.abs().mean([1, 2, 3], keepdim: true) + Tiny));   // eq. (6)
            adversarial.copy_(ball.Project(adversarial + (stepSize * ball.Steepest(gathered))));   // eq. (7)
            progress?.Invoke((step + 1.0) / _options.Steps);
        }

        return adversarial.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";
}
