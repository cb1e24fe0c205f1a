using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>The encoder below BERT's heads. Here and below, field names are the keys of the checkpoint file.</summary>
internal sealed class BertModel : nn.Module<Tensor, Tensor>
{
    internal const double NormEpsilon = 1e-12;

    private readonly BertEmbeddings embeddings;
    private readonly BertStack encoder;

    internal BertModel(BertOptions options)
        : base(nameof(BertModel))
    {
        embeddings = new BertEmbeddings(options);
        encoder = new BertStack(options);
        RegisterComponents();
    }

    /// <summary>Float parameter [V, D].</summary>
    internal Tensor Words => embeddings.Words;

    /// <summary>Encodes tokens of the first type; nothing is hidden.</summary>
    /// <param name="input">Long tensor [N, T].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input) => Encode(input, null, null);

    internal Tensor Encode(Tensor tokens, Tensor? types, Tensor? mask) => encoder.call(embeddings.Embed(tokens, types), mask);
}

/// <summary>Words, positions and types of tokens as one vector each.</summary>
internal sealed class BertEmbeddings : nn.Module<Tensor, Tensor>
{
    private readonly Embedding word_embeddings;
    private readonly Embedding position_embeddings;
    private readonly Embedding token_type_embeddings;
    private readonly LayerNorm LayerNorm;

    internal BertEmbeddings(BertOptions options)
        : base(nameof(BertEmbeddings))
    {
        word_embeddings = nn.Embedding(options.VocabularySize, options.Width, padding_idx: options.PaddingToken);
        position_embeddings = nn.Embedding(options.ContextLength, options.Width);
        token_type_embeddings = nn.Embedding(options.TokenTypes, options.Width);
        LayerNorm = nn.LayerNorm(options.Width, BertModel.NormEpsilon);
        RegisterComponents();
    }

    internal Tensor Words => word_embeddings.weight;

    /// <summary>Embeds tokens of the first type.</summary>
    /// <param name="input">Long tensor [N, T].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input) => Embed(input, null);

    internal Tensor Embed(Tensor tokens, Tensor? types)
    {
        var positions = position_embeddings.weight.narrow(0, 0, tokens.shape[1]);
        var ofType = types is null ? token_type_embeddings.weight.narrow(0, 0, 1) : token_type_embeddings.call(types);
        return LayerNorm.call(word_embeddings.call(tokens) + ofType + positions);
    }
}

/// <summary>All layers of the encoder.</summary>
internal sealed class BertStack : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly ModuleList<BertLayer> layer;

    internal BertStack(BertOptions options)
        : base(nameof(BertStack))
    {
        layer = new ModuleList<BertLayer>([.. Enumerable.Range(0, options.Depth).Select(_ => new BertLayer(options))]);
        RegisterComponents();
    }

    /// <summary>Applies all layers.</summary>
    /// <param name="input1">Float tensor [N, T, D].</param>
    /// <param name="input2">Float tensor added to the attention scores, broadcast to [N, heads, T, T].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input1, Tensor? input2) => layer.Aggregate(input1, (x, one) => one.call(x, input2));
}

/// <summary>A transformer layer that normalises after each sum (post-norm).</summary>
internal sealed class BertLayer : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly BertAttention attention;
    private readonly BertDense intermediate;
    private readonly BertOutput output;

    internal BertLayer(BertOptions options)
        : base(nameof(BertLayer))
    {
        attention = new BertAttention(options);
        intermediate = new BertDense(options.Width, options.HiddenWidth);
        output = new BertOutput(options.HiddenWidth, options.Width);
        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="input1">Float tensor [N, T, D].</param>
    /// <param name="input2">Float tensor added to the attention scores, broadcast to [N, heads, T, T].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input1, Tensor? input2)
    {
        var x = attention.call(input1, input2);
        return output.call(nn.functional.gelu(intermediate.call(x)), x);
    }
}

/// <summary>Attention, its output layer, sum and normalisation.</summary>
internal sealed class BertAttention : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly BertSelfAttention self;
    private readonly BertOutput output;

    internal BertAttention(BertOptions options)
        : base(nameof(BertAttention))
    {
        self = new BertSelfAttention(options);
        output = new BertOutput(options.Width, options.Width);
        RegisterComponents();
    }

    /// <summary>Mixes the tokens.</summary>
    /// <param name="input1">Float tensor [N, T, D].</param>
    /// <param name="input2">Float tensor added to the attention scores, broadcast to [N, heads, T, T].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input1, Tensor? input2) => output.call(self.call(input1, input2), input1);
}

