using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>How much work <see cref="AutoAttack"/> does.</summary>
public enum AutoAttackVersion
{
    /// <summary>The published numbers: 100 steps, 9 target classes, 5,000 queries.</summary>
    Standard,

    /// <summary>A miniature for small machines, labelled AA-mini: 50 steps (FAB-T 30), 3 target classes, 500 queries.</summary>
    Mini,
}

/// <summary>Settings of <see cref="AutoAttack"/>.</summary>
public sealed record AutoAttackOptions
{
    /// <summary>Largest change, L-infinity or L2.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>How much work is done.</summary>
    public AutoAttackVersion Version { get; init; } = AutoAttackVersion.Standard;

    /// <summary>Number of classes of the classifier, at least two. With fewer than ten the nine targets do not exist, and the result is labelled AA-custom.</summary>
    public int Classes { get; init; } = 10;

    /// <summary>Images attacked at once, at least one.</summary>
    public int BatchSize { get; init; } = 250;

    /// <summary>Number format of the gradients and of Square's queries: float32, or bfloat16 where speed matters more, labelled AA-custom. Errors are confirmed in float32.</summary>
    public ScalarType GradientType { get; init; } = ScalarType.Float32;
}

/// <summary>
/// AutoAttack: APGD-CE, APGD-T, FAB-T and Square, each on the images that are still right (Croce and Hein 2020, arXiv:2003.01690).
/// </summary>
/// <remarks>
/// With fewer than ten classes the targets are all other classes, and with two APGD on the margin replaces APGD-T: such results are labelled
/// AA-custom, and so are those with gradients in bfloat16. <see cref="Run"/> does everything; <see cref="Start"/> and <see cref="Next"/> do the same attack by attack, for callers that
/// store what they have. Every attack draws from its own generator, so a result does not depend on where a run was interrupted.
/// </remarks>
public sealed class AutoAttack : IImageAttack
{
    private const int StandardTargets = 9;

    private readonly AutoAttackOptions _options;
    private readonly bool _custom;

    /// <summary>Makes the ensemble.</summary>
    /// <param name="options">Budget, version, number of classes; null takes the standard version.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two classes or no images in a batch.</exception>
    public AutoAttack(AutoAttackOptions? options = null)
    {
        _options = options ?? new AutoAttackOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Classes, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        Attacks = Ensemble(_options);
    }

    /// <summary>Makes an ensemble of other attacks, labelled AA-custom.</summary>
    /// <param name="attacks">The attacks in order, all with the same budget.</param>
    /// <param name="batchSize">Images attacked at once, at least one.</param>
    /// <exception cref="ArgumentException">There are no attacks, or their budgets differ.</exception>
    public AutoAttack(IReadOnlyList<IImageAttack> attacks, int batchSize = 250)
    {
        ArgumentNullException.ThrowIfNull(attacks);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (attacks.Count == 0 || attacks.Any(attack => attack.Epsilon != attacks[0].Epsilon))
        {
            throw new ArgumentException("Give at least one attack, and the same budget to all (WithEpsilon).", nameof(attacks));
        }

        _options = new AutoAttackOptions { Epsilon = attacks[0].Epsilon, BatchSize = batchSize };
        _custom = true;
        Attacks = [.. attacks];
    }

    /// <inheritdoc/>
    public string Name => _custom || _options.GradientType != ScalarType.Float32 ? "AA-custom"
        : _options.Version == AutoAttackVersion.Mini ? "AA-mini"
        : _options.Classes > StandardTargets ? "AutoAttack" : "AA-custom";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <summary>The attacks in order.</summary>
    public IReadOnlyList<IImageAttack> Attacks { get; }

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => _custom
        ? new AutoAttack([.. Attacks.Select(attack => attack.WithEpsilon(epsilon))], _options.BatchSize)
        : new AutoAttack(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null) =>
        Run(classifier, images, labels, random, progress).Images;

