using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Settings of <see cref="FeaturePgd"/>. The defaults are those of AttackVLM's scripts.</summary>
public sealed record FeaturePgdOptions
{
    /// <summary>Largest change, with its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

    /// <summary>Length of a step; null takes an eighth of the budget.</summary>
    public PixelBudget? StepSize { get; init; }

    /// <summary>Number of gradient steps, at least one.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>Where the targeted attack starts. The untargeted one never starts at the image itself: the gradient is zero there.</summary>
    public StartPoint Start { get; init; } = StartPoint.Clean;
}

/// <summary>Moves the features of images towards those of other images (MF-ii of AttackVLM, Zhao et al. 2023, arXiv:2305.16934), or away from their own.</summary>
/// <remarks>
/// Features are compared by cosine. The published code limits the change in normalised space and cuts to valid pixels once at the end; here the budget is in
/// pixels and every step stays valid. Each image gets the best point of its way.
/// </remarks>
public sealed class FeaturePgd
{
    private readonly FeaturePgdOptions _options;

    /// <summary>Makes the attack.</summary>
    /// <param name="options">Budget and steps; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps.</exception>
    /// <exception cref="ArgumentException">The step is measured in another norm than the budget.</exception>
    public FeaturePgd(FeaturePgdOptions? options = null)
    {
        _options = options ?? new FeaturePgdOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        if (_options.Epsilon.Value > 0)
        {
            _options.Epsilon.RequireSameNorm(_options.StepSize, nameof(options));
        }
    }

    /// <summary>Short name for tables and legends.</summary>
    public string Name => $"Feature PGD-{_options.Steps}";

    /// <summary>Largest change, with the norm it is measured in.</summary>
    public PixelBudget Epsilon => _options.Epsilon;

    private Ascent Ascent => new(_options.Epsilon, _options.StepSize?.Value ?? _options.Epsilon.Value / 8, _options.Steps);

    /// <summary>Makes images whose features resemble those of targets.</summary>
    /// <param name="encoder">The attacked encoder; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="targets">Float tensor [N, C, H, W], pixels in [0, 1]: the image that each one shall resemble.</param>
    /// <param name="random">Source of random starts.</param>
    /// <param name="progress">Told the finished share, 0 to 1, after each step.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1], within the budget.</returns>
    /// <exception cref="ArgumentException">Images or targets have the wrong shape, type or range.</exception>
    /// <exception cref="InvalidOperationException">The encoder gives no usable embeddings or gradients.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public Tensor Towards(ImageEncoder encoder, Tensor images, Tensor targets, Generator random, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(random);
        AttackInput.CheckImages(images);
        AttackInput.CheckImages(targets);
        if (targets.shape[0] != images.shape[0])
        {
            throw new ArgumentException($"Give one target for each of the {images.shape[0]} images, not {targets.shape[0]}.", nameof(targets));
        }

        return Climb(encoder, images, targets, 1, _options.Start, random, progress);
    }

    /// <summary>Makes images whose features differ from their own.</summary>
    /// <param name="encoder">The attacked encoder; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="random">Source of random starts.</param>
    /// <param name="progress">Told the finished share, 0 to 1, after each step.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1], within the budget.</returns>
    /// <exception cref="ArgumentException">Images have the wrong shape, type or range.</exception>
    /// <exception cref="InvalidOperationException">The encoder gives no usable embeddings or gradients.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public Tensor Away(ImageEncoder encoder, Tensor images, Generator random, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(random);
        AttackInput.CheckImages(images);
        var start = _options.Start == StartPoint.Clean ? StartPoint.Uniform : _options.Start;
        return Climb(encoder, images, images, -1, start, random, progress);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    private Tensor Climb(
        ImageEncoder encoder, Tensor images, Tensor targets, int sign, StartPoint start, Generator random, Action<double>? progress)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var wanted = EmbeddingMath.OfImages(encoder, targets).detach();
        var from = PixelAscent.Start(images, _options.Epsilon, start, random);
        return PixelAscent.Run(images, from, Ascent, pixels => sign * EmbeddingMath.Cosines(EmbeddingMath.OfImages(encoder, pixels), wanted), progress)
            .MoveToOuterDisposeScope();
    }
}
