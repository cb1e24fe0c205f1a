using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>Whole pieces as the experiments use them: transformer blocks and an attack.</summary>
internal static class ModelFigures
{
    public static IReadOnlyList<Figure> All { get; } =
    [
        Forward("vit-forward-f32", ScalarType.Float32),
        Forward("vit-forward-bf16", ScalarType.BFloat16),
        Training("vit-train-f32", "training step of a ViT-B block, batch 8", 768, 12, 197, 8, ScalarType.Float32, Goal.Python(3.5, 1)),

        // Nobody gets bfloat16 without asking: Python as installed trains in float32. Tuned Python uses autocast too.
        Training("vit-train-bf16", "the same with bfloat16 autocast, Python as installed in float32", 768, 12, 197, 8, ScalarType.BFloat16, Goal.Python(10, 1))
            with { Installed = "vit-train-f32" },
        Training("tiny-train-f32", "training step of a block of width 64, 65 tokens, batch 64", 64, 4, 65, 64, ScalarType.Float32, Goal.None),
        Training("tiny-train-bf16", "the same with bfloat16 autocast", 64, 4, 65, 64, ScalarType.BFloat16, Goal.None),
        new("pgd-10", "PGD with ten steps on a ViT of width 64, depth 4, 16 images", Unit.Milliseconds, Goal.None, () =>
        {
            using var random = new Generator(1);
            var model = new SmallClassifier(random);
            var (images, labels) = (rand([16, 1, 64, 64], generator: random), zeros([16], ScalarType.Int64));
            var attack = new Pgd(new PgdOptions { Steps = 10 });
            return Sampling.Long(() =>
            {
                using var draws = new Generator(2);
                attack.Perturb(model.call, images, labels, draws).Dispose();
            });
        }),
    ];

    /// <summary>One training step on the mean square of the block's output.</summary>
    internal static Action Step(int width, int heads, int tokens, int batch, ScalarType type, bool adam = false)
    {
        using var random = new Generator(1);
        var block = new TransformerBlock(width, heads, 12, Activation.Gelu, random);
        optim.Optimizer optimizer = adam ? optim.Adam(block.parameters(), 1e-4) : optim.SGD(block.parameters(), 1e-4);
        var x = randn([batch, tokens, width], generator: random);
        return () =>
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            Tensor y;
            using (Autocast.Use(type))
            {
                y = block.call(x, null);
            }

            y.@float().square().mean().backward();
            optimizer.step();
        };
    }

    private static Figure Training(string name, string about, int width, int heads, int tokens, int batch, ScalarType type, Goal goal) =>
        new(name, about, Unit.Milliseconds, goal, () => Sampling.Long(Step(width, heads, tokens, batch, type)));

    private static Figure Forward(string name, ScalarType type) =>
        new(name, $"forward pass of a ViT-B block, batch 8, {type}", Unit.Milliseconds, Goal.None, () =>
        {
            using var random = new Generator(1);
            var block = new TransformerBlock(768, 12, 12, Activation.Gelu, random);
            var x = randn([8, 197, 768], generator: random);
            return Sampling.Long(() =>
            {
                using var scope = NewDisposeScope();
                using var off = no_grad();
                using var region = Autocast.Use(type);
                block.call(x, null);
            });
        });
}
