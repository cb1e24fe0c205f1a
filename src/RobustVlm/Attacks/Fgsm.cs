using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="Fgsm"/>.</summary>
public sealed record FgsmOptions
{
    /// <summary>Size of the step, and its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>Number format of the gradient: float32, or bfloat16 where speed matters more.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;
}

/// <summary>Fast gradient sign method: one step of full size (Goodfellow et al. 2015, arXiv:1412.6572).</summary>
/// <remarks>
/// Every pixel moves by the whole budget in the direction that raises the loss, unless it meets black or white. For an L2 budget the
/// step is the gradient itself, stretched to the budget's length (the fast gradient method).
/// </remarks>
public sealed class Fgsm : IImageAttack
{
    private readonly FgsmOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget and number format; null takes the defaults.</param>
    public Fgsm(FgsmOptions? options = null)
    {
        _options = options ?? new FgsmOptions();
    }

    /// <inheritdoc/>
    public string Name => "FGSM";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new Fgsm(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels, random);
        Interruption.ThrowIfRequested();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (_options.Epsilon.Value == 0)
        {
            return images.detach().clone().MoveToOuterDisposeScope();
        }

        var (gradient, _, _) = InputGradient.Of(classifier, images, labels, _options.GradientType);
        using var ball = new PixelBall(images.detach(), _options.Epsilon);
        var adversarial = ball.Project(images.detach() + (_options.Epsilon.Value * ball.Steepest(gradient)));
        progress?.Invoke(1);
        return adversarial.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";
}
