using System.Globalization;
using RobustVlm.Data;
using RobustVlm.Data.Sets;
using RobustVlm.Engine;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>The published sizes: pre-training from cached embeddings of one's own, heads on the published sets, and, without any data, speed on made embeddings.</summary>
public static class AdaptorPreset
{
    private const int PublishedPairs = 227_000;
    private const int HeadWidth = 512;
    private const int HeadSteps = 600;
    private const int MadeBatches = 4;

    private static readonly string[] s_published = ["rsna-pneumonia", "covidx", "siim-pneumothorax"];
    private static readonly ulong[] s_seeds = [42, 43, 44];

    /// <summary>Some steps of the published recipe on made embeddings: proves that the path works at a size and how fast it is, not that it learns.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="steps">Training steps, at least two.</param>
    /// <param name="sizes">Sizes of the module; null takes the published ones.</param>
    /// <param name="batchSize">Pairs per batch; the published number is 1024.</param>
    public static ResultTable DryRun(Lab lab, int steps = 2, AdaptorOptions? sizes = null, int batchSize = 1024)
    {
        ArgumentNullException.ThrowIfNull(lab);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        using var scope = NewDisposeScope();
        sizes ??= new AdaptorOptions();
        using var random = lab.Random("adaptor: dry run");
        var images = randn([MadeBatches * batchSize, sizes.ImageWidth], device: lab.Device, generator: random);
        var texts = randn([MadeBatches * batchSize, sizes.TextWidth], device: lab.Device, generator: random);
        using var adaptor = sizes.Create(random);
        adaptor.to(lab.Device);
        var clock = TimeProvider.System;
        var (times, last) = (new List<double>(), clock.GetTimestamp());
        MemoryInfo.ResetPeak();
        using var curve = new AdaptorTrainer(new AdaptorTrainerOptions { BatchSize = batchSize, Steps = steps, MixedPrecision = true }).Train(adaptor, images, texts, random, _ =>
        {
            times.Add(clock.GetElapsedTime(last).TotalSeconds);
            last = clock.GetTimestamp();
        });
        var seconds = MeLoSpeed.Median(times.Skip(1));
        return ResultTable.From([
            new
            {
                Weights = sizes.CountParameters(),
                Steps = steps,
                StepsPerSecond = 1 / seconds,
                Epoch = PublishedPairs / (double)batchSize * seconds,
                Peak = MemoryInfo.Now().PeakTensorBytes / 1048576.0 ?? double.NaN,
                Losses = string.Join(", ", curve.Losses.Take(4).Select(loss => loss.ToString("0.000", CultureInfo.InvariantCulture))),
            },
        ])
            .Rename("Weights", "Trained weights").Rename("StepsPerSecond", "Steps per second").Rename("Epoch", "Seconds per epoch of 227,000 pairs").Rename("Peak", "Peak MiB").Rename("Losses", "First losses")
            .WithDecimals("Steps per second", 2).WithDecimals("Seconds per epoch of 227,000 pairs", 1).WithDecimals("Peak MiB", 0)
            .WithCaption("Throughput only: made embeddings, from which nothing can be learned");
    }

