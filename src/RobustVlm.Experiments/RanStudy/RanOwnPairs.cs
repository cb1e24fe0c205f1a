using System.Globalization;
using System.Security.Cryptography;
using RobustVlm.Attacks;
using RobustVlm.Attacks.Pairs;
using RobustVlm.Attacks.Text;
using RobustVlm.Data.Text;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.Ran;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>
/// The study on somebody's own pairs: a CLIP checkpoint is trained further on pairs of MIMIC-CXR or ROCO of which some are poisoned, for every ratio; then heads are fitted on the findings,
/// where the set has any, and pairs are retrieved. A model is kept once it is trained, and a stopped training goes on where it was.
/// </summary>
/// <param name="Source">Which set, and how many pairs.</param>
/// <param name="Table">A row for each ratio.</param>
public sealed record RanOwnPairs(string Source, ResultTable Table)
{
    /// <summary>The environment variable that names a CLIP checkpoint: one that this project wrote, or a file with the weights of OpenAI's ViT-B/32, ViT-B/16 or ViT-L/14 in their names.</summary>
    public const string CheckpointVariable = "ROBUSTVLM_CLIP";

    /// <summary>The environment variable that names the vocabulary of that checkpoint: OpenAI's <c>bpe_simple_vocab_16e6.txt.gz</c>, or a folder with <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    public const string VocabularyVariable = "ROBUSTVLM_CLIP_VOCABULARY";

    // The poisoned images are crafted on the checkpoint as it was given, before it is trained further.
    private static readonly RanMode[] s_modes = [RanMode.LinearProbe, RanMode.CrossEntropy, RanMode.Ran];

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => Source;

    /// <summary>Trains and scores.</summary>
    /// <param name="lab">Scale, seed, device.</param>
    /// <param name="layout">One of <see cref="RanPairFolder.Layouts"/>.</param>
    /// <param name="folder">Where it was unpacked; null takes the set's environment variable.</param>
    /// <param name="checkpoint">The checkpoint; null takes the environment variable, and the shipped mini CLIP without it.</param>
    /// <param name="options">Settings; null takes those of the scale.</param>
    internal static RanOwnPairs Run(Lab lab, string layout, string? folder = null, string? checkpoint = null, RanOwnPairsOptions? options = null)
    {
        options ??= RanOwnPairsOptions.For(lab.Scale);
        options.Check();
        using var progress = Lab.Progress($"RAN on {layout}");
        var path = Given(checkpoint, CheckpointVariable) ?? ShippedCheckpoints.PathOf(lab, ShippedCheckpoints.MiniClipName);
        using var start = Load(lab, path);
        var tokenizer = Tokenizer(lab, start.Options);
        using var pairs = RanPairFolder.Read(lab, layout, folder, start.Options.Image, options);
        IReadOnlyList<IReadOnlyList<string>> captions = [.. pairs.Captions.Select(caption => new[] { caption })];
        using var poisoned = RanUpstream.Kept(lab, PathOf(lab, path, new { Poisoned = layout, pairs.Set.Folder, Largest = options.Ratios.Max(), options.MostPairs, options.CraftingSteps }), () =>
            Craft(lab, start, tokenizer, pairs, captions, options, share => progress.Report(0.2 * share, "poisoning")));
        var changed = poisoned.Captions.Zip(poisoned.Places).Count(pair => pair.First[0] != pairs.Captions[(int)pair.Second]);
        var rows = new List<Dictionary<string, double>>();
        foreach (var (i, ratio) in options.Ratios.Index())
        {
            void Report(double share) => progress.Report(0.2 + (0.8 * (i + share) / options.Ratios.Count), RanPlan.Percent(ratio));
            var (images, texts) = poisoned.Mix(pairs.Images, captions, ratio, options.Pairing);
            using var mixed = images;
            using var model = Train(lab, path, tokenizer, mixed, texts, (layout, pairs.Set.Folder, ratio), options, share => Report(0.6 * share));
            rows.Add(Score(lab, model, tokenizer, pairs, options, share => Report(0.6 + (0.4 * share))));
        }

        progress.Finish($"{options.Ratios.Count} models");
        var measurements = options.Ratios.Zip(rows).SelectMany(row => row.Second.Select(cell => new Measurement(RanPlan.Percent(row.First), cell.Key, cell.Value)));
        return new RanOwnPairs(pairs.ToString(), ResultTable.FromMeasurements([.. measurements], "Poisoned")
            .WithCaption($"{pairs}; {Path.GetFileName(path)} trained further")
            .WithFootnotes([string.Create(CultureInfo.InvariantCulture, $"Rules could falsify {changed} of {poisoned.Count} captions; the others stay as they are."), .. pairs.Set.Notes]));
    }

