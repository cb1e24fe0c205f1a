using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Attention with several heads (Vaswani et al. 2017, arXiv:1706.03762). Keys equal PyTorch's: <c>in_proj_weight</c>,
/// <c>in_proj_bias</c>, <c>out_proj.weight</c>, <c>out_proj.bias</c>. Tensors are [T, N, D], sequence first.
/// </summary>
public sealed class MultiheadAttention : nn.Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor?>>
{
    private readonly double _dropout;
    private readonly bool _addZeroAttention;
    private readonly long _headWidth;
    private readonly Parameter? _inWeight;
    private readonly Parameter? _queryWeight;
    private readonly Parameter? _keyWeight;
    private readonly Parameter? _valueWeight;
    private readonly Parameter? _inBias;
    private readonly Parameter? _keyBias;
    private readonly Parameter? _valueBias;

    internal MultiheadAttention(
        long embedded_dim, long num_heads, double dropout, bool bias, bool add_bias_kv, bool add_zero_attn, long? kdim, long? vdim)
        : base(nameof(MultiheadAttention))
    {
        Argument.Positive(embedded_dim);
        Argument.Divides(num_heads, embedded_dim, nameof(num_heads), nameof(embedded_dim));
        Argument.Probability(dropout);
        (embed_dim, this.num_heads, _headWidth) = (embedded_dim, num_heads, embedded_dim / num_heads);
        (_dropout, _addZeroAttention) = (dropout, add_zero_attn);

        // PyTorch draws the output projection first; the same order gives the same weights from one seed.
        out_proj = nn.Linear(embedded_dim, embedded_dim, bias);
        if ((kdim ?? embedded_dim) == embedded_dim && (vdim ?? embedded_dim) == embedded_dim)
        {
            _inWeight = Xavier("in_proj_weight", [3 * embedded_dim, embedded_dim]);
        }
        else
        {
            _queryWeight = Xavier("q_proj_weight", [embedded_dim, embedded_dim]);
            _keyWeight = Xavier("k_proj_weight", [embedded_dim, kdim ?? embedded_dim]);
            _valueWeight = Xavier("v_proj_weight", [embedded_dim, vdim ?? embedded_dim]);
        }

        if (bias)
        {
            _inBias = Init.Filled(0, [3 * embedded_dim], null, null);
            register_parameter("in_proj_bias", _inBias);
            nn.init.zeros_(out_proj.bias!); // made with a bias above
        }

        if (add_bias_kv)
        {
            _keyBias = XavierNormal("bias_k", embedded_dim);
            _valueBias = XavierNormal("bias_v", embedded_dim);
        }

        register_module(nameof(out_proj), out_proj);
    }

    /// <summary>Width of the model.</summary>
    public long embed_dim { get; }

    /// <summary>Number of heads.</summary>
    public long num_heads { get; }

    /// <summary>The projection after the heads were joined.</summary>
    public Linear out_proj { get; }

    /// <summary>Runs hooks and attention.</summary>
    /// <param name="query">Float tensor [T, N, D].</param>
    /// <param name="key">Float tensor [S, N, kdim].</param>
    /// <param name="value">Float tensor [S, N, vdim].</param>
    /// <param name="key_padding_mask">Bool tensor [N, S], true where the key is padding; or a float tensor that is added.</param>
    /// <param name="need_weights">Whether to return the attention weights too.</param>
    /// <param name="attn_mask">Bool tensor [T, S] or [N * heads, T, S], true where attention is not allowed; or a float
    /// tensor that is added to the scores.</param>
    /// <returns>Output [T, N, D] and weights [N, T, S], averaged over heads, or null.</returns>
    public new Tuple<Tensor, Tensor?> call(
        Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true, Tensor? attn_mask = null) =>
        base.call(query, key, value, key_padding_mask, need_weights, attn_mask);

