using RobustVlm.Attacks.Text;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Pairs;

/// <summary>Which of an image's attacked captions <see cref="CoAttack"/> pushes the image away from.</summary>
public enum CaptionGuide
{
    /// <summary>The last one: the published code attacks an image once for each caption and keeps the last result.</summary>
    Last,

    /// <summary>All of them, by the mean of their terms.</summary>
    Mean,
}

/// <summary>Settings of <see cref="CoAttack"/>. The defaults are the published ones.</summary>
public sealed record CoAttackOptions
{
    /// <summary>Largest change of an image, with its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(2);

    /// <summary>Number of gradient steps K, at least one; the length of a step is 1.25 ε / K.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Weight α of the term that pushes the image away from its attacked caption.</summary>
    public double TextWeight { get; init; } = 3;

    /// <summary>Which captions guide the image.</summary>
    public CaptionGuide Guide { get; init; }

    /// <summary>Where the images start.</summary>
    public StartPoint Start { get; init; } = StartPoint.Brighter;

    /// <summary>Images attacked together, at least one; only memory and the order of random numbers depend on it.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>How words are changed.</summary>
    public BertAttackOptions Words { get; init; } = new();
}

/// <summary>First the captions, then the images away from both their own embedding and the attacked captions (Co-Attack, Zhang et al. 2022, arXiv:2206.09391).</summary>
/// <remarks>The form for models with two separate encoders; the one for models that fuse both needs a fused embedding, which CLIP has not.</remarks>
public sealed class CoAttack : IImageTextAttack
{
    private readonly CoAttackOptions _options;
    private readonly IMaskedLanguageModel _language;
    private readonly WordSubstitution _words;

    /// <summary>Makes the attack.</summary>
    /// <param name="language">The language model that proposes words, in evaluation mode.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, candidates or changes.</exception>
    public CoAttack(IMaskedLanguageModel language, CoAttackOptions? options = null)
    {
        _options = options ?? new CoAttackOptions();
        _language = language;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        _words = new WordSubstitution(language, _options.Words);
    }

    /// <inheritdoc/>
    public string Name => "Co-Attack";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageTextAttack WithEpsilon(PixelBudget epsilon) => new CoAttack(_language, _options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public AdversarialPairs Perturb(
        IImageTextModel model, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, Generator random, Action<double>? progress = null)
    {
        return PairBatch.Attack(model, images, captions, random, _options.BatchSize, progress, (batch, report) =>
        {
            var texts = _words.Attack(model, batch.Texts, guides: null, share => report(share / 2));
            var start = PixelAscent.Start(batch.Images, _options.Epsilon, _options.Start, random);
            return (Climb(model, batch, texts, start, share => report((1 + share) / 2)), texts);
        });
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    /// <summary>The image half, from a given start.</summary>
    internal Tensor Climb(
        IImageTextModel model, PairBatch batch, IReadOnlyList<string> texts, Tensor start, Action<double>? progress = null, Action<Tensor>? afterStep = null)
    {
        var ascent = new Ascent(_options.Epsilon, 1.25 * _options.Epsilon.Value / _options.Steps, _options.Steps);
        return PixelAscent.Run(batch.Images, start, ascent, Score(model, batch, texts), progress, afterStep: afterStep);
    }

    // KL(softmax(f(x)) ‖ softmax(f(x'))) + α KL(softmax(t(c')) ‖ softmax(f(x')))
    private Func<Tensor, Tensor> Score(IImageTextModel model, PairBatch batch, IReadOnlyList<string> texts)
    {
        var clean = EmbeddingMath.OfImages(model.EmbedImages, batch.Images).detach();
        var captions = EmbeddingMath.OfTexts(model, texts);
        var share = batch.SumByImage(ones([texts.Count, 1], dtype: captions.dtype, device: captions.device)).reciprocal();   // (N, 1)
        var last = batch.SumByImage(ones([texts.Count, 1], dtype: ScalarType.Float64, device: captions.device)).cumsum(0).flatten().to(ScalarType.Int64) - 1;
        return pixels =>
        {
            var embedded = EmbeddingMath.OfImages(model.EmbedImages, pixels);
            var away = EmbeddingMath.Divergence(clean, embedded);
            if (_options.Guide == CaptionGuide.Last)
            {
                return away + (_options.TextWeight * EmbeddingMath.Divergence(captions.index_select(0, last), embedded));
            }

            var each = EmbeddingMath.Divergence(captions, embedded.index_select(0, batch.ImageOf));   // (M)
            return away + (_options.TextWeight * (batch.SumByImage(each.unsqueeze(1)) * share).squeeze(1));
        };
    }
}