    private static string? Given(string? value, string variable) => value ?? (Environment.GetEnvironmentVariable(variable) is { } set && !string.IsNullOrWhiteSpace(set) ? set : null);

    // A file of this project says its sizes; a published one is recognised by trying.
    private static Clip Load(Lab lab, string path)
    {
        Clip? model = null;
        var reasons = new List<string>();
        foreach (var load in new Func<Clip>[]
        {
            () => Checkpoint.Load<Clip>(path), () => Checkpoint.Load(path, ClipOptions.ViTB32), () => Checkpoint.Load(path, ClipOptions.ViTB16), () => Checkpoint.Load(path, ClipOptions.ViTL14),
        })
        {
            try
            {
                model ??= load();
            }
            catch (InvalidDataException error)
            {
                reasons.Add(error.Message);
            }
        }

        if (model is null)
        {
            throw new InvalidDataException($"{path} is neither a CLIP of this project nor OpenAI's ViT-B/32, ViT-B/16 or ViT-L/14; as ViT-B/32: {reasons[Math.Min(1, reasons.Count - 1)]}");
        }

        model.to(lab.Device);
        model.eval();
        return model;
    }

    private static ClipTokenizer Tokenizer(Lab lab, ClipOptions options)
    {
        var length = options.Text.ContextLength;
        var tokenizer = Given(null, VocabularyVariable) switch
        {
            null => ShippedCheckpoints.Tokenizer(lab, length),
            var folder when Directory.Exists(folder) => new ClipTokenizer(BytePairVocabulary.Read(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt")), length),
            var file => new ClipTokenizer(BytePairVocabulary.ReadClip(file), length),
        };
        return tokenizer.VocabularySize == options.Text.VocabularySize ? tokenizer : throw new ArgumentException(
            $"The checkpoint knows {options.Text.VocabularySize} tokens and the vocabulary has {tokenizer.VocabularySize}; name its own vocabulary in {VocabularyVariable}.");
    }

    private static PoisonedPairs Craft(
        Lab lab, Clip start, ClipTokenizer tokenizer, RanPairFolder pairs, IReadOnlyList<IReadOnlyList<string>> captions, RanOwnPairsOptions options, Action<double> progress)
    {
        using var random = lab.Random("ran: own pairs, poison");
        var count = pairs.Captions.Count;
        long[] places = [.. RanPoisoning.Order(count, random).Take(RanPoisoning.CountOf(count, options.Ratios.Max()))];
        var attack = new FeaturePgdOptions { Epsilon = PixelBudget.Of255(RanPlan.PoisonBudget), StepSize = PixelBudget.Of255(1), Steps = options.CraftingSteps };
        return new RanPoisoning(new RanPoisoningOptions { ImageAttack = attack, BatchSize = 64 })
            .Craft(new ClipImageTextModel(start, tokenizer), pairs.Images, captions, places, RanPoisoning.Targets(Kinds(pairs), random), new CaptionRewrite(), random, progress);
    }

    // Equal findings are one kind; without findings every picture is its own.
    private static long[] Kinds(RanPairFolder pairs)
    {
        if (pairs.Findings is null)
        {
            return [.. Enumerable.Range(0, pairs.Captions.Count).Select(i => (long)i)];
        }

        using var scope = NewDisposeScope();
        var powers = tensor(Enumerable.Range(0, (int)pairs.Findings.shape[1]).Select(k => (double)(1L << k)).ToArray(), device: pairs.Findings.device);
        return [.. pairs.Findings.to(ScalarType.Float64).matmul(powers).cpu().data<double>().Select(kind => (long)kind)];
    }

    // Named by all that decides about the content; heads and test pictures do not.
    private static string PathOf<TWhat>(Lab lab, string checkpoint, TWhat what)
        where TWhat : class
    {
        var hash = new Dictionary<string, string> { [Path.GetFileName(checkpoint)] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(checkpoint))) };
        return Path.Combine(lab.WorkFolder(RanSweep.Id), $"own-{RunKey.For(RanSweep.Id, what, lab.Scale, lab.Seed, RanSweep.Version, hash).Hash}.safetensors");
    }

