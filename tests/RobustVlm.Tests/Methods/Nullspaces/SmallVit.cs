using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Nullspaces;

/// <summary>Transformers small enough for tests; all have patches with more numbers than a token.</summary>
internal static class SmallVit
{
    internal static VisionTransformerOptions Sizes { get; } = new() { ImageSize = 16, PatchSize = 4, Width = 16, Depth = 2, Heads = 2, Classes = 5 };

    internal static VisionTransformer Random(ulong seed = 1)
    {
        using var random = new Generator(seed);
        var model = new VisionTransformer(Sizes, random);
        model.eval();
        return model;
    }

    /// <summary>In float64, with the weights of <see cref="FormulaWeights"/>.</summary>
    internal static VisionTransformer Formula()
    {
        var model = Random();
        model.to(ScalarType.Float64);
        using var noGradient = no_grad();
        foreach (var (name, weight) in model.named_parameters())
        {
            using var value = FormulaWeights.Weight(name, weight.shape);
            weight.copy_(value);
        }

        return model;
    }

    internal static Tensor Images(int count, ulong seed = 2)
    {
        using var random = new Generator(seed);
        return rand([count, 3, Sizes.ImageSize, Sizes.ImageSize], generator: random);
    }
}
