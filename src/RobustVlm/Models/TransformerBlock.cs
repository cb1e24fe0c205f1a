using RobustVlm.Engine;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Pre-norm transformer block: x + attention(norm(x)), then x + mlp(norm(x)) (Radford et al. 2021, arXiv:2103.00020).</summary>
public sealed class TransformerBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    // Field names are the keys of the checkpoint file.
    private readonly SelfAttention attn;
    private readonly LayerNorm ln_1;
    private readonly Mlp mlp;
    private readonly LayerNorm ln_2;

    /// <summary>Makes a block with CLIP's initial weights.</summary>
    /// <param name="width">Length D of a token.</param>
    /// <param name="heads">Attention heads; divides the width.</param>
    /// <param name="depth">Number of blocks of the whole transformer; deeper ones start with smaller outputs.</param>
    /// <param name="activation">Nonlinearity of the perceptron.</param>
    /// <param name="random">Source of the initial weights.</param>
    public TransformerBlock(int width, int heads, int depth, Activation activation, Generator random)
        : base(nameof(TransformerBlock))
    {
        ModelGuard.CheckBlocks(width, depth, heads);
        var outputDeviation = Math.Pow(width, -0.5) * Math.Pow(2 * depth, -0.5);
        attn = new SelfAttention(width, heads, outputDeviation, random);
        ln_1 = nn.LayerNorm(width);
        mlp = new Mlp(width, outputDeviation, activation, random);
        ln_2 = nn.LayerNorm(width);
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input1">Float tensor [N, T, D].</param>
    /// <param name="input2">Float tensor added to the attention scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor input1, Tensor? input2)
    {
        if (FusedBlock.Of(input1, (ln_1, ln_2), attn.Joined, (attn.Projection, mlp.Expansion, mlp.Contraction), (attn, mlp), attn.Heads, mlp.Quick, input2) is { } output)
        {
            return output;
        }

        var x = input1 + attn.call(ln_1.call(input1), input2);
        return x + mlp.call(ln_2.call(x));
    }
}

/// <summary>The two linear layers of a block; the hidden layer is four times as wide.</summary>
internal sealed class Mlp : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> c_fc;    // of the widest type, so that ModuleTree can exchange it
    private readonly nn.Module<Tensor, Tensor> c_proj;
    private readonly Activation activation;

    internal Mlp(int width, double outputDeviation, Activation activation, Generator random)
        : base(nameof(Mlp))
    {
        this.activation = activation;
        var (first, second) = (nn.Linear(width, 4 * width), nn.Linear(4 * width, width));
        InitialWeights.Linear(first, Math.Pow(2 * width, -0.5), random);
        InitialWeights.Linear(second, outputDeviation, random);
        (c_fc, c_proj) = (first, second);
        RegisterComponents();
    }

    internal nn.Module Expansion => c_fc;

    internal nn.Module Contraction => c_proj;

    internal bool Quick => activation != Activation.Gelu;

    /// <summary>Applies both layers to each token.</summary>
    /// <param name="x">Float tensor [N, T, D].</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor x)
    {
        var hidden = c_fc.call(x);
        return c_proj.call(activation == Activation.Gelu ? nn.functional.gelu(hidden) : hidden * (1.702 * hidden).sigmoid());
    }
}

/// <summary>A stack of blocks under the name CLIP gives it.</summary>
internal sealed class Transformer : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly ModuleList<TransformerBlock> resblocks;

    internal Transformer(int width, int depth, int heads, Activation activation, Generator random)
        : base(nameof(Transformer))
    {
        resblocks = new ModuleList<TransformerBlock>(
            [.. Enumerable.Range(0, depth).Select(_ => new TransformerBlock(width, heads, depth, activation, random))]);
        RegisterComponents();
    }

    /// <summary>Applies all blocks.</summary>
    /// <param name="x">Float tensor [N, T, D].</param>
    /// <param name="mask">Float tensor added to the attention scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>Float tensor [N, T, D].</returns>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        foreach (var block in resblocks)
        {
            x = block.call(x, mask);
        }

        return x;
    }
}
