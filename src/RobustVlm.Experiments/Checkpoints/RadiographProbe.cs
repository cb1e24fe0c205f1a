using RobustVlm.Data.Worlds;
using RobustVlm.Evaluation;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>How much of the seven-way diagnosis a linear classifier can read from frozen features.</summary>
internal static class RadiographProbe
{
    private const int BatchSize = 128;

    internal static IReadOnlyList<CheckpointScore> Compare(Lab lab, int size, int pictures, Func<Tensor, Tensor> trained, Func<Tensor, Tensor> untrained)
    {
        using var scope = NewDisposeScope();
        var world = WorldCatalog.Find("chest");
        using var random = lab.Random("radiograph probe");
        using var learn = world.Render(pictures, size, random);
        using var test = world.Render(pictures, size, random);
        var chance = 1.0 / world.Classes.Count;
        var before = Accuracy(untrained);
        return
        [
            new CheckpointScore("radiographs, seven classes", "linear probe on its features", Accuracy(trained), pictures, chance, before),
            new CheckpointScore("radiographs, seven classes", "linear probe before training", before, pictures, chance),
            new CheckpointScore("radiographs, seven classes", "linear probe on raw pixels", Accuracy(images => images.flatten(1)), pictures, chance),
        ];

        double Accuracy(Func<Tensor, Tensor> features)
        {
            using var noGradient = no_grad();
            using var probe = LinearProbe.Fit(features, learn.Images, learn.Labels, world.Classes.Count);
            return ClassifierEvaluation.OnClean(probe.Logits, test.Images, test.Labels, BatchSize).Accuracy;
        }
    }
}
