using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>
/// Adaptor: aligns embeddings of a frozen image encoder and a frozen text encoder by two projections and a few transformer layers that both modalities share
/// ("Freeze the backbones"; Qin et al. 2024, arXiv:2401.01179).
/// </summary>
/// <remarks>
/// Names and layouts of the weights are the published code's. As published, each modality is one token, and then the layers cannot attend: see
/// <see cref="AdaptorAttention"/>. Training mode needs <see cref="DropoutRandom"/>.
/// </remarks>
public sealed class Adaptor : nn.Module<Tensor, Tensor, (Tensor Images, Tensor Texts)>, IModel<AdaptorOptions>, IHasDropout
{
    // Field names are the keys of the checkpoint file.
    private readonly AdaptorProjection projection;
    private readonly AdaptorStack adaptor_module;
    private readonly Parameter logit_scale;   // [], the logarithm
    private readonly AdaptorOptions options;

    /// <summary>Makes a model with random weights, drawn as PyTorch draws those of its layers.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public Adaptor(AdaptorOptions options, Generator random)
        : base(nameof(Adaptor))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        this.options = options;
        projection = new AdaptorProjection(options, random);
        adaptor_module = new AdaptorStack(options, random);
        logit_scale = new Parameter(tensor(options.InitialLogitScale, dtype: ScalarType.Float32));
        RegisterComponents();
    }

    /// <summary>Sizes of this model.</summary>
    public AdaptorOptions Options => options;

    /// <summary>Source of what dropout drops; needed in training mode only.</summary>
    public Generator? DropoutRandom
    {
        get => adaptor_module.DropoutRandom;
        set => adaptor_module.DropoutRandom = value;
    }

    /// <summary>Embeds pairs as in pre-training.</summary>
    /// <param name="images">Float tensor [B, D] of the image encoder's embeddings, or [B, T, D] of its tokens.</param>
    /// <param name="texts">Float tensor [B, D] of the text encoder's embeddings, or [B, S, D] of its tokens.</param>
    /// <returns>Two float tensors [B, P] of length 1: the first token of each.</returns>
    /// <exception cref="ArgumentException">The embeddings do not fit the model or each other.</exception>
    public override (Tensor Images, Tensor Texts) forward(Tensor images, Tensor texts)
    {
        Check(images, options.ImageWidth, nameof(images));
        Check(texts, options.TextWidth, nameof(texts));
        if (images.shape[0] != texts.shape[0])
        {
            throw new ArgumentException($"Give as many texts as images, not {texts.shape[0]} and {images.shape[0]}.", nameof(texts));
        }

        var (v, t) = (Sequence(projection.Images(images)), Sequence(projection.Texts(texts)));
        if (options.Attention == AdaptorAttention.Published && options.Layers > 0 && v.shape[1] != t.shape[1])
        {
            throw new ArgumentException(
                $"The published residual needs as many image tokens as text tokens, not {v.shape[1]} and {t.shape[1]}; give one embedding each, or choose AdaptorAttention.TokenSequences.", nameof(texts));
        }

        (v, t) = adaptor_module.call(v, t);
        return (Clip.UnitLength(v.select(1, 0)), Clip.UnitLength(t.select(1, 0)));
    }

    /// <summary>Embeds images without texts, for downstream use.</summary>
    /// <param name="images">Float tensor [B, D] of the image encoder's embeddings, or [B, T, D] of its tokens, which then attend to each other.</param>
    /// <returns>Float tensor [B, P] or [B, T, P] of length 1. A row does not depend on the others, unless <see cref="AdaptorOptions.OfficialBatchAttention"/> asks for that.</returns>
    /// <exception cref="ArgumentException">The embeddings do not fit the model.</exception>
    public Tensor EmbedImages(Tensor images)
    {
        Check(images, options.ImageWidth, nameof(images));
        var projected = projection.Images(images);
        if (images.dim() == 3)
        {
            return Clip.UnitLength(adaptor_module.Alone(projected));
        }

        var place = options.OfficialBatchAttention ? 0 : 1;
        return Clip.UnitLength(adaptor_module.Alone(projected.unsqueeze(place)).squeeze(place));
    }

    /// <summary>Scaled cosines of all texts with all images, for <see cref="AdaptorLoss"/>.</summary>
    /// <param name="images">Float tensor [B, P] of length 1.</param>
    /// <param name="texts">Float tensor [B, P] of length 1.</param>
    /// <returns>Float tensor [B, B]: rows are texts, columns images, pairs on the diagonal.</returns>
    public Tensor Similarities(Tensor images, Tensor texts)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(texts);
        return texts.matmul(images.t()) * logit_scale.exp();
    }

    private static Tensor Sequence(Tensor x) => x.dim() == 2 ? x.unsqueeze(1) : x;

    private static void Check(Tensor embeddings, int width, string name)
    {
        ArgumentNullException.ThrowIfNull(embeddings, name);
        if (embeddings.dim() is not (2 or 3) || embeddings.shape[^1] != width || !embeddings.is_floating_point())
        {
            throw new ArgumentException(
                $"This model takes float embeddings [B, {width}] or [B, T, {width}] as {name}, not {embeddings.dtype} [{string.Join(", ", embeddings.shape)}]; compute them with the encoder it was made for.", name);
        }
    }
}

