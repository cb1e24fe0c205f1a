using System.Globalization;
using RobustVlm.Data.Text;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>What an arm knows before it sees a label: it embeds pictures, and says how well pre-training went.</summary>
internal sealed class AdaptorPreTraining : IDisposable
{
    internal const string Row = "pre-training";
    internal const string LossColumn = "validation loss / ln B";
    internal const string RecallColumn = "recall@1 / chance";
    internal const string WeightsColumn = "trained weights";
    internal const string SecondsColumn = "seconds";
    internal const string DummyColumn = "largest change by a dummy text";

    private const int LossBatch = 256;   // of validation, whatever the training's
    private const int AttentionBatch = 128;

    private readonly AdaptorWorld _world;
    private readonly AdaptorRunOptions _options;
    private readonly Adaptor? _adaptor;
    private readonly VisionTransformer? _vision;

    private AdaptorPreTraining(AdaptorWorld world, AdaptorRunOptions options, Adaptor? adaptor, VisionTransformer? vision, IReadOnlyList<Measurement> measured) =>
        (_world, _options, _adaptor, _vision, Measured) = (world, options, adaptor, vision, measured);

    /// <summary>How it went.</summary>
    internal IReadOnlyList<Measurement> Measured { get; }

    /// <summary>The Adaptor; null for arms without.</summary>
    internal Adaptor? Module => _adaptor;

    /// <summary>Training loss of every step; empty for arms that learn nothing from pairs.</summary>
    internal IReadOnlyList<double> Losses { get; private init; } = [];

    /// <summary>Validation loss after some of the steps; empty unless it was asked for.</summary>
    internal IReadOnlyList<(int Step, double Loss)> Watched { get; private init; } = [];

    /// <summary>Pre-trains an arm, with the same batches in the same order for all that train an Adaptor.</summary>
    /// <param name="lab">The lab; its seed is the run's.</param>
    /// <param name="world">The seed's pictures.</param>
    /// <param name="options">As a run of the sweep.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <param name="points">How often to measure the validation loss of an Adaptor on the way; changes nothing else.</param>
    internal static AdaptorPreTraining Run(Lab lab, AdaptorWorld world, AdaptorRunOptions options, Action<double, string> progress, int points = 0)
    {
        switch (options.Arm)
        {
            case AdaptorArm.NoAdaptor:
                return new(world, options, null, null, []);
            case AdaptorArm.RandomEncoder:
                using (var random = lab.Random("adaptor: random encoder"))
                {
                    return new(world, options, null, world.Encoders.Vision(random), []);
                }

            case AdaptorArm.EndToEnd:
                return EndToEnd(lab, world, options, progress);
            default:
                return Frozen(lab, world, options, progress, points);
        }
    }

    /// <summary>Float tensor [N, D]: one vector for each picture of a set, as heads get it.</summary>
    internal Tensor Features(AdaptorSet set)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var features = _vision is not null ? FrozenImageEncoder.Of(_vision, "own").Embed(_world.Images(set)) : _world.Embeddings(set, _options.ImageEncoder);
        if (_adaptor is not null)
        {
            // In parts: the batch matters to the released code's attention, and to no other.
            features = cat([.. features.split(AttentionBatch).Select(_adaptor.EmbedImages)], 0);
        }

