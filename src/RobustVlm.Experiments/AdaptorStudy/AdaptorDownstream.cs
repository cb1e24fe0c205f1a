using System.Globalization;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Heads and decoders on frozen features at three shares of the labels. The pictures of a share are the same for all arms of a seed.</summary>
internal static class AdaptorDownstream
{
    internal const string SegmentationRow = "segmentation";
    internal const string OfficialColumn = "Dice";
    internal const string BlankColumn = "blank predictor";
    internal const string LeadColumn = "Dice above blank";
    internal const string PositiveColumn = "Dice, positive only";
    internal const string DetectionColumn = "detection AUROC";
    internal const string ValidationColumn = "validation Dice";

    private const int HeadWidth = 128;
    private const double DefaultRate = 1e-3;
    private const int HeadBatch = 128;
    private const int DecoderBatch = 16;
    private const int HeadScorings = 10;
    private const int DecoderScorings = 4;
    private const int DecoderValidation = 300;   // of the pictures to choose by; scoring masks is slow
    private const string DecoderWidths = "64,32,16";
    private const int Least = 2;

    internal static string At(string column, double fraction) => $"{column}, {AdaptorPlan.NameOf(fraction)}";

    /// <summary>Both tasks of classification.</summary>
    internal static IReadOnlyList<Measurement> Heads(Lab lab, AdaptorWorld world, AdaptorRunOptions options, AdaptorPreTraining arm)
    {
        var rows = new List<Measurement>();
        foreach (var task in AdaptorTask.All)
        {
            using var scope = NewDisposeScope();
            var (train, validation, test) = (task.Train(options), task.Validation(options), task.Test(options));
            var (features, validationFeatures, testFeatures) = (arm.Features(train), arm.Features(validation), arm.Features(test));
            var (targets, validationTargets, testTargets) = (world.Targets(task, train), world.Targets(task, validation), world.Targets(task, test));
            foreach (var (fraction, steps) in Steps(options))
            {
                using var one = NewDisposeScope();
                var chosen = Chosen(lab, task.Name, options.TrainPictures, fraction);
                var score = Head(
                    lab, AdaptorHeadTask.Of(task), HeadWidth, steps, (features.index_select(0, chosen), targets.index_select(0, chosen)), (validationFeatures, validationTargets), (testFeatures, testTargets));
                rows.Add(new Measurement(task.Name, task.Column(fraction), score, N: options.TestPictures));
            }
        }

        return rows;
    }

    /// <summary>Trains a head on some labels and scores it.</summary>
    internal static double Head(
        Lab lab, AdaptorHeadTask task, int width, int steps, (Tensor Features, Tensor Targets) train, (Tensor Features, Tensor Targets) validation, (Tensor Features, Tensor Targets) test)
    {
        using var random = lab.Random("adaptor: head");
        using var head = new EmbeddingHead(new EmbeddingHeadOptions { InputWidth = (int)train.Features.shape[1], HiddenWidth = width, Classes = task.Logits }, random);
        head.to(lab.Device);
        new FeatureTrainer(new FeatureTrainerOptions { Steps = steps, Scorings = Math.Min(HeadScorings, steps), BatchSize = HeadBatch, LearningRate = DefaultRate }).Train(
            head, train.Features, train.Targets, validation.Features, validation.Targets, task.Loss, task.Score, random);
        return task.Score(FeatureTrainer.Logits(head, test.Features), test.Targets);
    }

    /// <summary>Segmentation of the binary task's finding.</summary>
    internal static IReadOnlyList<Measurement> Decoders(Lab lab, AdaptorWorld world, AdaptorRunOptions options, AdaptorPreTraining arm, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        var parts = MaskParts.Of(world, options, arm);
        var rows = new List<Measurement>();
        foreach (var (index, (fraction, steps)) in Steps(options).Index())
        {
            using var one = NewDisposeScope();
            rows.AddRange(Of(Dice.Of(Decode(lab, parts, options, fraction, steps).Probabilities, parts.Test.Masks), fraction));
            progress((index + 1.0) / AdaptorPlan.Fractions.Count);
        }

        return rows;
    }