    /// <inheritdoc/>
    public override Tuple<Tensor, Tensor?> forward(
        Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
    {
        Check(query, nameof(query));
        Check(key, nameof(key));
        Check(value, nameof(value));
        using var scope = NewInnerScope();
        var (length, batch) = (query.shape[0], query.shape[1]);
        var (q, k, v) = Project(query, key, value);
        var added = Added(attn_mask, query.dtype);
        var padding = Added(key_padding_mask, query.dtype);
        if (_keyBias is not null && _valueBias is not null)
        {
            k = cat([k, _keyBias.expand(1, batch, -1)], 0);
            v = cat([v, _valueBias.expand(1, batch, -1)], 0);
            (added, padding) = (WithColumn(added), WithColumn(padding));
        }

        q = Heads(q, batch);
        k = Heads(k, batch);
        v = Heads(v, batch);
        if (_addZeroAttention)
        {
            var zero = zeros([batch, num_heads, 1, _headWidth], dtype: k.dtype, device: k.device);
            k = cat([k, zero], 2);
            v = cat([v, zero], 2);
            (added, padding) = (WithColumn(added), WithColumn(padding));
        }

        if (added is not null && added.dim() == 3)
        {
            added = added.view(batch, num_heads, length, -1);
        }

        if (padding is not null)
        {
            padding = padding.view(batch, 1, 1, -1);
            added = added is null ? padding : added + padding;
        }

        var dropout = training ? _dropout : 0;
        if (!need_weights)
        {
            return Tuple.Create<Tensor, Tensor?>(Join(nn.functional.scaled_dot_product_attention(q, k, v, added, dropout)), null);
        }

        var weights = nn.functional.AttentionWeights(q, k, added);
        var shares = dropout > 0 ? nn.functional.dropout(weights, dropout) : weights;
        return Tuple.Create<Tensor, Tensor?>(Join(shares.matmul(v)), shares.mean([1L]).MoveToOuterDisposeScope());

        Tensor Join(Tensor heads) => nn.functional.linear(heads.permute(2, 0, 1, 3).reshape(length, batch, embed_dim), out_proj.weight, out_proj.bias).MoveToOuterDisposeScope();
    }

    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor query, Tensor key, Tensor value)
    {
        if (_inWeight is not null && ReferenceEquals(query, key) && ReferenceEquals(key, value))
        {
            // Self-attention: one product for all three.
            var together = nn.functional.linear(query, _inWeight, _inBias).chunk(3, -1);
            return (together[0], together[1], together[2]);
        }

        var biases = _inBias?.chunk(3, 0);
        var weights = _inWeight?.chunk(3, 0) ?? [_queryWeight!, _keyWeight!, _valueWeight!]; // one of the two is set
        return (
            nn.functional.linear(query, weights[0], biases?[0]),
            nn.functional.linear(key, weights[1], biases?[1]),
            nn.functional.linear(value, weights[2], biases?[2]));
    }

    private Tensor Heads(Tensor x, long batch) => x.reshape(x.shape[0], batch, num_heads, _headWidth).permute(1, 2, 0, 3);

    private static Tensor? Added(Tensor? mask, ScalarType dtype) => mask is null || mask.dtype != ScalarType.Bool
        ? mask
        : zeros(mask.shape, dtype: dtype, device: mask.device).masked_fill_(mask, double.NegativeInfinity);

    private static Tensor? WithColumn(Tensor? mask) => mask is null ? null : nn.functional.pad(mask, (0, 1));

    private static void Check(Tensor x, string name)
    {
        ArgumentNullException.ThrowIfNull(x, name);
        if (x.dim() != 3)
        {
            throw new ArgumentException($"Attention takes tensors [T, N, D], sequence first; {name} has {x.dim()} dimensions.", name);
        }
    }

    private Parameter Xavier(string name, long[] shape)
    {
        var parameter = Init.Empty(shape, null, null);
        nn.init.xavier_uniform_(parameter);
        register_parameter(name, parameter);
        return parameter;
    }

    private Parameter XavierNormal(string name, long width)
    {
        var parameter = Init.Empty([1, 1, width], null, null);
        nn.init.xavier_normal_(parameter);
        register_parameter(name, parameter);
        return parameter;
    }
}
