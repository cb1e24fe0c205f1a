using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>The equation of multi-head attention (Vaswani et al. 2017, arXiv:1706.03762), without its layers.</summary>
internal static class AttentionMath
{
    // Large enough to remove a token from a softmax, small enough to leave a text of padding alone finite.
    internal const double Hidden = -1e4;

    /// <summary>Attention of tokens whose queries, keys and values lie in one tensor.</summary>
    /// <param name="joined">Float tensor [N, T, 3 D]: queries, keys, values.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="mask">Float tensor added to the scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>Float tensor [N, T, D].</returns>
    internal static Tensor Mix(Tensor joined, int heads, Tensor? mask)
    {
        if (FusedAttention.Of(joined, heads, mask) is { } mixed)
        {
            return mixed;
        }

        var (batch, tokens, width) = (joined.shape[0], joined.shape[1], joined.shape[2] / 3);
        var parts = joined
            .view(batch, tokens, 3, heads, width / heads)
            .permute(2, 0, 3, 1, 4)    // (3, N, heads, T, D / heads)
            .unbind(0);                // one gradient for all three; three selections would make one each and add them
        return Joined(parts[0], parts[1], parts[2], mask);
    }

    /// <summary>Attention of tokens whose queries, keys and values come from layers of their own.</summary>
    /// <param name="queries">Float tensor [N, T, D].</param>
    /// <param name="keys">Float tensor [N, T, D].</param>
    /// <param name="values">Float tensor [N, T, D].</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="mask">Float tensor added to the scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>Float tensor [N, T, D].</returns>
    internal static Tensor Mix(Tensor queries, Tensor keys, Tensor values, int heads, Tensor? mask)
    {
        Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2);
        return Joined(Heads(queries), Heads(keys), Heads(values), mask);
    }

    private static Tensor Joined(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        var scores = (queries * Math.Pow(queries.shape[3], -0.5)).matmul(keys.transpose(-2, -1));   // (N, heads, T, T)
        if (mask is not null)
        {
            scores = scores + mask;
        }

        var mixed = nn.functional.softmax(scores, -1).matmul(values);   // (N, heads, T, D / heads)
        return mixed.transpose(1, 2).reshape(mixed.shape[0], mixed.shape[2], -1);
    }
}