/// <summary>Queries, keys and values, each from a layer of its own.</summary>
internal sealed class BertSelfAttention : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> query;   // of the widest type, so that ModuleTree can exchange it
    private readonly nn.Module<Tensor, Tensor> key;
    private readonly nn.Module<Tensor, Tensor> value;
    private readonly int heads;

    internal BertSelfAttention(BertOptions options)
        : base(nameof(BertSelfAttention))
    {
        heads = options.Heads;
        query = nn.Linear(options.Width, options.Width);
        key = nn.Linear(options.Width, options.Width);
        value = nn.Linear(options.Width, options.Width);
        RegisterComponents();
    }

    /// <summary>Mixes the tokens.</summary>
    /// <param name="input1">Float tensor [N, T, D].</param>
    /// <param name="input2">Float tensor added to the attention scores, broadcast to [N, heads, T, T].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input1, Tensor? input2) =>
        AttentionMath.Mix(query.call(input1), key.call(input1), value.call(input1), heads, input2);
}

/// <summary>One linear layer under the name <c>dense</c>.</summary>
internal sealed class BertDense : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> dense;

    internal BertDense(int from, int to)
        : base(nameof(BertDense))
    {
        dense = nn.Linear(from, to);
        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="input">Float tensor [..., from].</param>
    /// <returns>Float tensor [..., to].</returns>
    public override Tensor forward(Tensor input) => dense.call(input);
}

/// <summary>A linear layer, a sum with what went around it, a normalisation.</summary>
internal sealed class BertOutput : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> dense;
    private readonly LayerNorm LayerNorm;

    internal BertOutput(int from, int to)
        : base(nameof(BertOutput))
    {
        dense = nn.Linear(from, to);
        LayerNorm = nn.LayerNorm(to, BertModel.NormEpsilon);
        RegisterComponents();
    }

    /// <summary>Applies them.</summary>
    /// <param name="input1">Float tensor [N, T, from].</param>
    /// <param name="input2">Float tensor [N, T, to], added.</param>
    /// <returns>Float tensor [N, T, to].</returns>
    public override Tensor forward(Tensor input1, Tensor input2) => LayerNorm.call(dense.call(input1) + input2);
}

/// <summary>BERT's heads; here only the one that predicts tokens.</summary>
internal sealed class BertHead : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly BertPredictions predictions;

    internal BertHead(BertOptions options)
        : base(nameof(BertHead))
    {
        predictions = new BertPredictions(options);
        RegisterComponents();
    }

    /// <summary>Scores words.</summary>
    /// <param name="input1">Float tensor [N, T, D].</param>
    /// <param name="input2">Float tensor [V, D], the table of words.</param>
    /// <returns>Float tensor [N, T, V].</returns>
    public override Tensor forward(Tensor input1, Tensor input2) => predictions.call(input1, input2);

    internal Tensor Predict(Tensor encoded, Tensor words) => call(encoded, words);
}

/// <summary>A transformed token compared with every word.</summary>
internal sealed class BertPredictions : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Parameter bias;   // [V]
    private readonly BertTransform transform;

    internal BertPredictions(BertOptions options)
        : base(nameof(BertPredictions))
    {
        bias = new Parameter(zeros(options.VocabularySize));
        transform = new BertTransform(options);
        RegisterComponents();
    }

    /// <summary>Scores words.</summary>
    /// <param name="input1">Float tensor [N, T, D].</param>
    /// <param name="input2">Float tensor [V, D], the table of words.</param>
    /// <returns>Float tensor [N, T, V].</returns>
    public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.linear(transform.call(input1), input2, bias);
}

/// <summary>The layer before words are compared.</summary>
internal sealed class BertTransform : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> dense;
    private readonly LayerNorm LayerNorm;

    internal BertTransform(BertOptions options)
        : base(nameof(BertTransform))
    {
        dense = nn.Linear(options.Width, options.Width);
        LayerNorm = nn.LayerNorm(options.Width, BertModel.NormEpsilon);
        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="input">Float tensor [N, T, D].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input)
    {
        // Under autocast the layer's result is short, and the normalisation takes one format only.
        var x = nn.functional.gelu(dense.call(input));
        return LayerNorm.call(x.dtype == input.dtype ? x : x.to(input.dtype));
    }
}
