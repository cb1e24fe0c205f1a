using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Multi-head self-attention with PyTorch's parameter names and layouts.</summary>
internal sealed class SelfAttention : nn.Module<Tensor, Tensor?, Tensor>
{
    // Field names are the keys of the checkpoint file.
    private readonly Parameter in_proj_weight;   // [3 D, D]: queries, keys, values
    private readonly Parameter in_proj_bias;     // [3 D]
    private readonly nn.Module<Tensor, Tensor> out_proj;    // of the widest type, so that ModuleTree can exchange it
    private nn.Module<Tensor, Tensor, Tensor>? update;
    private readonly int heads;

    internal SelfAttention(int width, int heads, double outputDeviation, Generator random)
        : base(nameof(SelfAttention))
    {
        this.heads = heads;
        in_proj_weight = new Parameter(empty(3 * width, width));
        in_proj_bias = new Parameter(zeros(3 * width));
        var output = nn.Linear(width, width);
        InitialWeights.Normal(in_proj_weight, Math.Pow(width, -0.5), random);
        InitialWeights.Linear(output, outputDeviation, random);
        out_proj = output;
        RegisterComponents();
    }

    /// <summary>What is added to the queries, keys and values; from the tokens [N, T, D] and the three [N, T, 3 D] to their new value. Null adds nothing.</summary>
    internal nn.Module<Tensor, Tensor, Tensor>? Update
    {
        get => update;
        set
        {
            register_module(nameof(update), null!);   // takes the old one out; TorchSharp's signature has no question mark
            update = value;
            register_module(nameof(update), value!);
        }
    }

    /// <summary>Float parameter [3 D, D]: queries, keys, values.</summary>
    internal Parameter InputWeight => in_proj_weight;

    internal int Heads => heads;

    /// <summary>Weights of queries, keys and values; null where something is added to them.</summary>
    internal (Tensor Weight, Tensor? Bias)? Joined => update is null ? (in_proj_weight, in_proj_bias) : null;

    internal nn.Module Projection => out_proj;

    /// <summary>Mixes the tokens.</summary>
    /// <param name="x">Float tensor [N, T, D].</param>
    /// <param name="mask">Float tensor added to the scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        var joined = nn.functional.linear(x, in_proj_weight, in_proj_bias);
        return out_proj.call(AttentionMath.Mix(update?.call(x, joined) ?? joined, heads, mask));
    }
}
