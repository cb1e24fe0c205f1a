using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>A post-norm transformer layer whose queries may come from another sequence than its keys and values. Field names are the published ones.</summary>
internal sealed class AdaptorLayer : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly AdaptorMixing attn;
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly double dropout;

    internal AdaptorLayer(AdaptorOptions options, Generator random)
        : base(nameof(AdaptorLayer))
    {
        attn = new AdaptorMixing(options, random);
        (linear1, linear2) = (nn.Linear(options.Width, options.HiddenWidth), nn.Linear(options.HiddenWidth, options.Width));
        (norm1, norm2) = (nn.LayerNorm(options.Width), nn.LayerNorm(options.Width));
        dropout = options.Dropout;
        RegisterComponents();
        InitialWeights.Uniform(linear1.weight, linear1.bias, options.Width, random);
        InitialWeights.Uniform(linear2.weight, linear2.bias, options.HiddenWidth, random);
    }

    internal Generator? DropoutRandom { get; set; }

    /// <summary>As published: the residual is that of keys and values.</summary>
    /// <param name="source">Float tensor [B, S, P]: keys, values and residual.</param>
    /// <param name="query">Float tensor [B, T, P]; S and T are equal.</param>
    /// <returns>Float tensor [B, S, P].</returns>
    public override Tensor forward(Tensor source, Tensor query) => Finish(source, attn.Mix(query, source, DropoutRandom));

    /// <summary>The variant: the residual is the query's.</summary>
    internal Tensor Attend(Tensor query, Tensor source) => Finish(query, attn.Mix(query, source, DropoutRandom));

    private Tensor Finish(Tensor residual, Tensor mixed)
    {
        var x = norm1.call(residual + Dropped(mixed));
        return norm2.call(x + Dropped(linear2.call(Dropped(linear1.call(x).relu()))));
    }

    private Tensor Dropped(Tensor x) => SeededDropout.Apply(x, dropout, training, DropoutRandom);
}

/// <summary>Multi-head attention in PyTorch's names, with dropout of its weights.</summary>
internal sealed class AdaptorMixing : nn.Module
{
    private readonly Parameter in_proj_weight;   // [3 P, P]: queries, keys, values
    private readonly Parameter in_proj_bias;     // [3 P]
    private readonly Linear out_proj;
    private readonly int heads;
    private readonly double dropout;

    internal AdaptorMixing(AdaptorOptions options, Generator random)
        : base(nameof(AdaptorMixing))
    {
        var width = options.Width;
        (heads, dropout) = (options.Heads, options.Dropout);
        in_proj_weight = new Parameter(empty(3 * width, width));
        in_proj_bias = new Parameter(zeros(3 * width));
        out_proj = nn.Linear(width, width);
        RegisterComponents();
        const double xavier = 6;   // bound sqrt(6 / (inputs + outputs)) with 3 P outputs
        InitialWeights.Uniform(in_proj_weight, null, 4 * width / xavier, random);
        InitialWeights.Uniform(out_proj.weight, null, width, random);
        nn.init.zeros_(out_proj.bias!);   // not null: it was made with a bias
    }

    internal Tensor Mix(Tensor query, Tensor source, Generator? random)
    {
        var width = query.shape[^1];
        var queries = nn.functional.linear(query, in_proj_weight.narrow(0, 0, width), in_proj_bias.narrow(0, 0, width));
        var others = nn.functional.linear(source, in_proj_weight.narrow(0, width, 2 * width), in_proj_bias.narrow(0, width, 2 * width)).chunk(2, -1);
        var (q, k, v) = (Heads(queries), Heads(others[0]), Heads(others[1]));
        var shares = nn.functional.softmax((q * Math.Pow(q.shape[3], -0.5)).matmul(k.transpose(-2, -1)), -1);   // (B, heads, T, S)
        var mixed = SeededDropout.Apply(shares, dropout, training, random).matmul(v);
        return out_proj.call(mixed.transpose(1, 2).reshape(mixed.shape[0], mixed.shape[2], -1));
    }

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2);
}
