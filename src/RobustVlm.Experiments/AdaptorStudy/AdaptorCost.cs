using RobustVlm.Data.Text;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>What freezing saves: weights at the published sizes, and the time of an epoch here.</summary>
internal static class AdaptorCost
{
    internal const string SizeRow = "published sizes";
    internal const string TimeRow = "an epoch";
    internal const string FrozenColumn = "frozen, seconds";
    internal const string TogetherColumn = "end to end, seconds";
    internal const string Best = "MGCA ViT-B/16";

    private const int WarmUp = 1;
    private const int WarmUpPairs = 16;
    private const int Rounds = 2;
    private const int FrozenStepsPerRepetition = 4;   // they are short

    /// <summary>Trainable weights of pre-training, as printed in the authors' notebook.</summary>
    internal static IReadOnlyList<(string Name, double Weights)> Competitors { get; } =
        [(Best, 172.73e6), ("ConVIRT", 138.05e6), ("GLoRIA-MIMIC", 134.18e6), ("MGCA ResNet-50", 113.59e6)];

    /// <summary>Share of a competitor's trained weights that a full-size Adaptor saves.</summary>
    internal static string SavedColumn(string competitor) => $"saved against {competitor}";

    /// <summary>Makes a run.</summary>
    internal static IReadOnlyList<Measurement> Run(Lab lab, AdaptorWorld world, AdaptorRunOptions options, Action<double, string> progress)
    {
        using var scope = NewDisposeScope();
        var full = new AdaptorOptions().CountParameters();
        List<Measurement> rows = [.. Competitors.Select(other => new Measurement(SizeRow, SavedColumn(other.Name), 1 - (full / other.Weights)))];
        rows.Add(Number(SizeRow, "trained weights", full));

        progress(0, "computing embeddings");
        var pairs = AdaptorSet.Pairs(options);
        var (images, texts) = (world.Embeddings(pairs, options.ImageEncoder), world.Embeddings(pairs, options.TextEncoder));
        using var random = lab.Random("adaptor: cost");
        using var adaptor = new Adaptor(AdaptorPreTraining.Sizes((int)images.shape[1], (int)texts.shape[1], options.Layers), random);
        using var vision = world.Encoders.Vision();
        var (text, tokenizer) = world.Encoders.TextModel();
        using var ownText = text;
        using var projection = AdaptorPreTraining.Projection(vision, text, random);
        adaptor.to(lab.Device);
        projection.to(lab.Device);
        var tokens = tokenizer.Encode(world.Texts(pairs)).to(lab.Device);
        var recipe = AdaptorPreTraining.Recipe(options) with { Epochs = 1, LearningRate = 1e-6 };
        var together = recipe with { BatchSize = options.BatchSize, MixedPrecision = true, Steps = WarmUp + options.Repetitions };
        var frozen = recipe with { Steps = WarmUp + (FrozenStepsPerRepetition * options.Repetitions) };
        var (frozenTimes, togetherTimes) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            // In turns, so that whatever else the machine does slows both.
            progress(round / (double)Rounds, "timing");
            frozenTimes.AddRange(Times(told => new AdaptorTrainer(frozen).Train(adaptor, images, texts, random, told)));
            togetherTimes.AddRange(Times(told => new EndToEndTrainer(together).Train(vision, text, BertPooling.Mean, projection, world.Images(pairs), tokens, random, told)));
        }

        var steps = options.Pairs / (double)Math.Min(options.BatchSize, options.Pairs);
        rows.Add(Number(TimeRow, FrozenColumn, steps * MeLoSpeed.Median(frozenTimes)));
        rows.Add(Number(TimeRow, TogetherColumn, steps * MeLoSpeed.Median(togetherTimes)));
        rows.Add(Number(TimeRow, "weights trained, frozen", AdaptorPreTraining.Weights(adaptor)));
        rows.Add(Number(TimeRow, "weights trained, end to end", AdaptorPreTraining.Weights(vision, text, projection)));
        return rows;
    }

    /// <summary>Seconds that it takes to compute the embeddings of all pairs once, from the time of some.</summary>
    internal static double Embedding(AdaptorWorld world, AdaptorRunOptions options, int timed)
    {
        using var scope = NewDisposeScope();
        var set = AdaptorSet.Pairs(options) with { Name = "timed pairs", Count = timed };
        var (images, texts) = (world.Images(set), world.Texts(set));
        var (image, text) = (world.Encoders.Images(options.ImageEncoder), world.Encoders.Texts(options.TextEncoder));
        var few = Math.Min(WarmUpPairs, timed);
        _ = (image.Embed(images.narrow(0, 0, few)), text.Embed([.. texts.Take(few)]));
        var started = TimeProvider.System.GetTimestamp();
        _ = (image.Embed(images).sum().item<float>(), text.Embed(texts).sum().item<float>());   // a GPU has finished once a number is read
        return TimeProvider.System.GetElapsedTime(started).TotalSeconds * options.Pairs / timed;
    }

    // A GPU's step ends with its loss, which is read.
    private static IEnumerable<double> Times(Func<Action<TrainingProgress>, TrainingResult> train)
    {
        var clock = TimeProvider.System;
        var (times, last) = (new List<double>(), clock.GetTimestamp());
        train(_ =>
        {
            times.Add(clock.GetElapsedTime(last).TotalSeconds);
            last = clock.GetTimestamp();
        }).Dispose();
        return times.Skip(WarmUp);
    }

    private static Measurement Number(string row, string column, double value) => new(row, column, value, IsRate: false);
}
