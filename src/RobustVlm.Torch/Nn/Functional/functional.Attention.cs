namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>softmax(q kᵀ / √D + mask) v.</summary>
            /// <param name="query">Float tensor [..., T, D].</param>
            /// <param name="key">Float tensor [..., S, D].</param>
            /// <param name="value">Float tensor [..., S, V].</param>
            /// <param name="attn_mask">Bool tensor [..., T, S], true where attention is allowed (the opposite of
            /// MultiheadAttention's); or a float tensor that is added to the scores.</param>
            /// <param name="p">Dropout probability of the weights; applied whenever above 0.</param>
            /// <param name="is_casual">Whether position t sees only positions up to t; exclusive with a mask.</param>
            /// <returns>Float tensor [..., T, V].</returns>
            /// <remarks>
            /// libtorch 2 and later run a fused kernel, which cannot be differentiated twice on every device; libtorch 1.13
            /// runs the products one by one.
            /// </remarks>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                ArgumentNullException.ThrowIfNull(query);
                ArgumentNullException.ThrowIfNull(key);
                if (query.dim() < 2 || key.dim() < 2)
                {
                    throw new ArgumentException($"Attention needs queries [..., T, D] and keys [..., S, D]; these have shapes [{string.Join(", ", query.shape)}] and [{string.Join(", ", key.shape)}].", nameof(query));
                }

                if (attn_mask is not null && is_casual)
                {
                    throw new ArgumentException("Give either a mask or is_casual.", nameof(is_casual));
                }

                // Newer versions choose a fused kernel that never stores the T x S weights.
                return Aten.Has_scaled_dot_product_attention
                    ? Aten.scaled_dot_product_attention(query, key, value, attn_mask, p, is_casual)
                    : ComposedAttention(query, key, value, attn_mask, p, is_casual);
            }

            internal static Tensor ComposedAttention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask, double p, bool is_casual)
            {
                using var scope = NewInnerScope();
                var added = attn_mask;
                if (is_casual)
                {
                    added = full([query.shape[^2], key.shape[^2]], double.NegativeInfinity, dtype: query.dtype, device: query.device).triu(1);
                }
                else if (attn_mask is not null && attn_mask.dtype == ScalarType.Bool)
                {
                    added = zeros(attn_mask.shape, dtype: query.dtype, device: query.device).masked_fill_(attn_mask.logical_not(), double.NegativeInfinity);
                }

                var weights = AttentionWeights(query, key, added);
                if (p > 0)
                {
                    weights = dropout(weights, p);
                }

                return Aten.matmul(weights, value).MoveToOuterDisposeScope();
            }

            /// <summary>softmax(q kᵀ / √D + added); the caller's dispose scope frees what is in between.</summary>
            internal static Tensor AttentionWeights(Tensor query, Tensor key, Tensor? added)
            {
                var scaled = Aten.mul_Scalar(query, 1 / Math.Sqrt(query.shape[^1]));
                var scores = Aten.matmul(scaled, Aten.transpose_int(key, -2, -1));
                if (added is not null)
                {
                    scores = Fits(added.shape, scores.shape) ? Aten.add__Tensor(scores, added, 1) : Aten.add_Tensor(scores, added, 1);
                }

                return Aten.softmax_int(scores, -1, null);
            }

            // Adding in place spares a copy of the largest tensor, but only where the sum has the shape of the scores.
            private static bool Fits(ReadOnlySpan<long> added, ReadOnlySpan<long> scores)
            {
                if (added.Length > scores.Length)
                {
                    return false;
                }

                for (var i = 1; i <= added.Length; i++)
                {
                    if (added[^i] != 1 && added[^i] != scores[^i])
                    {
                        return false;
                    }
                }

                return true;
            }
        }
    }
}
