using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>A ViT without a class token: patches of 8x8, four blocks of width 64, mean of the tokens, ten classes.</summary>
internal sealed class SmallClassifier : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d patches;
    private readonly ModuleList<TransformerBlock> blocks;
    private readonly Linear head;

    internal SmallClassifier(Generator random)
        : base(nameof(SmallClassifier))
    {
        patches = nn.Conv2d(1, 64, 8, 8);
        blocks = new ModuleList<TransformerBlock>([.. Enumerable.Range(0, 4).Select(_ => new TransformerBlock(64, 4, 4, Activation.Gelu, random))]);
        head = nn.Linear(64, 10);
        RegisterComponents();
    }

    /// <summary>Logits [N, 10] of images [N, 1, 64, 64].</summary>
    public override Tensor forward(Tensor input)
    {
        var x = patches.call(input).flatten(2).transpose(1, 2);
        foreach (var block in blocks)
        {
            x = block.call(x, null);
        }

        return head.call(x.mean([1]));
    }
}
