using RobustVlm.Engine;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Vision transformer: patches, a class token, transformer blocks, a linear layer (Dosovitskiy et al. 2021, arXiv:2010.11929).</summary>
/// <remarks>
/// Takes pixels; the normalisation is its first line. Parameter names and layouts are timm's, so its files load with <see cref="Checkpoint"/>.
/// It has no dropout. Linear layers of the blocks can be exchanged with <see cref="ModuleTree.Replace"/>, e.g. <c>blocks.0.attn.qkv</c>.
/// </remarks>
public sealed class VisionTransformer : nn.Module<Tensor, Tensor>, IModel<VisionTransformerOptions>
{
    private const double NormEpsilon = 1e-6;

    // Field names are the keys of the checkpoint file.
    private readonly Parameter cls_token;   // [1, 1, D]
    private readonly Parameter pos_embed;   // [1, 1 + L, D]
    private readonly PatchEmbedding patch_embed;
    private readonly ModuleList<VisionBlock> blocks;
    private readonly LayerNorm? norm;
    private readonly LayerNorm? fc_norm;
    private readonly nn.Module<Tensor, Tensor>? head;
    private readonly VisionTransformerOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public VisionTransformer(VisionTransformerOptions options, Generator random)
        : base(nameof(VisionTransformer))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        Check(options);
        this.options = options;
        cls_token = new Parameter(empty(1, 1, options.Width));
        pos_embed = new Parameter(empty(1, options.Patches + 1, options.Width));
        patch_embed = new PatchEmbedding(options);
        blocks = new ModuleList<VisionBlock>([.. Enumerable.Range(0, options.Depth).Select(_ => new VisionBlock(options, NormEpsilon))]);
        var last = nn.LayerNorm(options.Width, NormEpsilon);
        (norm, fc_norm) = options.Pooling == VisionPooling.Token ? (last, null) : ((LayerNorm?)null, last);
        head = options.Classes > 0 ? nn.Linear(options.Width, options.Classes) : null;
        RegisterComponents();
        InitialWeights.Transformer(this, 0.02, random);
        InitialWeights.Normal(cls_token, 1e-6, random);
        InitialWeights.Normal(pos_embed, 0.02, random);
    }

    /// <summary>Sizes of this model.</summary>
    public VisionTransformerOptions Options => options;

    /// <summary>Classifies images, or gives their features when the model has no classes.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], of the size in <see cref="Options"/>.</param>
    /// <returns>Float tensor [N, K], logits; without classes [N, D], features.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public override Tensor forward(Tensor input) => ForwardEmbedded(EmbedPatches(input));

    /// <summary>The vector of each image from which its class is read: the class token, or the mean of the patches.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, D].</returns>
    public Tensor Features(Tensor images) => Pool(Encode(EmbedPatches(images)));

    /// <summary>The tokens of the patches after all blocks, without the class token.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, L, D], normalised unless the model pools by the mean, row by row from the upper left.</returns>
    public Tensor PatchTokens(Tensor images) => Normalised(Encode(EmbedPatches(images))).narrow(1, 1, options.Patches);

    /// <summary>The first half of the model: each patch as a vector, before positions and class token are added.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, L, D], row by row from the upper left.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public Tensor EmbedPatches(Tensor images)
    {
        ModelGuard.CheckImages(images, options.Channels, options.ImageSize);
        return patch_embed.call(images);
    }

    /// <summary>The second half of the model, from the vectors of the patches on.</summary>
    /// <param name="patches">Float tensor [N, L, D] of <see cref="EmbedPatches"/>, changed or not.</param>
    /// <returns>Float tensor [N, K], logits; without classes [N, D], features.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public Tensor ForwardEmbedded(Tensor patches)
    {
        var features = Pool(Encode(patches));
        return head is null ? features : head.call(features);
    }

    private Tensor Encode(Tensor patches)
    {
        ArgumentNullException.ThrowIfNull(patches);
        if (patches.shape is not [var count, var length, var width] || length != options.Patches || width != options.Width)
        {
            throw new ArgumentException(
                $"This model takes embedded patches [N, {options.Patches}, {options.Width}], not [{string.Join(", ", patches.shape)}]; make them with EmbedPatches.", nameof(patches));
        }

        var x = cat([cls_token.to(patches.dtype).expand(count, 1, -1), patches], 1) + pos_embed;
        foreach (var block in blocks)
        {
            x = block.call(x);
        }

        return x;
    }

    private Tensor Normalised(Tensor encoded) => norm is null ? encoded : norm.call(encoded);

    private Tensor Pool(Tensor encoded) => fc_norm is null
        ? Normalised(encoded.select(1, 0))
        : fc_norm.call(encoded.narrow(1, 1, options.Patches).mean([1]));

    private static void Check(VisionTransformerOptions options)
    {
        ModelGuard.CheckBlocks(options.Width, options.Depth, options.Heads);
        ModelGuard.CheckPatches(options.ImageSize, options.PatchSize);
        ModelGuard.CheckChannels(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Classes, nameof(options));
        if (!(options.MlpRatio * options.Width is >= 1 and <= 1e6))
        {
            throw new ArgumentException($"A hidden layer {options.MlpRatio} times as wide as {options.Width} cannot be made; give an MLP ratio such as 4.", nameof(options));
        }

        ModelGuard.CheckWeights(((double)options.Patches + options.Classes + (options.MlpRatio * options.Width * options.Depth)) * options.Width);
    }
}

