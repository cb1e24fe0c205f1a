using System.Globalization;
using RobustVlm.Data.Sets;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Heads and decoders on files: one's own folder, or a published set as it is unpacked.</summary>
internal static class AdaptorFolders
{
    private const int HeadWidth = 512;
    private const int DecoderBatch = 4;
    private const double DecoderLearningRate = 5e-4;
    private const int DecoderScorings = 10;
    private const int MostMasks = 2000;   // to choose a decoder's state by
    private const int PartSize = 128;
    private const int LargeImage = 128;
    private const string LargeWidths = "512,256,128,64";
    private const string SmallWidths = "64,32,16";

    private static readonly ulong[] s_seeds = [42, 43, 44];

    /// <summary>Heads on sets, mean of three seeds.</summary>
    internal static ResultTable Heads(Lab lab, IReadOnlyList<IImageSet> sets, Adaptor? adaptor, string? backbone, int steps)
    {
        ArgumentNullException.ThrowIfNull(lab);
        using var progress = Lab.Progress("Heads on the sets");
        var (model, description, fitting, notes) = Encoder(lab, adaptor, backbone);
        using var vision = model;
        var rows = new List<HeadRow>();
        foreach (var (index, set) in sets.Index())
        {
            using var task = Read(lab, set, vision, false, share => progress.Report((index + (0.8 * share)) / sets.Count, set.Name));
            rows.AddRange(Heads(lab, task, vision, fitting, steps));
        }

        progress.Finish($"{sets.Count} sets");
        return Table(rows, description).WithFootnotes(notes);
    }

    /// <summary>Heads with and without an Adaptor on images that were read.</summary>
    internal static IReadOnlyList<HeadRow> Heads(Lab lab, FolderTask task, VisionTransformer vision, Adaptor? adaptor, int steps)
    {
        using var scope = NewDisposeScope();
        var head = AdaptorHeadTask.Of(task.Classes.Count, task.HasSeveralLabels);
        var encoder = FrozenImageEncoder.Of(vision, "own");
        TaskPart[] parts = [task.Data.Train, task.Data.Validation, task.Data.Test];
        var features = parts.Select(part => encoder.Embed(part.Images)).ToArray();
        var targets = parts.Select(part => head.Targets(part.Labels)).ToArray();
        var rows = new List<HeadRow>();
        (string Name, Tensor[] Features)[] arms = adaptor is null ? [("no Adaptor", features)] : [("no Adaptor", features), ("Adaptor", [.. features.Select(part => Adapted(adaptor, part))])];
        foreach (var (name, own) in arms)
        {
            double Mean(double fraction) => s_seeds.Average(seed =>
            {
                using var one = NewDisposeScope();
                var at = lab.WithSeed(seed);
                var chosen = AdaptorDownstream.Chosen(at, task.Set.Name, task.Data.Train.Count, fraction);
                return AdaptorDownstream.Head(at, head, HeadWidth, steps, (own[0].index_select(0, chosen), targets[0].index_select(0, chosen)), (own[1], targets[1]), (own[2], targets[2]));
            });
            double[] scores = [.. AdaptorPlan.Fractions.Select(Mean)];
            rows.Add(new HeadRow(task.Set.Name, name, head.Metric, task.Count, scores[0], scores[1], scores[2]));
        }

        return rows;
    }

    internal static ResultTable Table(IReadOnlyList<HeadRow> rows, string encoder) => ResultTable.From(rows)
        .Rename("One", "1 %").Rename("Ten", "10 %").Rename("All", "100 %").WithDecimals("1 %", 3).WithDecimals("10 %", 3).WithDecimals("100 %", 3)
        .WithCaption($"Heads at three shares of the labels, mean of {s_seeds.Length} seeds; {encoder}");

    /// <summary>Decoders on sets with masks, mean of three seeds.</summary>
    internal static ResultTable Masks(Lab lab, IReadOnlyList<IImageSet> sets, Adaptor? adaptor, string? backbone, int steps)
    {
        ArgumentNullException.ThrowIfNull(lab);
        using var progress = Lab.Progress("Decoders on the sets");
        var (model, description, fitting, notes) = Encoder(lab, adaptor, backbone);
        using var vision = model;
        var rows = new List<MaskRow>();
        foreach (var (index, set) in sets.Index())
        {
            using var task = Read(lab, set, vision, true, share => progress.Report((index + (0.3 * share)) / sets.Count, set.Name));
            rows.AddRange(Masks(lab, task, vision, fitting, steps, share => progress.Report((index + 0.3 + (0.7 * share)) / sets.Count, set.Name)));
        }

        progress.Finish($"{sets.Count} sets");
        return MaskTable(rows, $"{(fitting is null ? "no Adaptor" : "Adaptor")} on {description}").WithFootnotes(notes);
    }

