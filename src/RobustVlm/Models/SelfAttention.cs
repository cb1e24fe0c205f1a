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
    public override Tensor forward(Tensor x, Tensor? mask) =>
        out_proj.call(AttentionMath.Mix(nn.functional.linear(x, in_proj_weight, in_proj_bias), heads, mask));
}
