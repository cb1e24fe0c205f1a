using RobustVlm.Attacks.Text;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Pairs;

/// <summary>Settings of <see cref="Sga"/>. The defaults are the published ones.</summary>
public sealed record SgaOptions
{
    /// <summary>Largest change of an image, with its norm.</summary>
    public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(2);

    /// <summary>Length of a step; null takes a quarter of the budget.</summary>
    public PixelBudget? StepSize { get; init; }

    /// <summary>Number of gradient steps, at least one.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Whether the gradient also comes from copies at half, three quarters, five quarters and one and a half times the size.</summary>
    public bool ScaledCopies { get; init; } = true;

    /// <summary>Standard deviation of the noise on the scaled copies, on the [0, 1] scale of the pixels.</summary>
    public double CopyNoise { get; init; } = 0.05;

    /// <summary>Where the images start.</summary>
    public StartPoint Start { get; init; } = StartPoint.Uniform;

    /// <summary>Images attacked together, at least one; only memory and the order of random numbers depend on it.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>How words are changed.</summary>
    public BertAttackOptions Words { get; init; } = new();
}

/// <summary>Set-level guidance attack (Lu et al. 2023, arXiv:2307.14061): images away from the whole set of their attacked captions at several scales,
/// captions away from the attacked image.</summary>
/// <remarks>
/// Three steps: captions away from the clean image; the image away from them; captions, again from the original words, away from the attacked image.
/// With one caption per image only the scaled copies remain of the set.
/// </remarks>
public sealed class Sga : IImageTextAttack
{
    private static readonly double[] s_scales = [0.5, 0.75, 1.25, 1.5];

    private readonly SgaOptions _options;
    private readonly IMaskedLanguageModel _language;
    private readonly WordSubstitution _words;

    /// <summary>Makes the attack.</summary>
    /// <param name="language">The language model that proposes words, in evaluation mode.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, candidates or changes.</exception>
    /// <exception cref="ArgumentException">The step is measured in another norm than the budget.</exception>
    public Sga(IMaskedLanguageModel language, SgaOptions? options = null)
    {
        _options = options ?? new SgaOptions();
        _language = language;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.CopyNoise, nameof(options));
        if (_options.Epsilon.Value > 0)
        {
            _options.Epsilon.RequireSameNorm(_options.StepSize, nameof(options));
        }

        _words = new WordSubstitution(language, _options.Words);
    }

    /// <inheritdoc/>
    public string Name => "SGA";

    /// <inheritdoc/>
    public PixelBudget Epsilon => _options.Epsilon;

    /// <inheritdoc/>
    public IImageTextAttack WithEpsilon(PixelBudget epsilon) => new Sga(_language, _options with { Epsilon = epsilon });

    /// <inheritdoc/>
    public AdversarialPairs Perturb(
        IImageTextModel model, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, Generator random, Action<double>? progress = null)
    {
        return PairBatch.Attack(model, images, captions, random, _options.BatchSize, progress, (batch, report) =>
        {
            var prepared = _words.Prepare(model, batch.Texts, share => report(share / 4));
            var first = _words.Choose(model, prepared, Guides(batch.Images), share => report((1 + share) / 4));
            var start = PixelAscent.Start(batch.Images, _options.Epsilon, _options.Start, random);
            var attacked = Climb(model, batch, first, start, Noise, share => report((2 + share) / 4));
            return (attacked, _words.Choose(model, prepared, Guides(attacked), share => report((3 + share) / 4)));

            Tensor Guides(Tensor guiding) => EmbeddingMath.OfImages(model.EmbedImages, guiding).index_select(0, batch.ImageOf);
            Tensor Noise() => randn(batch.Images.shape, dtype: batch.Images.dtype, device: random.device, generator: random).to(batch.Images.device) * _options.CopyNoise;
        });
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";

    /// <summary>The image half, from a given start.</summary>
    /// <param name="model">The attacked model.</param>
    /// <param name="batch">Images with their captions.</param>
    /// <param name="texts">The attacked captions.</param>
    /// <param name="start">Float tensor [N, C, H, W], in the ball.</param>
    /// <param name="noise">Draws the noise of a scaled copy, [N, C, H, W].</param>
    /// <param name="progress">Told the finished share.</param>
    /// <param name="afterStep">Told each point of the way.</param>
    internal Tensor Climb(
        IImageTextModel model,
        PairBatch batch,
        IReadOnlyList<string> texts,
        Tensor start,
        Func<Tensor> noise,
        Action<double>? progress = null,
        Action<Tensor>? afterStep = null)
    {
        var ascent = new Ascent(_options.Epsilon, _options.StepSize?.Value ?? _options.Epsilon.Value / 4, _options.Steps);
        var captions = batch.SumByImage(EmbeddingMath.OfTexts(model, texts));   // the sum over a set is a product with its sum
        return PixelAscent.Run(batch.Images, start, ascent, Score, progress, Climbed, afterStep);

        Tensor Score(Tensor pixels) => Distance(EmbeddingMath.OfImages(model.EmbedImages, pixels), captions);

        (Tensor Climbed, Tensor Score) Climbed(Tensor pixels)
        {
            var copies = _options.ScaledCopies ? Copies(pixels, noise) : pixels;
            var embedded = EmbeddingMath.OfImages(model.EmbedImages, copies).view(-1, batch.Images.shape[0], captions.shape[1]);   // (copies, N, D)
            var distances = embedded.unbind(0).Select(copy => Distance(copy, captions)).ToArray();
            return (stack(distances, 0).sum(0), distances[0]);
        }
    }

    /// <summary>Minus the similarity of each image to all its captions.</summary>
    /// <param name="images">Float tensor [N, D] of unit rows.</param>
    /// <param name="captions">Float tensor [N, D], the sum over the captions of each image.</param>
    /// <returns>Tensor [N].</returns>
    internal static Tensor Distance(Tensor images, Tensor captions) => -(images * captions).sum(-1);

    /// <summary>The images, then noisy copies resized and brought back to their size, bicubic without antialiasing.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="noise">Draws the noise of a copy.</param>
    /// <returns>Float tensor [5 N, C, H, W].</returns>
    internal static Tensor Copies(Tensor images, Func<Tensor> noise)
    {
        var (height, width) = (images.shape[2], images.shape[3]);
        return cat(
            [images, .. s_scales.Select(scale => Resize(Resize(images + noise(), (long)(scale * height), (long)(scale * width)).clamp(0, 1), height, width))], 0);
    }

    private static Tensor Resize(Tensor images, long height, long width) =>
        nn.functional.interpolate(images, size: [Math.Max(height, 1), Math.Max(width, 1)], mode: InterpolationMode.Bicubic, align_corners: false);
}
