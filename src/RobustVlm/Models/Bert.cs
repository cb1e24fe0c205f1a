using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>BERT: a text encoder in which all tokens see each other, with a head that predicts masked tokens (Devlin et al. 2019, arXiv:1810.04805).</summary>
/// <remarks>
/// Parameter names and layouts are those of Hugging Face's BertForMaskedLM; the decoder of the head is the table of word embeddings. There is no
/// dropout. Linear layers can be exchanged with <see cref="ModuleTree.Replace"/>, e.g. <c>bert.encoder.layer.0.attention.self.query</c>.
/// </remarks>
public sealed class Bert : nn.Module<Tensor, Tensor>, IModel<BertOptions>
{
    // Field names are the keys of the checkpoint file.
    private readonly BertModel bert;
    private readonly BertHead? cls;
    private readonly BertOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public Bert(BertOptions options, Generator random)
        : base(nameof(Bert))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        Check(options);
        this.options = options;
        bert = new BertModel(options);
        cls = options.LanguageHead ? new BertHead(options) : null;
        RegisterComponents();
        InitialWeights.Transformer(this, 0.02, random);
    }

    /// <summary>Sizes of this model.</summary>
    public BertOptions Options => options;

    /// <summary>Encodes every token of texts of the first type.</summary>
    /// <param name="input">Long tensor [N, T], token indices, T up to the context length.</param>
    /// <returns>Float tensor [N, T, D], the last layer's vectors.</returns>
    /// <exception cref="ArgumentException">The tokens have another shape or type.</exception>
    public override Tensor forward(Tensor input) => Encode(input);

    /// <summary>Encodes every token.</summary>
    /// <param name="tokens">Long tensor [N, T], token indices, T up to the context length.</param>
    /// <param name="types">Long tensor [N, T], type of each token; null makes all 0.</param>
    /// <returns>Float tensor [N, T, D], the last layer's vectors.</returns>
    /// <exception cref="ArgumentException">The tokens or types have another shape or type.</exception>
    public Tensor Encode(Tensor tokens, Tensor? types = null)
    {
        ModelGuard.CheckTokens(tokens, options.ContextLength);
        if (types is not null && (types.dtype != ScalarType.Int64 || !types.shape.SequenceEqual(tokens.shape)))
        {
            throw new ArgumentException($"Token types are int64 and of the tokens' shape, not {types.dtype} [{string.Join(", ", types.shape)}].", nameof(types));
        }

        var padding = tokens.eq(options.PaddingToken).to(ScalarType.Float32).view(tokens.shape[0], 1, 1, -1);
        return bert.Encode(tokens, types, padding * AttentionMath.Hidden);
    }

    /// <summary>One vector for each text.</summary>
    /// <param name="tokens">Long tensor [N, T], token indices.</param>
    /// <param name="pooling">Which token, or their mean.</param>
    /// <returns>Float tensor [N, D], not normalised.</returns>
    public Tensor Embed(Tensor tokens, BertPooling pooling = BertPooling.FirstToken)
    {
        var encoded = Encode(tokens);
        if (pooling == BertPooling.FirstToken)
        {
            return encoded.select(1, 0);
        }

        var real = tokens.ne(options.PaddingToken).to(encoded.dtype).unsqueeze(-1);   // (N, T, 1)
        return (encoded * real).sum(1) / real.sum(1).clamp(1);
    }

    /// <summary>Scores every word at every place, to fill in masked tokens.</summary>
    /// <param name="tokens">Long tensor [N, T], token indices, some of them masked.</param>
    /// <returns>Float tensor [N, T, V], logits.</returns>
    /// <exception cref="InvalidOperationException">The model was made without a language head.</exception>
    public Tensor PredictTokens(Tensor tokens)
    {
        var head = cls ?? throw new InvalidOperationException("This model has no head that predicts tokens; make it with LanguageHead = true.");
        return head.Predict(Encode(tokens), bert.Words);
    }

    private static void Check(BertOptions options)
    {
        ModelGuard.CheckBlocks(options.Width, options.Depth, options.Heads);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VocabularySize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ContextLength, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TokenTypes, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HiddenWidth, 1, nameof(options));
        if (options.PaddingToken < 0 || options.PaddingToken >= options.VocabularySize)
        {
            throw new ArgumentException($"The padding token {options.PaddingToken} is none of the {options.VocabularySize} tokens; give its index.", nameof(options));
        }

        ModelGuard.CheckWeights(((double)options.VocabularySize + options.ContextLength + options.TokenTypes + (2.0 * options.HiddenWidth * options.Depth)) * options.Width);
    }
}
