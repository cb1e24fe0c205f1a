using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.LowRank;

/// <summary>A transformer of milliseconds, and tasks whose updates and heads are not zero.</summary>
internal static class LowRankFixture
{
    internal static readonly VisionTransformerOptions Tiny = new() { ImageSize = 16, PatchSize = 8, Width = 16, Depth = 3, Heads = 2, Classes = 5 };

    internal static VisionTransformer Vit(ulong seed = 1) => new(Tiny, new Generator(seed));

    internal static Tensor Images(int count = 4) => rand([count, 3, 16, 16], generator: new Generator(9));

    /// <summary>As if it had been trained: B and everything else drawn anew.</summary>
    internal static void Stir(LowRankAdapter adapter, string task, ulong seed)
    {
        using var noGradient = no_grad();
        using var random = new Generator(seed);
        foreach (var (_, matrix) in adapter.Matrices(task))
        {
            nn.init.normal_(matrix, 0, 0.3, random);
        }
    }

    internal static LowRankClassifier Served(VisionTransformer vit, params string[] tasks)
    {
        var model = new LowRankClassifier(vit);
        foreach (var (index, task) in tasks.Index())
        {
            using var random = new Generator((ulong)index + 20);
            model.AddTask(task, index + 2, random);
            Stir(model.Adapter, task, (ulong)index + 40);
        }

        model.eval();
        return model;
    }
}