    /// <summary>A decoder with all masks, scored on the pictures by which its state is chosen.</summary>
    internal static Measurement ValidationDice(Lab lab, AdaptorWorld world, AdaptorRunOptions options, AdaptorPreTraining arm)
    {
        using var scope = NewDisposeScope();
        var parts = MaskParts.Of(world, options, arm);
        var (_, best) = Decode(lab, parts with { Test = parts.Validation }, options, AdaptorPlan.Fractions[^1], int.Parse(options.DownstreamSteps, CultureInfo.InvariantCulture));
        return new Measurement(SegmentationRow, ValidationColumn, best);
    }

    /// <summary>Trains a decoder on some of the masks. Float tensor [N, 1, H, W]: probabilities on the test pictures; and the best score on those of validation.</summary>
    internal static (Tensor Probabilities, double Validation) Decode(Lab lab, MaskParts parts, AdaptorRunOptions options, double fraction, int steps)
    {
        using var scope = NewDisposeScope();
        var chosen = Chosen(lab, AdaptorTask.Binary.Name, options.TrainPictures, fraction);
        var side = (int)Math.Round(Math.Sqrt(parts.Test.Tokens.shape[1]));
        using var random = lab.Random("adaptor: decoder");
        using var decoder = new TokenDecoder(new TokenDecoderOptions { InputWidth = (int)parts.Test.Tokens.shape[2], Grid = side, ImageSize = (int)parts.Test.Masks.shape[3], Widths = DecoderWidths }, random);
        decoder.to(lab.Device);
        var scores = new FeatureTrainer(new FeatureTrainerOptions { Steps = steps, Scorings = Math.Min(DecoderScorings, steps), BatchSize = DecoderBatch, LearningRate = options.DownstreamLearningRate }).Train(
            decoder, parts.Train.Tokens.index_select(0, chosen), parts.Train.Masks.index_select(0, chosen), parts.Validation.Tokens, parts.Validation.Masks,
            (logits, truth) => SegmentationLoss.Compute(logits, truth, options.DiceTerm), (logits, truth) => Dice.Of(logits.sigmoid(), truth).Official, random);
        return (FeatureTrainer.Logits(decoder, parts.Test.Tokens).sigmoid().MoveToOuterDisposeScope(), scores.Max());
    }

    internal static IEnumerable<Measurement> Of(DiceResult result, double fraction) => new[]
    {
        (OfficialColumn, result.Official), (BlankColumn, result.BlankPredictor), (LeadColumn, result.Official - result.BlankPredictor),
        (PositiveColumn, result.PositiveOnly), (DetectionColumn, result.DetectionAuroc),
    }.Select(entry => new Measurement(SegmentationRow, At(entry.Item1, fraction), entry.Item2, N: result.PerImage.Count));

    internal static IEnumerable<(double Fraction, int Steps)> Steps(AdaptorRunOptions options) =>
        AdaptorPlan.Fractions.Zip(options.DownstreamSteps.Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)));

    /// <summary>Long tensor [n] of the pictures whose labels are used; the smaller shares are the beginning of the larger ones.</summary>
    internal static Tensor Chosen(Lab lab, string task, int count, double fraction)
    {
        using var random = lab.Random($"adaptor: labels of {task}");
        return randperm(count, dtype: ScalarType.Int64, device: lab.Device, generator: random).narrow(0, 0, Math.Max(Least, (int)Math.Round(fraction * count)));
    }

    /// <summary>Tokens and masks of the three parts of the binary task.</summary>
    internal sealed record MaskParts((Tensor Tokens, Tensor Masks) Train, (Tensor Tokens, Tensor Masks) Validation, (Tensor Tokens, Tensor Masks) Test)
    {
        internal static MaskParts Of(AdaptorWorld world, AdaptorRunOptions options, AdaptorPreTraining arm)
        {
            var task = AdaptorTask.Binary;
            (Tensor Tokens, Tensor Masks) Part(AdaptorSet set, int count) => count == 0 ? (empty(0), empty(0)) : (arm.Tokens(world.Images(set).narrow(0, 0, count)), Masks(world, task, set).narrow(0, 0, count));
            return new(
                Part(task.Train(options), options.TrainPictures),
                Part(task.Validation(options), Math.Min(DecoderValidation, options.ValidationPictures)),
                Part(task.Test(options), options.TestPictures));
        }

        // Other findings have masks too, and none of them is asked for.
        private static Tensor Masks(AdaptorWorld world, AdaptorTask task, AdaptorSet set) => world.Masks(set) * world.Targets(task, set).view(-1, 1, 1, 1);
    }
}
