using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>CLIP's transformer for images: patches, a class token, transformer blocks, a projection (Radford et al. 2021, arXiv:2103.00020).</summary>
/// <remarks>Takes pixels; the normalisation is its first line. Parameter names and layouts are those of OpenAI's checkpoints.</remarks>
public sealed class ClipVisionTransformer : nn.Module<Tensor, Tensor>, IModel<ClipVisionOptions>
{
    // Field names are the keys of the checkpoint file.
    private readonly Parameter class_embedding;        // [D]
    private readonly Parameter positional_embedding;   // [1 + patches, D]
    private readonly Parameter proj;                   // [D, embedding]
    private readonly Conv2d conv1;
    private readonly LayerNorm ln_pre;
    private readonly Transformer transformer;
    private readonly LayerNorm ln_post;
    private readonly ClipVisionOptions options;

    /// <summary>Makes an encoder with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="embeddingSize">Length of an embedding.</param>
    /// <param name="random">Source of the initial weights.</param>
    public ClipVisionTransformer(ClipVisionOptions options, int embeddingSize, Generator random)
        : base(nameof(ClipVisionTransformer))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingSize, 1);
        ModelGuard.CheckVision(options with { Tower = ClipTower.Transformer });
        this.options = options;
        var deviation = Math.Pow(options.Width, -0.5);
        class_embedding = new Parameter(empty(options.Width));
        positional_embedding = new Parameter(empty(options.Patches + 1, options.Width));
        proj = new Parameter(empty(options.Width, embeddingSize));
        conv1 = nn.Conv2d(options.Channels, options.Width, options.PatchSize, options.PatchSize, bias: false);
        ln_pre = nn.LayerNorm(options.Width);
        transformer = new Transformer(options.Width, options.Depth, options.Heads, options.Activation, random);
        ln_post = nn.LayerNorm(options.Width);
        InitialWeights.Normal(class_embedding, deviation, random);
        InitialWeights.Normal(positional_embedding, deviation, random);
        InitialWeights.Normal(proj, deviation, random);

        // What PyTorch gives a convolution by default: uniform up to one over the root of the inputs of a weight.
        InitialWeights.Uniform(conv1.weight, null, options.Channels * options.PatchSize * options.PatchSize, random);
        RegisterComponents();
    }

    /// <summary>Sizes of this encoder.</summary>
    public ClipVisionOptions Options => options;

    /// <summary>Encodes images.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], of the size in <see cref="Options"/>.</param>
    /// <returns>Float tensor [N, embedding], not normalised.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public override Tensor forward(Tensor input) => EncodeWithTokens(input, null);

    /// <summary>Encodes images with further tokens behind those of the patches, e.g. learned prompts; they get no position.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], of the size in <see cref="Options"/>.</param>
    /// <param name="tokens">Float tensor [1, M, D], the same for all images; null adds none.</param>
    /// <returns>Float tensor [N, embedding], not normalised.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public Tensor EncodeWithTokens(Tensor input, Tensor? tokens) => ln_post.call(Blocks(input, tokens).select(1, 0)).matmul(proj);

    /// <summary>The tokens of the patches after all blocks, mapped like the embedding.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, L, embedding], row by row from the upper left, not normalised.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public Tensor PatchTokens(Tensor images) => ln_post.call(Blocks(images, null).narrow(1, 1, options.Patches)).matmul(proj);

    private Tensor Blocks(Tensor input, Tensor? tokens)
    {
        ModelGuard.CheckImages(input, options.Channels, options.ImageSize);
        var patches = PatchProjection.Apply(conv1, PixelNormalization.Apply(input, options.Channels, options.PixelMean, options.PixelDeviation, conv1.weight.dtype));   // (N, patches, D)
        var first = class_embedding.to(patches.dtype).expand(input.shape[0], 1, -1);
        var placed = cat([first, patches], 1) + positional_embedding;
        var all = tokens is null ? placed : cat([placed, tokens.to(placed.dtype).expand(input.shape[0], -1, -1)], 1);
        return transformer.call(ln_pre.call(all), null);
    }
}