    private static Clip Train(
        Lab lab, string path, ClipTokenizer tokenizer, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, (string Layout, string Folder, double Ratio) what, RanOwnPairsOptions options, Action<double> progress)
    {
        var file = PathOf(lab, path, new
        {
            what.Layout,
            what.Folder,
            what.Ratio,
            Largest = options.Ratios.Max(),   // of the same places fewer are taken, but all are crafted with one stream of noise
            options.Pairing,
            options.MostPairs,
            options.MostSteps,
            options.CraftingSteps,
            options.Epochs,
            options.BatchSize,
            options.LearningRate,
        });
        if (File.Exists(file))
        {
            return Load(lab, file);
        }

        var model = Load(lab, path);
        using var order = lab.Random("ran: own pairs, order");
        using var tokens = tokenizer.Encode([.. captions.Select(own => own[0])]).to(lab.Device);
        var steps = Math.Min(options.MostSteps ?? int.MaxValue, options.Epochs * Math.Max(1, captions.Count / options.BatchSize));
        var trainer = new ClipTrainer(new ClipTrainerOptions
        {
            Steps = steps,
            BatchSize = Math.Min(options.BatchSize, captions.Count),
            LearningRate = options.LearningRate,
            Beta2 = 0.999,
            WeightDecay = 5e-4,
            WarmUpSteps = 0,
            MultiPositive = false,
        });
        trainer.Train(model, images, tokens, order, step => progress((double)step.Step / step.Total), file + ".state");
        Checkpoint.Save(model, file);
        File.Delete(file + ".state");
        return model;
    }

    private static Dictionary<string, double> Score(Lab lab, Clip model, ClipTokenizer tokenizer, RanPairFolder pairs, RanOwnPairsOptions options, Action<double> progress)
    {
        foreach (var weight in model.parameters())
        {
            weight.requires_grad_(false);
        }

        var found = RetrievalRecall.Of(new ClipImageTextModel(model, tokenizer), pairs.TestImages, [.. pairs.TestCaptions.Select(caption => new[] { caption })]);
        var cells = new Dictionary<string, double> { ["text R@5"] = found.TextAt(5), ["image R@5"] = found.ImageAt(5) };
        if (pairs.Findings is null || pairs.TestFindings is null)
        {
            return cells;
        }

        foreach (var (i, mode) in s_modes.Index())
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var random = lab.Random("ran: own pairs, heads");
            using var result = new RanTrainer(new RanOptions { Mode = mode, Epochs = options.HeadEpochs, BatchSize = Math.Min(64, options.BatchSize) }).Train(
                model, pairs.Images, pairs.Findings, pairs.Set.Classes.Count, random, share => progress((i + share) / s_modes.Length));
            var adapted = result.AdaptedFeatures(pairs.TestImages);
            cells[$"macro AUROC, {RanArm.NameOf(mode)}"] = Auroc.Macro(result.Head.Classify(adapted), pairs.TestFindings);
        }

        return cells;
    }
}