    /// <summary>Pre-trains on embeddings of one's own by the published recipe.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="imageFile">A <c>.npy</c> file [N, D] of image embeddings.</param>
    /// <param name="textFile">A <c>.npy</c> file [N, D] of the embeddings of their reports, in the same order.</param>
    /// <param name="options">The recipe; null takes the published one.</param>
    /// <returns>The trained module on the lab's device, in evaluation mode; save it with <see cref="Models.Checkpoint"/>.</returns>
    public static Adaptor Train(Lab lab, string imageFile, string textFile, AdaptorTrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        using var scope = NewDisposeScope();
        var (images, texts) = (EmbeddingFile.Read(imageFile).to(lab.Device), EmbeddingFile.Read(textFile).to(lab.Device));
        using var random = lab.Random("adaptor: own embeddings");
        var adaptor = new Adaptor(new AdaptorOptions { ImageWidth = (int)images.shape[^1], TextWidth = (int)texts.shape[^1] }, random);
        adaptor.to(lab.Device);
        using var progress = Lab.Progress("Training the Adaptor");
        using var curve = new AdaptorTrainer(options).Train(
            adaptor, images, texts, random, step => progress.Report(step.Step / (double)step.Total, string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:0.000}")));
        progress.Finish(curve.ToString());
        return adaptor;
    }

    /// <summary>Heads at 1, 10 and 100 % of the labels, three seeds, on those of the paper's sets that this machine has, see <see cref="DataSetRegistry"/>.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="adaptor">What <see cref="Train"/> gave for embeddings of the same image encoder; null leaves it out.</param>
    /// <param name="backbone">A safetensors file with a vision transformer in timm's names; null takes <c>ROBUSTVLM_BACKBONE</c>, and the shipped mini transformer without it.</param>
    /// <returns>One row per set, mean over seeds; none where no set is there.</returns>
    public static ResultTable PublishedSets(Lab lab, Adaptor? adaptor = null, string? backbone = null) =>
        Heads(lab, [.. s_published.Where(DataSetRegistry.IsAvailable).Select(name => DataSetRegistry.Open(name))], adaptor, backbone, HeadSteps);

    internal static ResultTable Heads(Lab lab, IReadOnlyList<IImageSet> sets, Adaptor? adaptor, string? backbone, int steps)
    {
        ArgumentNullException.ThrowIfNull(lab);
        using var progress = Lab.Progress("Heads on the published sets");
        var (model, description) = UserBackbone.Load(lab, backbone);
        using var vision = model;
        var encoder = FrozenImageEncoder.Of(vision, description);
        var rows = new List<SetRow>();
        foreach (var (index, set) in sets.Index())
        {
            using var scope = NewDisposeScope();
            using var task = FolderTask.Read(lab, set, vision.Options.ImageSize, share => progress.Report((index + (0.8 * share)) / sets.Count, set.Name));
            var classes = task.Classes.Count == 2 ? 1 : task.Classes.Count;
            var (train, validation, test) = (Part(task.Data.Train), Part(task.Data.Validation), Part(task.Data.Test));
            double Mean(double fraction) => s_seeds.Average(seed =>
            {
                using var one = NewDisposeScope();
                var own = lab.WithSeed(seed);
                var chosen = AdaptorDownstream.Chosen(own, set.Name, task.Data.Train.Count, fraction);
                return AdaptorDownstream.Head(own, classes, HeadWidth, steps, (train.Features.index_select(0, chosen), train.Targets.index_select(0, chosen)), validation, test);
            });
            var (first, second, third) = (Mean(AdaptorPlan.Fractions[0]), Mean(AdaptorPlan.Fractions[1]), Mean(AdaptorPlan.Fractions[2]));
            rows.Add(new SetRow(set.Name, classes == 1 ? "AUROC" : "accuracy", task.Count, first, second, third));

            (Tensor Features, Tensor Targets) Part(TaskPart part)
            {
                using var noGradient = no_grad();
                var features = encoder.Embed(part.Images);
                return (adaptor is null ? features : adaptor.EmbedImages(features), classes == 1 ? part.Labels.to(ScalarType.Float32) : part.Labels);
            }
        }

        progress.Finish($"{sets.Count} sets");
        return ResultTable.From(rows).Rename("One", "1 %").Rename("Ten", "10 %").Rename("All", "100 %").WithDecimals("1 %", 3).WithDecimals("10 %", 3).WithDecimals("100 %", 3)
            .WithCaption($"{(adaptor is null ? "No Adaptor" : "Adaptor")} on {description}, mean of {s_seeds.Length} seeds");
    }

    private sealed record SetRow(string Set, string Metric, int Images, double One, double Ten, double All);
}
