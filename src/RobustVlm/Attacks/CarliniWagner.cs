using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="CarliniWagner"/>. The authors' numbers, but 1,000 steps in place of 10,000.</summary>
public sealed record CarliniWagnerOptions
{
    /// <summary>Largest length of a change that still counts as success (L2).</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.L2(3);

    /// <summary>Number of weights of the misclassification term that are tried, at least one.</summary>
    public int SearchSteps { get; init; } = 9;

    /// <summary>The first of these weights, c, above 0; it is multiplied by ten until the attack succeeds, then halved in.</summary>
    public double InitialWeight { get; init; } = 1e-3;

    /// <summary>
    /// Largest number of steps of the optimizer for one weight, at least one. Black and white pixels need several hundred before they
    /// move visibly.
    /// </summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Step size of the optimizer (Adam), above 0; 0.1 reaches images of black and white pixels in fewer steps, but less exactly.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>By how much another logit has to exceed the true one, kappa, 0 or more.</summary>
    public double Confidence { get; init; }

    /// <summary>Whether an image stops early when its loss has not fallen over a tenth of the steps.</summary>
    public bool StopEarly { get; init; } = true;
}

/// <summary>Looks for the shortest change that fools the classifier (Carlini and Wagner 2017, arXiv:1608.04644, the L2 attack).</summary>
/// <remarks>
/// Images that it cannot fool within the budget come back unchanged, and so do those that were wrong from the start. Pixels are moved
/// as (tanh(w) + 1) / 2; black and white ones are first drawn in by a millionth, since they could not move otherwise. Every image
/// has its own weight, optimizer state and early stop, so the rest of the batch does not matter.
/// </remarks>
public sealed class CarliniWagner : IImageAttack
{
    private readonly CarliniWagnerOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Largest length, search and optimizer; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The budget is not an L2 length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public CarliniWagner(CarliniWagnerOptions? options = null)
    {
        _options = options ?? new CarliniWagnerOptions();
        if (_options.Epsilon.Norm != PixelNorm.L2)
        {
            throw new ArgumentException(
                $"Carlini-Wagner looks for short changes in L2, but the budget {_options.Epsilon} is L-infinity; write PixelBudget.L2(3).", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(_options.SearchSteps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.InitialWeight, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.LearningRate, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Confidence, nameof(options));
    }

    /// <inheritdoc/>
    public string Name => "CW";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageAttack WithEpsilon(PixelBudget epsilon) => new CarliniWagner(_options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels, random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var result = images.detach().clone();
        if (_options.Epsilon.Value == 0)
        {
            return result.MoveToOuterDisposeScope();
        }

        var logits = InputGradient.Logits(classifier, result, labels, ScalarType.Float32);
        var rows = logits.argmax(1).eq(labels).nonzero().flatten();
        if (rows.numel() > 0)
        {
            var (points, lengths) = Search(classifier, result.index_select(0, rows), labels.index_select(0, rows), progress);
            var near = lengths.le(_options.Epsilon.Value).nonzero().flatten();
            result.index_copy_(0, rows.index_select(0, near), points.index_select(0, near));
        }

        progress?.Invoke(1);
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    // The binary search over the weight of each image; the nearest points that succeed, and their lengths, infinite without one.
    private (Tensor Points, Tensor Lengths) Search(Classifier classifier, Tensor images, Tensor labels, Action<double>? progress)
    {
        var descent = new CarliniWagnerDescent(classifier, images, labels, _options);
        var weight = full_like(descent.Lengths, _options.InitialWeight);
        var (lower, upper) = (zeros_like(weight), full_like(weight, double.PositiveInfinity));
        for (var search = 0; search < _options.SearchSteps; search++)
        {
            using var scope = NewDisposeScope();
            var found = descent.Run(weight, share => progress?.Invoke((search + share) / _options.SearchSteps));
            upper.copy_(where(found, upper.minimum(weight), upper));
            lower.copy_(where(found, lower, lower.maximum(weight)));
            weight.copy_(where(upper.isinf(), weight * 10, (lower + upper) / 2));
        }

        return (descent.Points, descent.Lengths);
    }
}