        return features.MoveToOuterDisposeScope();
    }

    /// <summary>Float tensor [N, L, D]: the patches of some pictures, as decoders get them.</summary>
    internal Tensor Tokens(Tensor images)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var encoder = _vision is not null ? FrozenImageEncoder.Of(_vision, "own") : _world.Encoders.Images(_options.ImageEncoder);
        var tokens = encoder.Tokens(images);
        return (_adaptor is null ? tokens : cat([.. tokens.split(AttentionBatch).Select(_adaptor.EmbedImages)], 0)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _adaptor?.Dispose();
        _vision?.Dispose();
    }

    /// <summary>Sizes of the small Adaptor for two encoders.</summary>
    internal static AdaptorOptions Sizes(int imageWidth, int textWidth, int layers) => AdaptorOptions.Mini with { ImageWidth = imageWidth, TextWidth = textWidth, Layers = layers };

    internal static AdaptorTrainerOptions Recipe(AdaptorRunOptions options) => new()
    {
        Epochs = options.Epochs,
        BatchSize = options.BatchSize,
        LearningRate = options.LearningRate,
        WarmUpShare = options.Arm == AdaptorArm.EndToEnd ? 0.1 : 0.02,
        TextWeight = options.Arm == AdaptorArm.EndToEnd ? AdaptorPlan.TextWeight : options.TextWeight,
        MixedPrecision = options.Arm == AdaptorArm.EndToEnd,
    };

    private static AdaptorPreTraining Frozen(Lab lab, AdaptorWorld world, AdaptorRunOptions options, Action<double, string> progress, int points)
    {
        // As with end-to-end training: decoders take what an earlier run trained.
        var path = world.PathOf(string.Create(CultureInfo.InvariantCulture,
            $"{AdaptorSweep.Version}/{options.Arm}/{options.Layers}/{options.TextWeight}/{options.Pairs}/{options.Epochs}/{options.BatchSize}/{options.LearningRate}/{world.Encoders.HashOf(options.ImageEncoder)}/{world.Encoders.HashOf(options.TextEncoder)}/{options.ImageEncoder}"), "safetensors");
        var decodes = options.Kind is AdaptorRunKind.Segmentation or AdaptorRunKind.DecoderRate;
        if (decodes && File.Exists(path))
        {
            var kept = Checkpoint.Load<Adaptor>(path);
            kept.to(lab.Device);
            kept.eval();
            return new(world, options, kept, null, []);
        }

        using var scope = NewDisposeScope();
        progress(0, "computing embeddings");
        var (images, texts) = (world.Embeddings(AdaptorSet.Pairs(options), options.ImageEncoder), world.Embeddings(AdaptorSet.Pairs(options), options.TextEncoder));
        using var initial = lab.Random("adaptor: initial weights");
        var adaptor = new Adaptor(Sizes((int)images.shape[1], (int)texts.shape[1], options.Layers) with { OfficialBatchAttention = options.Arm == AdaptorArm.BatchAttention }, initial);
        adaptor.to(lab.Device);
        adaptor.eval();
        var set = AdaptorSet.ValidationPairs(options);
        var (held, heldTexts) = (world.Embeddings(set, options.ImageEncoder), world.Embeddings(set, options.TextEncoder));
        var rows = new List<Measurement>();
        var (losses, watched) = (Array.Empty<double>(), new List<(int Step, double Loss)>());
        if (options.Arm != AdaptorArm.RandomAdaptor)
        {
            if (options.Arm == AdaptorArm.ShuffledPairs)
            {
                using var shuffling = lab.Random("adaptor: shuffled pairs");
                texts = texts.index_select(0, randperm(texts.shape[0], dtype: ScalarType.Int64, device: lab.Device, generator: shuffling));
            }

            using var random = lab.Random("adaptor: training");
            var started = TimeProvider.System.GetTimestamp();
            var report = Steps(progress);
            using var curve = new AdaptorTrainer(Recipe(options)).Train(adaptor, images, texts, random, step =>
            {
                report(step);
                if (points > 0 && (step.Step * (long)points / step.Total > (step.Step - 1) * (long)points / step.Total))
                {
                    watched.Add((step.Step, Watch(adaptor, held, heldTexts)));
                }
            });
            losses = [.. curve.Losses];
            rows.Add(Number(SecondsColumn, TimeProvider.System.GetElapsedTime(started).TotalSeconds));
            rows.Add(Number(WeightsColumn, adaptor.parameters().Sum(weight => weight.numel())));
            rows.Add(Number("training loss / ln B", curve.Losses.TakeLast(20).Average() / Math.Log(Math.Min(options.BatchSize, options.Pairs))));
        }

        using var noGradient = no_grad();
        var (v, t) = adaptor.call(held, heldTexts);
        rows.AddRange(Score(adaptor, v, t, world.Texts(set)));
        rows.Add(Number(DummyColumn, DummyChange(adaptor, held, world.Encoders.Texts(options.TextEncoder))));
        if (options.Arm == AdaptorArm.Adaptor && options.Layers == AdaptorPlan.Layers && options.TextWeight == AdaptorPlan.TextWeight)
        {
            Keep(adaptor, path);
        }

        return new(world, options, adaptor, null, rows) { Losses = losses, Watched = watched };
    }

    // In the middle of a training, which goes on as if nothing had been asked.
    private static double Watch(Adaptor adaptor, Tensor images, Tensor texts)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        adaptor.eval();
        var (v, t) = adaptor.call(images, texts);
        adaptor.train();
        return ValidationLoss(adaptor, v, t);
    }

    // The released code can feed the embedding of an empty text to heads; images by themselves are the other way.
    private static double DummyChange(Adaptor adaptor, Tensor images, FrozenTextEncoder texts)
    {
        using var scope = NewDisposeScope();
        var some = images.narrow(0, 0, Math.Min(AttentionBatch, images.shape[0]));
        var (withText, _) = adaptor.call(some, texts.Embed([""]).to(some.device).expand(some.shape[0], -1));
        return (withText - adaptor.EmbedImages(some)).abs().max().to(ScalarType.Float64).item<double>();
    }

    private static AdaptorPreTraining EndToEnd(Lab lab, AdaptorWorld world, AdaptorRunOptions options, Action<double, string> progress)
    {
        // What decoders need of an earlier run; the whole of it is measured only when it is trained.
        var path = world.PathOf(string.Create(CultureInfo.InvariantCulture,
            $"{AdaptorSweep.Version}/end to end/{options.Pairs}/{options.Epochs}/{options.BatchSize}/{options.LearningRate}/{world.Encoders.HashOf(AdaptorPlan.MainImages)}/{world.Encoders.HashOf(AdaptorPlan.MainTexts)}"), "safetensors");
        if (options.Kind == AdaptorRunKind.Segmentation && File.Exists(path))
        {
            var kept = Checkpoint.Load<VisionTransformer>(path);
            kept.to(lab.Device);
            return new(world, options, null, kept, []);
        }

        using var scope = NewDisposeScope();
        var (pairs, held) = (AdaptorSet.Pairs(options), AdaptorSet.ValidationPairs(options));
        var vision = world.Encoders.Vision();
        var (text, tokenizer) = world.Encoders.TextModel();
        using var ownText = text;
        using var initial = lab.Random("adaptor: initial weights");
        using var projection = Projection(vision, text, initial);
        projection.to(lab.Device);
        using var random = lab.Random("adaptor: training");
        var started = TimeProvider.System.GetTimestamp();
        using var curve = new EndToEndTrainer(Recipe(options)).Train(
            vision, text, BertPooling.Mean, projection, world.Images(pairs), tokenizer.Encode(world.Texts(pairs)).to(lab.Device), random, Steps(progress));
        var rows = new List<Measurement>
        {
            Number(SecondsColumn, TimeProvider.System.GetElapsedTime(started).TotalSeconds),
            Number(WeightsColumn, Weights(vision, text, projection)),
            Number("training loss / ln B", curve.Losses.TakeLast(20).Average() / Math.Log(Math.Min(options.BatchSize, options.Pairs))),
        };
        using var noGradient = no_grad();
        var v = FrozenImageEncoder.Of(vision, "own").Embed(world.Images(held));
        var t = FrozenTextEncoder.Of(text, tokenizer, "own").Embed(world.Texts(held));
        (v, t) = projection.call(v, t);
        rows.AddRange(Score(projection, v, t, world.Texts(held)));
        Keep(vision, path);
        return new(world, options, null, vision, rows);
    }

    // Under a temporary name first, so that another process never reads half a file.
    private static void Keep(nn.Module model, string path)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        Checkpoint.Save(model, temporary);
        File.Move(temporary, path, overwrite: true);
    }

    internal static Adaptor Projection(VisionTransformer vision, Bert text, Generator random) => new(Sizes(vision.Options.Width, text.Options.Width, 0), random);

    internal static long Weights(params IReadOnlyList<nn.Module> parts) => parts.Sum(part => part.parameters().Sum(weight => weight.numel()));

    /// <summary>Loss over batches and recall over all pairs, both beside guessing.</summary>
    internal static IEnumerable<Measurement> Score(Adaptor adaptor, Tensor images, Tensor texts, IReadOnlyList<string> captions)
    {
        using var scope = NewDisposeScope();
        var count = (int)images.shape[0];
        var recall = RetrievalRecall.Of(images.matmul(texts.t()), [.. Enumerable.Range(0, count)]).TextAt(1);

        // A text that another pair has too ties with it, and a tie counts as found.
        var same = captions.GroupBy(caption => caption).ToDictionary(group => group.Key, group => group.Count());
        var chance = captions.Average(caption => same[caption] / (double)count);
        return
        [
            Number(LossColumn, ValidationLoss(adaptor, images, texts)),
            Number(RecallColumn, recall / chance),
            new Measurement(Row, "recall@1", recall, N: count),
            new Measurement(Row, "chance", chance, N: count),
        ];
    }

    /// <summary>The mean loss of batches of embedded pairs, in multiples of the logarithm of their size.</summary>
    private static double ValidationLoss(Adaptor adaptor, Tensor images, Tensor texts)
    {
        var count = (int)images.shape[0];
        var size = Math.Min(LossBatch, count);
        return Enumerable.Range(0, count / size).Average(i =>
            AdaptorLoss.Compute(adaptor.Similarities(images.narrow(0, i * size, size), texts.narrow(0, i * size, size)), AdaptorPlan.TextWeight).to(ScalarType.Float64).item<double>()) / Math.Log(size);
    }

    private static Action<Methods.Training.TrainingProgress> Steps(Action<double, string> progress) => step =>
        progress(step.Step / (double)step.Total, string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.00}"));

    private static Measurement Number(string column, double value) => new(Row, column, value, IsRate: false);
}
