using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="AutoPgdTargeted"/>. The defaults are APGD-T as AutoAttack runs it.</summary>
public sealed record AutoPgdTargetedOptions
{
    /// <summary>Radius of the ball, and its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>Number of target classes, at least one; with fewer other classes, all of them.</summary>
    public int Targets { get; init; } = 9;

    /// <summary>Number of steps of a run, at least one.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>Number of runs for each target, at least one; only images that still stand go on.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Number format of the gradients: float32, or bfloat16 where speed matters more. Success is decided in float32.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;
}

/// <summary>
/// APGD towards one other class after the other, the most likely first, on the targeted difference of logits ratio (APGD-T; Croce and Hein
/// 2020, arXiv:2003.01690, section 4.2).
/// </summary>
/// <remarks>
/// The target only steers: any wrong answer ends the attack on an image. With fewer than four classes, for which the ratio does not
/// exist, the plain difference of the two logits is climbed; results are then not comparable with published AutoAttack numbers.
/// </remarks>
public sealed class AutoPgdTargeted : IImageAttack
{
    private const int RatioClasses = 4;

    private readonly AutoPgdTargetedOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget, targets, steps, restarts; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no targets, steps or runs.</exception>
    public AutoPgdTargeted(AutoPgdTargetedOptions? options = null)
    {
        _options = options ?? new AutoPgdTargetedOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Targets, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Restarts, 1, nameof(options));
    }

    /// <inheritdoc/>
    public string Name => "APGD-T";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new AutoPgdTargeted(_options with { Epsilon = epsilon });

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
    internal Tensor Perturb(Classifier classifier, Tensor images, Tensor labels, Func<Tensor, Tensor> start, Action<double>? progress = null) =>
        AutoPgdSearch.Attack(classifier, images, labels, start, progress, _options.Epsilon, _options.Steps, _options.GradientType, search =>
        {
            var ranked = AttackTargets.Ranked(search.CleanLogits, labels);
            var few = search.CleanLogits.shape[1] < RatioClasses;
            return ((int)Math.Min(_options.Targets, ranked.shape[1]) * _options.Restarts, (run, places) =>
            {
                var wanted = ranked[TensorIndex.Colon, run / _options.Restarts].index_select(0, places);
                return few ? AttackLosses.TargetedMargin(wanted) : AttackLosses.TargetedLogitsRatio(wanted);
            }
            );
        });
}