/// <summary>The two linear maps into the common space.</summary>
internal sealed class AdaptorProjection : nn.Module
{
    private readonly Linear visual_projection;
    private readonly Linear text_projection;

    internal AdaptorProjection(AdaptorOptions options, Generator random)
        : base(nameof(AdaptorProjection))
    {
        visual_projection = nn.Linear(options.ImageWidth, options.Width, hasBias: false);
        text_projection = nn.Linear(options.TextWidth, options.Width, hasBias: false);
        RegisterComponents();
        InitialWeights.Uniform(visual_projection.weight, null, options.ImageWidth, random);
        InitialWeights.Uniform(text_projection.weight, null, options.TextWidth, random);
    }

    internal Tensor Images(Tensor embeddings) => Clip.UnitLength(visual_projection.call(embeddings));

    internal Tensor Texts(Tensor embeddings) => Clip.UnitLength(text_projection.call(embeddings));
}

/// <summary>The layers, shared by both modalities.</summary>
internal sealed class AdaptorStack : nn.Module<Tensor, Tensor, (Tensor Images, Tensor Texts)>
{
    private readonly ModuleList<AdaptorLayer> encoder;
    private readonly AdaptorAttention attention;

    internal AdaptorStack(AdaptorOptions options, Generator random)
        : base(nameof(AdaptorStack))
    {
        attention = options.Attention;
        encoder = new ModuleList<AdaptorLayer>([.. Enumerable.Range(0, options.Layers).Select(_ => new AdaptorLayer(options, random))]);
        RegisterComponents();
    }

    internal Generator? DropoutRandom
    {
        get;
        set
        {
            field = value;
            foreach (var layer in encoder)
            {
                layer.DropoutRandom = value;
            }
        }
    }

    /// <summary>Both modalities through all layers, images first in each, so that texts meet the images of the same layer.</summary>
    /// <param name="images">Float tensor [B, T, P].</param>
    /// <param name="texts">Float tensor [B, S, P].</param>
    /// <returns>The same shapes, [B, T, P] and [B, S, P].</returns>
    public override (Tensor Images, Tensor Texts) forward(Tensor images, Tensor texts)
    {
        foreach (var layer in encoder)
        {
            images = Step(layer, images, texts);
            texts = Step(layer, texts, images);
        }

        return (images, texts);
    }

    /// <summary>One modality through all layers by itself.</summary>
    internal Tensor Alone(Tensor tokens)
    {
        foreach (var layer in encoder)
        {
            tokens = layer.call(tokens, tokens);
        }

        return tokens;
    }

    private Tensor Step(AdaptorLayer layer, Tensor own, Tensor other) =>
        attention == AdaptorAttention.Published ? layer.call(own, other) : layer.Attend(own, other);
}
