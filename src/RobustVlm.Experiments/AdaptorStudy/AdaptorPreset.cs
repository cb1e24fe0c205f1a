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
    private const int HeadSteps = 600;
    private const int DecoderSteps = 4000;
    private const int MadeBatches = 4;

    private static readonly string[] s_published = ["rsna-pneumonia", "covidx"];   // what the paper classifies
    private static readonly string[] s_withMasks = ["rsna-pneumonia", "siim-pneumothorax"];

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
    public static ResultTable PublishedSets(Lab lab, Adaptor? adaptor = null, string? backbone = null) => AdaptorFolders.Heads(lab, Open(s_published), adaptor, backbone, HeadSteps);

    /// <summary>Decoders at 1, 10 and 100 % of the masks, three seeds, on those of the paper's two sets with masks that this machine has.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="adaptor">As in <see cref="PublishedSets"/>.</param>
    /// <param name="backbone">As in <see cref="PublishedSets"/>.</param>
    /// <returns>A row per set and share: the official Dice, that of predicting nothing, and the Dice on images with a mask.</returns>
    public static ResultTable PublishedMasks(Lab lab, Adaptor? adaptor = null, string? backbone = null) => AdaptorFolders.Masks(lab, Open(s_withMasks), adaptor, backbone, DecoderSteps);

    private static IImageSet[] Open(string[] names) => [.. names.Where(DataSetRegistry.IsAvailable).Select(name => DataSetRegistry.Open(name))];
}
