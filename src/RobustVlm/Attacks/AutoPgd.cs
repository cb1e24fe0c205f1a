using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="AutoPgd"/>. The defaults are APGD-CE as AutoAttack runs it.</summary>
public sealed record AutoPgdOptions
{
    /// <summary>Radius of the ball, and its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>What is climbed: cross-entropy makes it APGD-CE, the ratio of logits APGD-DLR.</summary>
    public AttackLoss Loss { get; init; } = AttackLoss.CrossEntropy;

    /// <summary>Number of steps of a run, at least one.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>Number of runs from new random starts, at least one; only images that still stand go on.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Number format of the gradients: float32, or bfloat16 where speed matters more. Success is decided in float32.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;
}

/// <summary>
/// Automatic projected gradient descent: momentum, and a step size that halves by itself, so nothing is to be tuned (APGD; Croce and Hein
/// 2020, arXiv:2003.01690, Algorithm 1).
/// </summary>
/// <remarks>
/// Only images that the classifier gets right are attacked, and each stops at the first point that fools it; the others come back
/// unchanged. As in the authors' code, the first step of a run counts as a rise where its loss is positive, whatever the loss at the start.
/// </remarks>
public sealed class AutoPgd : IImageAttack
{
    private readonly AutoPgdOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget, loss, steps, restarts; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps or no runs.</exception>
    public AutoPgd(AutoPgdOptions? options = null)
    {
        _options = options ?? new AutoPgdOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Restarts, 1, nameof(options));
    }

    /// <inheritdoc/>
    public string Name => _options.Loss switch
    {
        AttackLoss.CrossEntropy => "APGD-CE",
        AttackLoss.LogitsRatio => "APGD-DLR",
        var other => $"APGD-{other}",
    };

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new AutoPgd(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Perturb(classifier, images, labels, clean => RandomStart.OnSurface(clean, Epsilon, random), progress);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    /// <summary>The attack from given points.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="start">Tells where each run begins, tensor [N, C, H, W] in the ball, from the images.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    internal Tensor Perturb(Classifier classifier, Tensor images, Tensor labels, Func<Tensor, Tensor> start, Action<double>? progress = null)
    {
        var loss = AttackLosses.Of(_options.Loss);
        return AutoPgdSearch.Attack(
            classifier, images, labels, start, progress, _options.Epsilon, _options.Steps, _options.GradientType, _ => (_options.Restarts, (_, _) => loss));
    }
}
