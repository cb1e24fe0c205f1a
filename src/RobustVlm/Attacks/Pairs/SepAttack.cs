using RobustVlm.Attacks.Text;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Pairs;

/// <summary>Settings of <see cref="SepAttack"/>. The defaults are those of Co-Attack's code.</summary>
public sealed record SepAttackOptions
{
    /// <summary>Largest change of an image, with its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(2);

    /// <summary>Number of gradient steps K, at least one; the length of a step is 1.25 ε / K.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Where the images start; at the image itself the gradient is zero, so <see cref="StartPoint.Clean"/> changes nothing.</summary>
    public StartPoint Start { get; init; } = StartPoint.Brighter;

    /// <summary>Whether images are attacked; with false this is BERT-Attack alone.</summary>
    public bool AttackImages { get; init; } = true;

    /// <summary>Whether captions are attacked; with false this is PGD alone.</summary>
    public bool AttackTexts { get; init; } = true;

    /// <summary>Images attacked together, at least one; only memory and the order of random numbers depend on it.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>How words are changed.</summary>
    public BertAttackOptions Words { get; init; } = new();
}

/// <summary>Images and captions attacked without regard to each other: PGD away from an image's own embedding, BERT-Attack on the captions.</summary>
/// <remarks>The baseline of Co-Attack (Zhang et al. 2022, arXiv:2206.09391): the image climbs KL(softmax(f(x)) ‖ softmax(f(x'))).</remarks>
public sealed class SepAttack : IImageTextAttack
{
    private readonly SepAttackOptions _options;
    private readonly IMaskedLanguageModel _language;
    private readonly WordSubstitution _words;

    /// <summary>Makes the attack.</summary>
    /// <param name="language">The language model that proposes words, in evaluation mode.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, candidates or changes.</exception>
    public SepAttack(IMaskedLanguageModel language, SepAttackOptions? options = null)
    {
        _options = options ?? new SepAttackOptions();
        _language = language;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        _words = new WordSubstitution(language, _options.Words);
    }

    /// <inheritdoc/>
    public string Name => (_options.AttackImages, _options.AttackTexts) switch
    {
        (true, false) => $"PGD-{_options.Steps} on images",
        (false, true) => "BERT-Attack",
        _ => "Sep-Attack",
    };

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageTextAttack WithEpsilon(PixelBudget epsilon) => new SepAttack(_language, _options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public AdversarialPairs Perturb(
        IImageTextModel model, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, Generator random, Action<double>? progress = null)
    {
        var ascent = new Ascent(_options.Epsilon, 1.25 * _options.Epsilon.Value / _options.Steps, _options.Steps);
        return PairBatch.Attack(model, images, captions, random, _options.BatchSize, progress, (batch, report) =>
        {
            var attacked = _options.AttackImages
                ? PixelAscent.Run(
                    batch.Images, PixelAscent.Start(batch.Images, _options.Epsilon, _options.Start, random), ascent, Score(model, batch.Images), share => report(share / 2))
                : batch.Images.clone();
            return (attacked, _options.AttackTexts ? _words.Attack(model, batch.Texts, guides: null, share => report((1 + share) / 2)) : batch.Texts);
        });
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    /// <summary>How far the embedding of each image is from that of the clean one.</summary>
    internal static Func<Tensor, Tensor> Score(IImageTextModel model, Tensor images)
    {
        var clean = EmbeddingMath.OfImages(model.EmbedImages, images).detach();
        return pixels => EmbeddingMath.Divergence(clean, EmbeddingMath.OfImages(model.EmbedImages, pixels));
    }
}
