using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Multi-head self-attention with PyTorch's parameter names and layouts.</summary>
internal sealed class SelfAttention : nn.Module<Tensor, Tensor?, Tensor>
{
    // Field names are the keys of the checkpoint file.
    private readonly Parameter in_proj_weight;   // [3 D, D]: queries, keys, values
    private readonly Parameter in_proj_bias;     // [3 D]
    private readonly Linear out_proj;
    private readonly int heads;

    internal SelfAttention(int width, int heads, double outputDeviation, Generator random)
        : base(nameof(SelfAttention))
    {
        this.heads = heads;
        in_proj_weight = new Parameter(empty(3 * width, width));
        in_proj_bias = new Parameter(zeros(3 * width));
        out_proj = nn.Linear(width, width);
        InitialWeights.Normal(in_proj_weight, Math.Pow(width, -0.5), random);
        InitialWeights.Linear(out_proj, outputDeviation, random);
        RegisterComponents();
    }

    /// <summary>Mixes the tokens.</summary>
    /// <param name="x">Float tensor [N, T, D].</param>
    /// <param name="mask">Float tensor added to the scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        var (batch, tokens, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var parts = nn.functional.linear(x, in_proj_weight, in_proj_bias)
            .view(batch, tokens, 3, heads, width / heads)
            .permute(2, 0, 3, 1, 4)    // (3, N, heads, T, D / heads)
            .unbind(0);                // one gradient for all three; three selections would make one each and add them
        var queries = parts[0] * Math.Pow((double)width / heads, -0.5);
        var scores = queries.matmul(parts[1].transpose(-2, -1));   // (N, heads, T, T)
        if (mask is not null)
        {
            scores = scores + mask;
        }

        var mixed = nn.functional.softmax(scores, -1).matmul(parts[2]);   // (N, heads, T, D / heads)
        return out_proj.call(mixed.transpose(1, 2).reshape(batch, tokens, width));
    }
}
