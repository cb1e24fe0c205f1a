using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="Pgd"/>. The defaults are twenty steps at 8/255.</summary>
public sealed record PgdOptions
{
    /// <summary>Radius of the ball, and its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>
    /// Length of a step, in the norm of the budget. Null takes, for L-infinity, a quarter of the budget but at least a quarter of a grey
    /// level; for L2, 2.5 times the budget over the number of steps.
    /// </summary>
    public PixelBudget? StepSize { get; init; }

    /// <summary>Number of gradient steps, at least one.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Number of independent runs, at least one; each image keeps its best.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Whether to start from a random point of the ball: uniform, for L2 in a uniform direction at a uniform distance.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>What is climbed; with a <see cref="Target"/>, its targeted form.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AttackLoss Loss { get; init; }

    /// <summary>The wanted class; with one, cross-entropy to it is descended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AttackTarget Target { get; init; }

    /// <summary>Whether each image gets the point of the last step, as most packages return it, in place of the point of largest loss.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReturnLast { get; init; }

    /// <summary>
    /// Whether an image leaves at the first point that fools the classifier, as decided in float32: robust accuracy stays the same and costs less, but
    /// that point is not the one of largest loss. Not for attacks with a <see cref="Target"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StopWhenFooled { get; init; }

    /// <summary>Number format of the gradients: float32, or bfloat16 where speed matters more. Losses are compared in float32.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;

    /// <summary>The step size that is used.</summary>
    internal double EffectiveStepSize => StepSize?.Value
        ?? (Epsilon.Norm == PixelNorm.L2 ? 2.5 * Epsilon.Value / Steps : Math.Max(Epsilon.Value / 4, 0.25 / 255));
}

/// <summary>Projected gradient descent in the L-infinity or L2 ball (Madry et al. 2018, arXiv:1706.06083).</summary>
/// <remarks>
/// Each image gets the point of largest loss among all steps and restarts, not simply the last one. The step follows the signs of the
/// gradient for L-infinity and its direction for L2.
/// </remarks>
public sealed class Pgd : IImageAttack
{
    private readonly PgdOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget, step size, step count, restarts; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps or no runs.</exception>
    /// <exception cref="ArgumentException">The step is measured in another norm than the budget, or an attack with a target is to stop when fooled.</exception>
    public Pgd(PgdOptions? options = null)
    {
        _options = options ?? new PgdOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Restarts, 1, nameof(options));
        if (_options.StopWhenFooled && _options.Target != AttackTarget.Any)
        {
            throw new ArgumentException("An attack with a target goes on until it is reached; leave out StopWhenFooled or the target.", nameof(options));
        }

        if (_options.Epsilon.Value > 0)
        {
            _options.Epsilon.RequireSameNorm(_options.StepSize, nameof(options));
        }
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
        ArgumentNullException.ThrowIfNull(random);
        return Perturb(classifier, images, labels, _options.RandomStart ? clean => RandomStart.Inside(clean, Epsilon, random) : clean => clean, progress);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    /// <summary>The attack from given points.</summary>
    /// <param name="classifier">The attacked function.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes.</param>
    /// <param name="start">Tells where each run begins, tensor [N, C, H, W], from the images; the point is projected first.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    internal Tensor Perturb(Classifier classifier, Tensor images, Tensor labels, Func<Tensor, Tensor> start, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var clean = images.detach();
        using var best = new BestPoints(clean);
        if (_options.Epsilon.Value == 0)
        {
            return best.Points.clone().MoveToOuterDisposeScope();
        }

        var loss = AttackTargets.Loss(_options.Target, _options.Loss, classifier, clean, labels);
        for (var run = 0; run < _options.Restarts; run++)
        {
            using var runScope = NewDisposeScope();
            new PgdClimb(_options, classifier, loss, best).Run(clean, labels, start(clean), share => progress?.Invoke((run + share) / _options.Restarts));
        }

        return best.Points.clone().MoveToOuterDisposeScope();
    }
}