/// <summary>Cuts images into patches and maps each to a vector.</summary>
internal sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d proj;
    private readonly VisionTransformerOptions options;

    internal PatchEmbedding(VisionTransformerOptions options)
        : base(nameof(PatchEmbedding))
    {
        this.options = options;
        proj = nn.Conv2d(options.Channels, options.Width, options.PatchSize, options.PatchSize);
        RegisterComponents();
    }

    /// <summary>Embeds.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, L, D].</returns>
    public override Tensor forward(Tensor input) => PatchProjection.Apply(
        proj, PixelNormalization.Apply(input, options.Channels, options.PixelMean, options.PixelDeviation, proj.weight.dtype));
}

/// <summary>Pre-norm transformer block in timm's names.</summary>
internal sealed class VisionBlock : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly VisionAttention attn;
    private readonly LayerNorm norm2;
    private readonly VisionMlp mlp;

    internal VisionBlock(VisionTransformerOptions options, double epsilon)
        : base(nameof(VisionBlock))
    {
        norm1 = nn.LayerNorm(options.Width, epsilon);
        attn = new VisionAttention(options.Width, options.Heads, options.QkvBias);
        norm2 = nn.LayerNorm(options.Width, epsilon);
        mlp = new VisionMlp(options.Width, (int)(options.MlpRatio * options.Width));
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">Float tensor [N, T, D].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input)
    {
        if (FusedBlock.Of(input, (norm1, norm2), attn.Joined, (attn.Projection, mlp.Expansion, mlp.Contraction), (attn, mlp), attn.Heads, quick: false, null) is { } output)
        {
            return output;
        }

        var x = input + attn.call(norm1.call(input));
        return x + mlp.call(norm2.call(x));
    }
}

/// <summary>Multi-head self-attention in timm's names; queries, keys and values come from one layer.</summary>
internal sealed class VisionAttention : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> qkv;    // of the widest type, so that ModuleTree can exchange it
    private readonly nn.Module<Tensor, Tensor> proj;
    private readonly int heads;

    internal VisionAttention(int width, int heads, bool bias)
        : base(nameof(VisionAttention))
    {
        this.heads = heads;
        qkv = nn.Linear(width, 3 * width, hasBias: bias);
        proj = nn.Linear(width, width);
        RegisterComponents();
    }

    internal int Heads => heads;

    internal (Tensor Weight, Tensor? Bias)? Joined => FusedBlock.Plain(qkv);

    internal nn.Module Projection => proj;

    /// <summary>Mixes the tokens.</summary>
    /// <param name="input">Float tensor [N, T, D].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input) => proj.call(AttentionMath.Mix(qkv.call(input), heads, null));
}

/// <summary>The two linear layers of a block.</summary>
internal sealed class VisionMlp : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> fc1;
    private readonly nn.Module<Tensor, Tensor> fc2;

    internal VisionMlp(int width, int hidden)
        : base(nameof(VisionMlp))
    {
        fc1 = nn.Linear(width, hidden);
        fc2 = nn.Linear(hidden, width);
        RegisterComponents();
    }

    internal nn.Module Expansion => fc1;

    internal nn.Module Contraction => fc2;

    /// <summary>Applies both layers to each token.</summary>
    /// <param name="input">Float tensor [N, T, D].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input) => fc2.call(nn.functional.gelu(fc1.call(input)));
}
