using RobustVlm.Engine;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Contrastive language-image model: one space for images and texts (Radford et al. 2021, arXiv:2103.00020).</summary>
/// <remarks>
/// Parameter names and layouts are those of OpenAI's and open_clip's checkpoints, so <see cref="Checkpoint"/> loads those without conversion, and
/// Hugging Face's under their own names.
/// </remarks>
public sealed class Clip : nn.Module<Tensor, Tensor, Tensor>, IModel<ClipOptions>
{
    private static readonly double LargestLogScale = Math.Log(100);

    // Field names are the keys of the checkpoint file.
    private readonly Parameter positional_embedding;
    private readonly Parameter text_projection;
    private readonly Parameter logit_scale;   // a single number, the logarithm of the factor
    private readonly nn.Module<Tensor, Tensor> visual;
    private readonly Transformer transformer;
    private readonly Embedding token_embedding;
    private readonly LayerNorm ln_final;
    private readonly ClipOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public Clip(ClipOptions options, Generator random)
        : base(nameof(Clip))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ModelGuard.Check(options);
        this.options = options;
        visual = options.Image.Tower == ClipTower.ResNet
            ? new ClipResNet(options.Image, options.EmbeddingSize, random)
            : new ClipVisionTransformer(options.Image, options.EmbeddingSize, random);
        (positional_embedding, text_projection, transformer, token_embedding, ln_final) =
            TextEncoder.Create(options.Text, options.EmbeddingSize, random);
        logit_scale = new Parameter(tensor((float)Math.Log(options.InitialLogitScale)));
        RegisterComponents();
    }

    /// <summary>Sizes of this model.</summary>
    public ClipOptions Options => options;

    /// <summary>The image encoder alone: a <see cref="ClipVisionTransformer"/> or a <see cref="ClipResNet"/>.</summary>
    public nn.Module<Tensor, Tensor> Visual => visual;

    /// <summary>Factor on the cosines, at most 100.</summary>
    /// <returns>Float tensor [] with a gradient.</returns>
    public Tensor LogitScale() => logit_scale.clamp(max: LargestLogScale).exp();

    /// <summary>A copy of the image encoder with the same weights, on the same device; it belongs to the caller.</summary>
    internal nn.Module<Tensor, Tensor> CopyVisual()
    {
        using var random = new Generator(0);
        nn.Module<Tensor, Tensor> copy = options.Image.Tower == ClipTower.ResNet
            ? new ClipResNet(options.Image, options.EmbeddingSize, random)
            : new ClipVisionTransformer(options.Image, options.EmbeddingSize, random);
        using var noGradient = no_grad();
        copy.to(visual.parameters().First().dtype);
        copy.to(visual.parameters().First().device);
        var weights = visual.state_dict();
        foreach (var (name, value) in copy.state_dict())
        {
            value.copy_(weights[name]);
        }

        copy.eval();
        return copy;
    }

    /// <summary>Encodes images.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], of the size in <see cref="Options"/>.</param>
    /// <returns>Float tensor [N, D], not normalised.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public Tensor EncodeImage(Tensor images) => visual.call(images);

    /// <summary>Encodes texts.</summary>
    /// <param name="tokens">Long tensor [N, T], token indices, T up to the context length.</param>
    /// <returns>Float tensor [N, D], not normalised.</returns>
    /// <exception cref="ArgumentException">The tokens have another shape or type.</exception>
    public Tensor EncodeText(Tensor tokens) => TextEncoder.Encode(
        tokens, options.Text, positional_embedding, text_projection, transformer, token_embedding, ln_final);

    /// <summary>The patches of images as tokens in the space of the embeddings, e.g. for attention between images and texts.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, L, D], not normalised.</returns>
    /// <exception cref="NotSupportedException">The image encoder is a ResNet.</exception>
    public Tensor EncodeImageTokens(Tensor images) => visual is ClipVisionTransformer transformer ? transformer.PatchTokens(images)
        : throw new NotSupportedException("Only a transformer has tokens of patches; take a CLIP whose image encoder is one.");

    /// <summary>The words of texts as tokens in the space of the embeddings.</summary>
    /// <param name="tokens">Long tensor [N, T], token indices, T up to the context length.</param>
    /// <returns>Float tensor [N, S, D], not normalised, and bool tensor [N, S], false for padding; S is the length of the longest text.</returns>
    public (Tensor Encoded, Tensor IsWord) EncodeTextTokens(Tensor tokens)
    {
        var (encoded, used) = TextEncoder.EncodeTokens(tokens, options.Text, positional_embedding, transformer, token_embedding, ln_final);
        var isWord = used.ne(options.Text.PaddingToken);
        if (options.Text.Pooling == TextPooling.EndOfText)
        {
            // CLIP fills up with a token that may also stand in a text: what lies behind the end is padding.
            var end = options.Text.EndToken is { } token ? used.eq(token).to(ScalarType.Int64).argmax(-1) : used.argmax(-1);
            isWord = arange(used.shape[1], device: used.device).unsqueeze(0).le(end.unsqueeze(1));
        }

        return (encoded.matmul(text_projection), isWord);
    }

    /// <summary>Compares every image with every text.</summary>
    /// <param name="input1">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="input2">Long tensor [M, T], token indices.</param>
    /// <returns>Float tensor [N, M]: cosines times the logit scale, in float32 (a float64 model's in float64).</returns>
    public override Tensor forward(Tensor input1, Tensor input2)
    {
        var (images, texts) = (EncodeImage(input1), EncodeText(input2));
        return LogitScale() * Cosines(UnitLength(images), UnitLength(texts));
    }

    /// <summary>Scales embeddings to length one, in float32 when they come in a shorter format.</summary>
    /// <param name="embeddings">Float tensor [N, D].</param>
    /// <returns>Float tensor [N, D] of unit rows.</returns>
    public static Tensor UnitLength(Tensor embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        var full = embeddings.dtype == ScalarType.Float64 ? embeddings : embeddings.to(ScalarType.Float32);
        return nn.functional.normalize(full, p: 2, dim: -1);
    }

    /// <summary>Cosines of unit rows, never in a short format: coarse logits tie, and their gradients vanish.</summary>
    internal static Tensor Cosines(Tensor images, Tensor texts)
    {
        using var fullPrecision = Autocast.Use(ScalarType.Float32, images.device_type);
        return images.matmul(texts.t());
    }
}
