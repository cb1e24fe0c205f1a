using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>CLIP's text encoder: token and position embeddings, transformer blocks, pooling, a projection (Radford et al. 2021, arXiv:2103.00020).</summary>
/// <remarks>
/// <see cref="TextEncoderOptions"/> chooses between CLIP's form (causal, pooled at the end-of-text token) and the mini model's
/// (all tokens see each other, mean over those that are not padding). In a <see cref="Clip"/> its parameters lie at the top level, as in OpenAI's checkpoints.
/// </remarks>
public sealed class TextEncoder : nn.Module<Tensor, Tensor>, IModel<TextEncoderOptions>
{
    // Field names are the keys of the checkpoint file.
    private readonly Parameter positional_embedding;   // [context, D]
    private readonly Parameter text_projection;        // [D, embedding]
    private readonly Transformer transformer;
    private readonly Embedding token_embedding;
    private readonly LayerNorm ln_final;
    private readonly TextEncoderOptions options;

    /// <summary>Makes an encoder with CLIP's initial weights.</summary>
    /// <param name="options">Sizes, mask and pooling.</param>
    /// <param name="embeddingSize">Length of an embedding.</param>
    /// <param name="random">Source of the initial weights.</param>
    public TextEncoder(TextEncoderOptions options, int embeddingSize, Generator random)
        : base(nameof(TextEncoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingSize, 1);
        ModelGuard.CheckText(options);
        this.options = options;
        (positional_embedding, text_projection, transformer, token_embedding, ln_final) = Create(options, embeddingSize, random);
        RegisterComponents();
    }

    /// <summary>Sizes of this encoder.</summary>
    public TextEncoderOptions Options => options;

    /// <summary>Encodes texts.</summary>
    /// <param name="input">Long tensor [N, T], token indices, T up to the context length.</param>
    /// <returns>Float tensor [N, embedding], not normalised.</returns>
    /// <exception cref="ArgumentException">The tokens have another shape or type.</exception>
    public override Tensor forward(Tensor input)
    {
        return Encode(input, options, positional_embedding, text_projection, transformer, token_embedding, ln_final);
    }

    // A Clip owns these five itself, so that their names have no prefix; it makes and uses them through these two methods.
    internal static (Parameter Position, Parameter Projection, Transformer Blocks, Embedding Words, LayerNorm Norm) Create(
        TextEncoderOptions options, int embeddingSize, Generator random)
    {
        var position = new Parameter(empty(options.ContextLength, options.Width));
        var projection = new Parameter(empty(options.Width, embeddingSize));
        var blocks = new Transformer(options.Width, options.Depth, options.Heads, options.Activation, random);
        var words = nn.Embedding(options.VocabularySize, options.Width);
        InitialWeights.Normal(words.weight, 0.02, random);
        InitialWeights.Normal(position, 0.01, random);
        InitialWeights.Normal(projection, Math.Pow(options.Width, -0.5), random);
        return (position, projection, blocks, words, nn.LayerNorm(options.Width));
    }

    internal static Tensor Encode(
        Tensor tokens, TextEncoderOptions options, Parameter position, Parameter projection, Transformer blocks, Embedding words, LayerNorm norm)
    {
        var (encoded, used) = EncodeTokens(tokens, options, position, blocks, words, norm);
        return Pool(encoded, used, options).matmul(projection);
    }

    /// <summary>The tokens after all blocks, not projected, and what was encoded: the texts without padding that all of them have.</summary>
    internal static (Tensor Encoded, Tensor Used) EncodeTokens(
        Tensor tokens, TextEncoderOptions options, Parameter position, Transformer blocks, Embedding words, LayerNorm norm)
    {
        ModelGuard.CheckTokens(tokens, options.ContextLength);
        tokens = WithoutTrailingPadding(tokens, options);
        var embedded = words.call(tokens) + position.narrow(0, 0, tokens.shape[1]);   // (N, T, D)
        return (norm.call(blocks.call(embedded, Mask(tokens, options))), tokens);
    }

    // Padding after the longest text changes nothing and would only cost time.
    private static Tensor WithoutTrailingPadding(Tensor tokens, TextEncoderOptions options)
    {
        var used = tokens.ne(options.PaddingToken).any(0).nonzero();   // (columns with a real token, 1)
        return used.shape[0] == 0 ? tokens.narrow(1, 0, 1) : tokens.narrow(1, 0, used.max().item<long>() + 1);
    }

    private static Tensor? Mask(Tensor tokens, TextEncoderOptions options)
    {
        var length = tokens.shape[1];
        Tensor? mask = null;
        if (options.Causal)
        {
            mask = full([length, length], AttentionMath.Hidden, dtype: ScalarType.Float32, device: tokens.device).triu(1);
        }

        if (options.Pooling == TextPooling.Mean)
        {
            var padding = tokens.eq(options.PaddingToken).to(ScalarType.Float32).view(-1, 1, 1, length) * AttentionMath.Hidden;
            mask = mask is null ? padding : mask + padding;
        }

        return mask;
    }

    private static Tensor Pool(Tensor encoded, Tensor tokens, TextEncoderOptions options)
    {
        if (options.Pooling == TextPooling.EndOfText)
        {
            var end = options.EndToken is { } token ? tokens.eq(token).to(ScalarType.Int64).argmax(-1) : tokens.argmax(-1);
            return encoded.gather(1, end.view(-1, 1, 1).expand(-1, 1, encoded.shape[2])).squeeze(1);
        }

        var real = tokens.ne(options.PaddingToken).to(encoded.dtype).unsqueeze(-1);   // (N, T, 1)
        return (encoded * real).sum(1) / real.sum(1).clamp(1);
    }
}
