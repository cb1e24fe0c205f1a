using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.LowRank;

/// <summary>What turns features into a task's logits.</summary>
internal static class TaskHead
{
    internal static Linear Linear(int inputs, int outputs, Generator random)
    {
        var layer = nn.Linear(inputs, outputs);
        InitialWeights.Uniform(layer.weight, layer.bias, inputs, random);
        return layer;
    }

    /// <summary>Square layers with rectifiers before the last layer: what the published code calls an adapter.</summary>
    internal static nn.Module<Tensor, Tensor> Deep(int width, int layers, int outputs, Generator random)
    {
        var parts = new List<nn.Module<Tensor, Tensor>>();
        for (var layer = 0; layer < layers; layer++)
        {
            parts.Add(Linear(width, width, random));
            parts.Add(nn.ReLU());
        }

        return nn.Sequential([.. parts, Linear(width, outputs, random)]);
    }
}

/// <summary>A backbone with one head; the backbone is frozen and in evaluation mode, or trained with the head.</summary>
internal sealed class HeadedModel : nn.Module<Tensor, Tensor>
{
    private readonly VisionTransformer backbone;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly bool frozen;

    internal HeadedModel(VisionTransformer backbone, nn.Module<Tensor, Tensor> head, bool frozen)
        : base(nameof(HeadedModel))
    {
        (this.backbone, this.head, this.frozen) = (backbone, head, frozen);
        RegisterComponents();
        foreach (var weight in backbone.parameters())
        {
            weight.requires_grad = !frozen;
        }
    }

    /// <summary>Whether only the head is trained.</summary>
    internal bool IsFrozen => frozen;

    /// <summary>From images to features; a model without classes answers with them.</summary>
    internal VisionTransformer Body => backbone;

    /// <summary>From features to logits.</summary>
    internal nn.Module<Tensor, Tensor> Head => head;

    /// <summary>Classifies images.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    public override Tensor forward(Tensor input) => head.call(backbone.Features(input));

    public override void train(bool train = true)
    {
        base.train(train);
        if (frozen)
        {
            backbone.eval();
        }
    }
}
