using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Attention and two linear layers, each with a residual connection and layer norm after it (Vaswani et al. 2017,
/// arXiv:1706.03762). Tensors are [T, N, D], sequence first; keys equal PyTorch's.
/// </summary>
public sealed class TransformerEncoderLayer
    : nn.Module<Tensor, Tensor>, nn.IModule<Tensor, Tensor?, Tensor>, nn.IModule<Tensor, Tensor?, Tensor?, Tensor>
{
    private readonly MultiheadAttention _attention;
    private readonly Linear _widen;
    private readonly Linear _narrow;
    private readonly LayerNorm _afterAttention;
    private readonly LayerNorm _afterLinear;
    private readonly double _dropout;
    private readonly nn.Activations _activation;

    internal TransformerEncoderLayer(long d_model, long nhead, long dim_feedforward, double dropout, nn.Activations activation)
        : base(nameof(TransformerEncoderLayer))
    {
        Argument.Probability(dropout);
        (_dropout, _activation) = (dropout, activation);
        register_module("self_attn", _attention = nn.MultiheadAttention(d_model, nhead, dropout));
        register_module("linear1", _widen = nn.Linear(d_model, dim_feedforward));
        register_module("linear2", _narrow = nn.Linear(dim_feedforward, d_model));
        register_module("norm1", _afterAttention = nn.LayerNorm(d_model));
        register_module("norm2", _afterLinear = nn.LayerNorm(d_model));
    }

    /// <summary>Runs the layer; hooks see only the sequence.</summary>
    /// <param name="src">Float tensor [T, N, D].</param>
    /// <param name="src_mask">Bool tensor [T, T] or [N * heads, T, T], true where attention is not allowed; or a float
    /// tensor that is added to the scores; or null.</param>
    /// <param name="src_key_padding_mask">Bool tensor [N, T], true where the sequence is padding; or null.</param>
    /// <returns>Float tensor [T, N, D].</returns>
    public Tensor call(Tensor src, Tensor? src_mask, Tensor? src_key_padding_mask) => Run(src, src_mask, src_key_padding_mask);

    /// <inheritdoc cref="call(Tensor, Tensor, Tensor)"/>
    public Tensor call(Tensor src, Tensor? src_mask) => Run(src, src_mask, null);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Run(input, null, null);

    internal TransformerEncoderLayer Copy()
    {
        using var unfilled = Init.Skip();
        var copy = new TransformerEncoderLayer(_attention.embed_dim, _attention.num_heads, _widen.out_features, _dropout, _activation);
        copy.load_state_dict(state_dict());
        copy.train(training);
        return copy;
    }

    private Tensor Run(Tensor x, Tensor? mask, Tensor? padding)
    {
        using var scope = NewDisposeScope();
        var attended = _attention.call(x, x, x, padding, need_weights: false, mask).Item1;
        x = _afterAttention.call(x + Dropped(attended));
        var wide = _widen.call(x);
        wide = _activation == nn.Activations.GELU ? nn.functional.gelu(wide) : nn.functional.relu(wide);
        return _afterLinear.call(x + Dropped(_narrow.call(Dropped(wide)))).MoveToOuterDisposeScope();
    }

    private Tensor Dropped(Tensor x) => nn.functional.dropout(x, _dropout, training);
}

/// <summary>Several copies of an encoder layer one after the other, with keys <c>layers.0</c>, <c>layers.1</c>, ...</summary>
public sealed class TransformerEncoder
    : nn.Module<Tensor, Tensor?, Tensor?, Tensor>, nn.IModule<Tensor, Tensor?, Tensor>, nn.IModule<Tensor, Tensor>
{
    private readonly ModuleList<TransformerEncoderLayer> _layers = new();

    internal TransformerEncoder(TransformerEncoderLayer encoder_layer, long num_layers)
        : base(nameof(TransformerEncoder))
    {
        ArgumentNullException.ThrowIfNull(encoder_layer);
        Argument.Positive(num_layers);
        for (var i = 0; i < num_layers; i++)
        {
            _layers.Add(encoder_layer.Copy());
        }

        register_module("layers", _layers);
    }

    /// <summary>Runs the layers without a padding mask.</summary>
    /// <param name="src">Float tensor [T, N, D].</param>
    /// <param name="src_mask">As in <see cref="TransformerEncoderLayer.call(Tensor, Tensor, Tensor)"/>, or null.</param>
    /// <returns>Float tensor [T, N, D].</returns>
    public Tensor call(Tensor src, Tensor? src_mask) => call(src, src_mask, null);

    /// <summary>Runs the layers without masks.</summary>
    /// <param name="src">Float tensor [T, N, D].</param>
    /// <returns>Float tensor [T, N, D].</returns>
    public Tensor call(Tensor src) => call(src, null, null);

    /// <inheritdoc/>
    public override Tensor forward(Tensor src, Tensor? src_mask, Tensor? src_key_padding_mask)
    {
        using var scope = NewDisposeScope();
        var x = src;
        foreach (var layer in _layers)
        {
            x = layer.call(x, src_mask, src_key_padding_mask);
        }

        return x.MoveToOuterDisposeScope();
    }
}