    /// <summary>Decoders on images and masks that were read.</summary>
    internal static IReadOnlyList<MaskRow> Masks(Lab lab, FolderTask task, VisionTransformer vision, Adaptor? adaptor, int steps, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        CheckMemory(task, vision);
        var encoder = FrozenImageEncoder.Of(vision, "own");
        var (train, test) = (Tokens(task.Data.Train.Images), Tokens(task.Data.Test.Images));
        var kept = Math.Min(MostMasks, task.Data.Validation.Count);
        var (held, heldMasks) = (Tokens(task.Data.Validation.Images.narrow(0, 0, kept)), task.Masks[1].narrow(0, 0, kept));
        var sizes = new TokenDecoderOptions
        {
            InputWidth = (int)train.shape[2],
            Grid = vision.Options.ImageSize / vision.Options.PatchSize,
            ImageSize = vision.Options.ImageSize,
            Widths = vision.Options.ImageSize >= LargeImage ? LargeWidths : SmallWidths,
        };
        var recipe = new FeatureTrainerOptions { Steps = steps, Scorings = Math.Min(DecoderScorings, steps), BatchSize = DecoderBatch, LearningRate = DecoderLearningRate };
        var rows = new List<MaskRow>();
        foreach (var fraction in AdaptorPlan.Fractions)
        {
            var results = s_seeds.Select((seed, i) =>
            {
                using var one = NewDisposeScope();
                progress((rows.Count + (i / (double)s_seeds.Length)) / AdaptorPlan.Fractions.Count);
                var at = lab.WithSeed(seed);
                var chosen = AdaptorDownstream.Chosen(at, task.Set.Name, task.Data.Train.Count, fraction);
                using var random = at.Random("adaptor: decoder");
                using var decoder = new TokenDecoder(sizes, random);
                decoder.to(lab.Device);
                new FeatureTrainer(recipe).Train(
                    decoder, train.index_select(0, chosen), task.Masks[0].index_select(0, chosen), held, heldMasks,
                    (logits, truth) => SegmentationLoss.Compute(logits, truth), (logits, truth) => Dice.Of(logits.sigmoid(), truth).Official, random);
                return Dice.Of(FeatureTrainer.Logits(decoder, test).sigmoid(), task.Masks[2]);
            }).ToArray();
            rows.Add(new MaskRow(task.Set.Name, AdaptorPlan.NameOf(fraction), task.Data.Test.Count, results.Average(r => r.Official), results[0].BlankPredictor,
                results.Average(r => r.Official) - results[0].BlankPredictor, results.Average(r => r.PositiveOnly), results.Average(r => r.DetectionAuroc)));
        }

        return rows;

        Tensor Tokens(Tensor images)
        {
            using var inner = NewDisposeScope();
            var tokens = encoder.Tokens(images);
            return (adaptor is null ? tokens : Adapted(adaptor, tokens)).MoveToOuterDisposeScope();
        }
    }

    internal static ResultTable MaskTable(IReadOnlyList<MaskRow> rows, string what) => ResultTable.From(rows)
        .AsPercent("Official", "Blank", "Lead", "Positive")
        .Rename("Labels", "Masks").Rename("TestImages", "Test images").Rename("Official", "Official Dice").Rename("Blank", "Predicting nothing").Rename("Lead", "Above it").Rename("Positive", "Images with a mask only").Rename("Detection", "Detection AUROC").WithDecimals("Detection AUROC", 3)
        .WithCaption($"Decoders at three shares of the masks, mean of {s_seeds.Length} seeds; {what}");

    /// <summary>The encoder, the Adaptor where the two fit each other, and a sentence where they do not.</summary>
    internal static (VisionTransformer Model, string Description, Adaptor? Fitting, string[] Notes) Encoder(Lab lab, Adaptor? adaptor, string? backbone)
    {
        var (model, description) = UserBackbone.Load(lab, backbone, AdaptorEncoders.SelfSupervisedName);
        return adaptor is null || adaptor.Options.ImageWidth == model.Options.Width ? (model, description, adaptor, []) : (model, description, null, [string.Create(CultureInfo.InvariantCulture,
            $"The Adaptor takes embeddings of length {adaptor.Options.ImageWidth} and {description} gives {model.Options.Width}, so it is left out; name its encoder in {UserBackbone.Variable}.")]);
    }

    internal static FolderTask Read(Lab lab, IImageSet set, VisionTransformer vision, bool masks, Action<double> progress) =>
        FolderTask.Read(lab, set, vision.Options.ImageSize, progress, vision.Options.Channels == 1, masks);

    private static Tensor Adapted(Adaptor adaptor, Tensor features)
    {
        using var noGradient = no_grad();
        return cat([.. features.split(PartSize).Select(adaptor.EmbedImages)], 0);
    }

    // Tokens are kept for every image, so that each is computed once for all decoders.
    private static void CheckMemory(FolderTask task, VisionTransformer vision)
    {
        var side = vision.Options.ImageSize / vision.Options.PatchSize;
        var needed = 4.0 * task.Count * side * side * vision.Options.Width;
        if (needed > 0.5 * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"The tokens of {task.Count} images take {needed / 1e9:0} GB, more than half of this machine's memory; name a folder with fewer images."));
        }
    }
}

/// <summary>A head's scores at three shares of the labels.</summary>
internal sealed record HeadRow(string Set, string Features, string Metric, int Images, double One, double Ten, double All);

/// <summary>A decoder's scores at one share of the masks.</summary>
internal sealed record MaskRow(string Set, string Labels, int TestImages, double Official, double Blank, double Lead, double Positive, double Detection);
