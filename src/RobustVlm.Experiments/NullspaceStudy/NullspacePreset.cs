using RobustVlm.Attacks;
using RobustVlm.Data;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>The settings of the reported runs, for ViT-S/16 and ViT-B/16 on ImageNet with a GPU, all arms in one code path.</summary>
/// <remarks>
/// From the code of those runs (github.com/Liu-Hy/easyrobust, commit f72cee0): 20 rounds of 41 steps of 128 images, AdamW at 1e-5 down to 1e-6, weight decay 0.05; noise from
/// U(-3, 3) in at most 3000 steps, epsilon 0.03. Crop and mirror stand for its augmentation: mixup, RandAugment, erasing and drop path are not done here, for any arm. Pixels are normalised
/// as the weights were trained, with mean and deviation 0.5; that code uses ImageNet's for all.
/// </remarks>
internal static class NullspacePreset
{
    internal static IReadOnlyList<(string Name, VisionTransformerOptions Sizes)> Models { get; } = [("ViT-S/16", VisionTransformerOptions.ViTS16), ("ViT-B/16", VisionTransformerOptions.ViTB16)];

    internal static IReadOnlyList<double> Epsilons { get; } = [0.01, 0.03, 0.1];

    internal static IReadOnlyList<NullspaceArm> Arms { get; } = [.. NullspacePlan.Arms.Take(6)];

    internal static IReadOnlyList<ulong> Seeds { get; } = [11, 12, 13];

    internal static NullspaceTuningOptions Published(NullspaceArm arm, double epsilon = NullspacePlan.Epsilon) => new()
    {
        Arm = arm,
        Noise = new EncoderNoiseOptions { Epsilon = epsilon },
        Augmentation = new AugmentationOptions { LeastCrop = 0.28, Rotation = 0, Mirror = true, Brightness = 0, Contrast = 0, Noise = 0 },   // an area of 8 % at least
    };

    /// <summary>What the arms are scored by, beside corruptions: PGD-50 and AutoAttack come on top of what the paper has.</summary>
    internal static IReadOnlyList<IImageAttack> Attacks { get; } =
        [new Fgsm(), new Pgd(new PgdOptions { Steps = 20 }), new Pgd(new PgdOptions { Steps = 50 }), new AutoAttack(new AutoAttackOptions { Classes = 1000 })];

    /// <summary>Two steps of every arm on made data: proves that the path works, not that it learns.</summary>
    /// <param name="lab">Seed and device.</param>
    /// <param name="sizes">The transformer; its weights are random.</param>
    internal static IReadOnlyList<(string Arm, NullspaceTuningResult Result)> DryRun(Lab lab, VisionTransformerOptions sizes)
    {
        const int steps = 2, batch = 2;
        using var scope = NewDisposeScope();
        using var random = lab.Random("nullspace: dry run");
        var images = rand([steps * batch, sizes.Channels, sizes.ImageSize, sizes.ImageSize], device: random.device, generator: random).to(lab.Device);
        var labels = arange(steps * batch, dtype: ScalarType.Int64, device: lab.Device);
        var results = new List<(string, NullspaceTuningResult)>();
        foreach (var arm in Arms)
        {
            var recipe = Published(arm);
            var tuning = new NullspaceTuning(recipe with { Rounds = steps, StepsPerRound = 1, BatchSize = batch, Noise = recipe.Noise with { MaxSteps = 2, BatchSize = batch } });
            using var weights = lab.Random("nullspace: dry run, weights");
            using var training = lab.Random("nullspace: dry run, training");
            using var model = (sizes with { Classes = 1000 }).Create(weights);
            model.to(lab.Device);
            results.Add((NullspacePlan.NameOf(arm), tuning.Train(model, images, labels, images, _ => 0, training)));
        }

        return results;
    }
}