    /// <summary>Runs all attacks.</summary>
    /// <param name="classifier">The attacked function; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes, in [0, K).</param>
    /// <param name="random">Source of the seed.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1]: broken images, and the others unchanged; and what broke which.</returns>
    /// <exception cref="ArgumentException">Images or labels have the wrong shape, type or range, or the number of classes is not the one given.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public (Tensor Images, AutoAttackResult Result) Run(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        var result = Start(classifier, images, labels, random);
        using var scope = NewDisposeScope();
        var attacked = images.detach().clone();
        while (result.Steps.Count < Attacks.Count)
        {
            var done = result.Steps.Count;
            result = Next(result, classifier, images, labels, attacked, share => progress?.Invoke((done + share) / Attacks.Count));
        }

        return (attacked.MoveToOuterDisposeScope(), result);
    }

    /// <summary>Notes which images are right without an attack; the first step.</summary>
    /// <param name="classifier">The attacked function; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes, in [0, K).</param>
    /// <param name="random">Source of the seed.</param>
    /// <returns>A result without steps.</returns>
    public AutoAttackResult Start(Classifier classifier, Tensor images, Tensor labels, Generator random)
    {
        AttackInput.Check(classifier, images, labels, random);
        AttackInput.CheckSides(this, images);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var right = new List<bool>();
        for (var start = 0L; start < images.shape[0]; start += _options.BatchSize)
        {
            Interruption.ThrowIfRequested();
            using var batch = NewDisposeScope();
            var count = Math.Min(_options.BatchSize, images.shape[0] - start);
            var truth = labels.narrow(0, start, count);
            var (_, logits) = InputGradient.Losses(classifier, images.narrow(0, start, count), truth);
            CheckClasses(logits.shape[1]);
            right.AddRange(logits.argmax(1).eq(truth).Values<bool>());
        }

        return new AutoAttackResult
        {
            Name = Name,
            Ensemble = ToString(),
            Epsilon = Epsilon,
            Seed = randint(0, long.MaxValue, [1], dtype: ScalarType.Int64, device: random.device, generator: random).item<long>(),
            FirstBreaker = [.. right.Select(yes => yes ? null : AutoAttackResult.Clean)],
            SmallestPixel = images.min().to(ScalarType.Float64).item<double>(),
            LargestPixel = images.max().to(ScalarType.Float64).item<double>(),
        };
    }

    /// <summary>Runs the next attack on what is still right.</summary>
    /// <param name="soFar">The result up to now; it may have been stored in between.</param>
    /// <param name="classifier">The attacked function; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], the clean images.</param>
    /// <param name="labels">Long tensor [N], the true classes, in [0, K).</param>
    /// <param name="attacked">Float tensor [N, C, H, W], pixels in [0, 1]: the images so far, at first a copy of the clean ones; newly broken ones are written into it.</param>
    /// <param name="progress">Told the finished share of this attack, 0 to 1.</param>
    /// <returns>The result with one more step.</returns>
    /// <exception cref="ArgumentException">The result belongs to other images or another ensemble, all attacks have run, or the images so far do not fit the clean ones.</exception>
    /// <exception cref="InvalidOperationException">An attack left its budget or [0, 1].</exception>
    public AutoAttackResult Next(
        AutoAttackResult soFar, Classifier classifier, Tensor images, Tensor labels, Tensor attacked, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels);
        ArgumentNullException.ThrowIfNull(attacked);
        ArgumentNullException.ThrowIfNull(soFar);
        var index = soFar.Steps.Count;
        if (index >= Attacks.Count || soFar.FirstBreaker.Count != images.shape[0] || soFar.Name != Name || soFar.Epsilon != Epsilon || soFar.Ensemble != ToString()
            || !soFar.Steps.Select(step => step.Attack).SequenceEqual(Attacks.Take(index).Select(attack => attack.Name)))
        {
            throw new ArgumentException("This result is complete, or belongs to other images or another ensemble; begin with Start.", nameof(soFar));
        }

        if (!attacked.shape.SequenceEqual(images.shape) || attacked.dtype != images.dtype)
        {
            throw new ArgumentException(
                $"The images so far are {attacked.dtype} [{string.Join(", ", attacked.shape)}], the clean ones {images.dtype} [{string.Join(", ", images.shape)}]; "
                + "give a copy of the clean images, or what the last step left in it.",
                nameof(attacked));
        }

        using var noGradient = no_grad();
        using var random = new Generator((ulong)soFar.Seed + (ulong)index, images.device);
        var attack = Attacks[index];
        var meter = new CountedClassifier(classifier);
        var breakers = soFar.FirstBreaker.ToArray();
        var left = Enumerable.Range(0, breakers.Length).Where(i => breakers[i] is null).Select(i => (long)i).ToArray();
        var done = 0;
        foreach (var rows in left.Chunk(_options.BatchSize))
        {
            using var scope = NewDisposeScope();
            var place = tensor(rows, device: images.device);
            var truth = labels.index_select(0, place);
            var before = done;
            var found = attack.Perturb(
                meter.Logits, images.index_select(0, place), truth, random, share => progress?.Invoke((before + (share * rows.Length)) / left.Length));
            var broken = InputGradient.Losses(classifier, found, truth).Logits.argmax(1).ne(truth);
            var hits = broken.nonzero().flatten();
            attacked.index_copy_(0, place[hits], found[hits]);
            foreach (var hit in hits.Values<long>())
            {
                breakers[rows[hit]] = attack.Name;
            }

            done += rows.Length;
        }

        progress?.Invoke(1);
        var step = new AutoAttackStep(attack.Name, left.Length, left.Count(i => breakers[i] is not null), meter.Forward, meter.Backward);
        return Checked(soFar with { FirstBreaker = breakers, Steps = [.. soFar.Steps, step] }, images, attacked);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Epsilon}: {string.Join("; ", Attacks)}";

    private static IReadOnlyList<IImageAttack> Ensemble(AutoAttackOptions options)
    {
        var (epsilon, type) = (options.Epsilon, options.GradientType);
        var (steps, fabSteps, most, queries) = options.Version == AutoAttackVersion.Mini ? (50, 30, 3, 500) : (100, 100, StandardTargets, 5000);
        var targets = Math.Min(most, options.Classes - 1);
        var climb = new AutoPgdOptions { Epsilon = epsilon, Steps = steps, GradientType = type };
        return
        [
            new AutoPgd(climb),
            options.Classes == 2
                ? new AutoPgd(climb with { Loss = AttackLoss.Margin })
                : new AutoPgdTargeted(new AutoPgdTargetedOptions { Epsilon = epsilon, Steps = steps, Targets = targets, GradientType = type }),
            new Fab(new FabOptions { Epsilon = epsilon, Steps = fabSteps, Targets = targets, GradientType = type }),
            new Square(new SquareOptions { Epsilon = epsilon, Queries = queries, QueryType = type }),
        ];
    }

    // The numbers that the original prints at its end; a broken bound would make a robust accuracy meaningless.
    private static AutoAttackResult Checked(AutoAttackResult result, Tensor images, Tensor attacked)
    {
        using var scope = NewDisposeScope();
        double Number(Tensor value) => value.to(ScalarType.Float64).item<double>();
        var change = Number(PixelBall.Sizes(attacked - images, result.Epsilon.Norm).max());
        var (low, high) = (Number(attacked.min()), Number(attacked.max()));
        if (!(result.Epsilon.Allows(change) && low >= 0 && high <= 1))
        {
            throw new InvalidOperationException(
                $"{result.Steps[^1].Attack} returned images that are {change} away (allowed: {result.Epsilon.Value}), with pixels from {low} to {high}; "
                + "an attack must stay within its budget and [0, 1].");
        }

        return result with { LargestChange = change, SmallestPixel = low, LargestPixel = high };
    }

    private void CheckClasses(long classes)
    {
        if (!_custom && Math.Min(classes, StandardTargets + 1) != Math.Min(_options.Classes, StandardTargets + 1))
        {
            throw new ArgumentException(
                $"The classifier has {classes} classes, but {Name} was made for {_options.Classes}; set AutoAttackOptions.Classes to {classes}.");
        }
    }
}
