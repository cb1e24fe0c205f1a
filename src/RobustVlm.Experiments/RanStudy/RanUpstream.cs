using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Attacks.Pairs;
using RobustVlm.Attacks.Text;
using RobustVlm.Data.Text;
using RobustVlm.Engine;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.Ran;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Pre-trains models on mixtures of clean and poisoned pairs. Surrogates, poisoned pairs and models are kept in the work folder and made once.</summary>
internal static class RanUpstream
{
    internal const string LanguageModelName = "mini-bert-captions-v1";

    private const string CaptionsKey = "captions";
    private const string PlacesKey = "places";
    private const string ImagesKey = "images";

    /// <summary>The model of a run, in evaluation mode; none of its weights asks for a gradient.</summary>
    internal static Clip Model(Lab lab, RanRunOptions options, RanData data, Action<double, string> progress)
    {
        // What is measured on a model does not belong to it.
        var upstream = options with { Kind = RanRunKind.Fit, Sizes = WithoutScores(options.Sizes) };
        return Cached(lab, "upstream", upstream, stateFile =>
        {
            if (options.Ratio == 0)
            {
                return Train(lab, "upstream", options.Sizes, data.Pairs.Images, data.Pairs.Reports, stateFile, share => progress(share, "pre-training"));
            }

            using var crafted = Crafted(lab, options.Sizes, data, (share, text) => progress(0.5 * share, text));
            var poisoned = options.Texts == RanTexts.BertAttack ? WithBertAttack(lab, options, data, crafted) : crafted;
            var (images, captions) = poisoned.Mix(data.Pairs.Images, data.Pairs.Reports, options.Ratio, options.Pairing);
            using var mixed = images;
            return Train(lab, "upstream", options.Sizes, mixed, captions, stateFile, share => progress(0.5 + (0.5 * share), "pre-training"));
        });
    }

    /// <summary>The model that poisoned pairs are crafted on: trained on the same clean pairs from other weights, in another order.</summary>
    internal static Clip Surrogate(Lab lab, RanSizes sizes, RanData data, Action<double> progress) => Cached(
        lab, "surrogate", new RanRunOptions { Sizes = WithoutScores(sizes) },
        stateFile => Train(lab, "surrogate", sizes, data.Pairs.Images, data.Pairs.Reports, stateFile, progress));

    /// <summary>The poisoned pairs of a seed, as many as the largest ratio asks for.</summary>
    internal static PoisonedPairs Crafted(Lab lab, RanSizes sizes, RanData data, Action<double, string> progress)
    {
        return Kept(lab, PathOf(lab, "poisoned", new RanRunOptions { Ratio = RanPlan.Largest, Sizes = WithoutScores(sizes) }), () =>
        {
            using var surrogate = Surrogate(lab, sizes, data, share => progress(0.5 * share, "training a surrogate"));
            return Craft(lab, sizes, data, surrogate, share => progress(0.5 + (0.5 * share), "poisoning pairs"));
        });
    }

    /// <summary>Poisoned pairs from a file, crafted once.</summary>
    internal static PoisonedPairs Kept(Lab lab, string path, Func<PoisonedPairs> craft)
    {
        if (!File.Exists(path))
        {
            using var fresh = craft();
            using var places = tensor(fresh.Places.ToArray());
            Safetensors.Write(
                path, new Dictionary<string, Tensor> { [PlacesKey] = places, [ImagesKey] = fresh.Images }, new Dictionary<string, string> { [CaptionsKey] = JsonSerializer.Serialize(fresh.Captions) });
        }

        using var file = SafetensorsFile.Open(path);
        using var stored = file.Load(PlacesKey);
        return new PoisonedPairs(
            stored.data<long>().ToArray(), file.Load(ImagesKey).to(lab.Device), JsonSerializer.Deserialize<string[][]>(file.Metadata[CaptionsKey])!);   // not null: it was written above
    }

    /// <summary>Encodes many pictures or texts, some at a time.</summary>
    internal static Tensor Encoded(Func<Tensor, Tensor> encoder, Tensor inputs)
    {
        const int together = 256;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. inputs.split(together).Select(encoder)], 0).MoveToOuterDisposeScope();
    }

    /// <summary>The targets of the attack on images.</summary>
    internal static IReadOnlyList<long> Targets(Lab lab, RanData data)
    {
        using var random = lab.Random("ran: targets");
        return RanPoisoning.Targets(data.Pairs.Labels.cpu().data<long>().ToArray(), random);
    }

    internal static ClipOptions ModelOptions(RanSizes sizes) => ClipOptions.Mini with
    {
        EmbeddingSize = sizes.EmbeddingSize,
        Image = ClipOptions.Mini.Image with { ImageSize = sizes.ImageSize, PatchSize = sizes.PatchSize, Width = sizes.Width, Depth = sizes.Depth, Heads = Heads(sizes.Width) },
        Text = ClipOptions.Mini.Text with
        {
            VocabularySize = RanData.Tokenizer.VocabularySize,
            ContextLength = RanData.Tokenizer.MaxLength,
            Width = sizes.Width,
            Depth = sizes.TextDepth,
            Heads = Heads(sizes.Width),
        },
    };

    /// <summary>A language model that proposes words.</summary>
    internal static (BertMaskedLanguageModel Language, IDisposable Owner) Language(Lab lab)
    {
        var bert = ShippedCheckpoints.Load<Bert>(lab, LanguageModelName);
        bert.eval();
        return (new BertMaskedLanguageModel(bert, ShippedCheckpoints.Tokenizer(lab, bert.Options.ContextLength)), bert);
    }

    private static int Heads(int width) => Math.Max(1, width / (width > 256 ? 64 : 32));

    private static RanSizes WithoutScores(RanSizes sizes)
    {
        var none = new RanSizes();
        return sizes with
        {
            Train = none.Train,
            Questions = none.Questions,
            Test = none.Test,
            Epochs = none.Epochs,
            CachedViews = none.CachedViews,
            Attacked = none.Attacked,
            AttackSteps = none.AttackSteps,
            Retrieved = none.Retrieved,
        };
    }

    /// <summary>Poisons pairs; of a smaller ratio, all are among those of a larger one.</summary>
    internal static PoisonedPairs Craft(
        Lab lab, RanSizes sizes, RanData data, Clip surrogate, Action<double> progress, double ratio = RanPlan.Largest, double budget = RanPlan.PoisonBudget)
    {
        using var order = lab.Random("ran: order of noise");
        using var random = lab.Random("ran: poison");
        using var quick = Autocast.ForTraining(lab.Device.type);
        var places = RanPoisoning.Order(sizes.Pairs, order).Take(RanPoisoning.CountOf(sizes.Pairs, ratio)).ToArray();
        var poisoning = new RanPoisoning(new RanPoisoningOptions
        {
            ImageAttack = new FeaturePgdOptions { Epsilon = PixelBudget.Of255(budget), StepSize = PixelBudget.Of255(budget / RanPlan.PoisonBudget), Steps = sizes.CraftingSteps },
        });
        return poisoning.Craft(
            new ClipImageTextModel(surrogate, RanData.Tokenizer), data.Pairs.Images, data.Pairs.Reports, places, Targets(lab, data), new CaptionRewrite(), random, progress);
    }

    private static PoisonedPairs WithBertAttack(Lab lab, RanRunOptions options, RanData data, PoisonedPairs crafted)
    {
        using var surrogate = Surrogate(lab, options.Sizes, data, _ => { });
        var (language, owner) = Language(lab);
        using var owned = owner;
        using var random = lab.Random("ran: BERT-Attack");
        long[] places = [.. crafted.Places.Take(RanPoisoning.CountOf(data.Pairs.Count, options.Ratio))];
        var perImage = data.Pairs.Reports[0].Count;
        var texts = new BertAttack(language).Perturb(
            new ClipImageTextModel(surrogate, RanData.Tokenizer), [.. places.SelectMany(place => data.Pairs.Reports[(int)place])], random);
        return crafted with { Captions = [.. texts.Chunk(perImage), .. crafted.Captions.Skip(places.Length)] };
    }

    /// <summary>Pre-trains a model from the seed's initial weights, in the seed's order.</summary>
    internal static Clip Train(Lab lab, string role, RanSizes sizes, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, string? stateFile, Action<double> progress)
    {
        using var initial = lab.Random($"ran: {role}, initial weights");
        using var order = lab.Random($"ran: {role}, order");
        var model = new Clip(ModelOptions(sizes), initial);
        model.to(lab.Device);
        using var flat = RanData.Tokenizer.Encode([.. captions.SelectMany(own => own)]);
        using var tokens = flat.view(captions.Count, captions[0].Count, -1).to(lab.Device, copy: true);
        var trainer = new ClipTrainer(new ClipTrainerOptions { Steps = sizes.Steps, BatchSize = sizes.BatchSize, LearningRate = sizes.LearningRate, WarmUpSteps = Math.Min(100, sizes.Steps / 4) });
        trainer.Train(model, images, tokens, order, step => progress((double)step.Step / step.Total), stateFile);
        return model;
    }

    private static Clip Cached(Lab lab, string role, RanRunOptions options, Func<string, Clip> train)
    {
        var path = PathOf(lab, role, options);
        Clip model;
        if (File.Exists(path))
        {
            model = Checkpoint.Load<Clip>(path);
        }
        else
        {
            var stateFile = $"{path}.state";   // a stopped training goes on from it
            model = train(stateFile);
            Checkpoint.Save(model, path);
            File.Delete(stateFile);
        }

        return Ready(lab, model);
    }

    /// <summary>The model in evaluation mode; none of its weights asks for a gradient.</summary>
    internal static Clip Ready(Lab lab, Clip model)
    {
        model.to(lab.Device);
        model.eval();
        foreach (var weight in model.parameters())
        {
            weight.requires_grad_(false);
        }

        return model;
    }

    private static string PathOf(Lab lab, string role, RanRunOptions options) => Path.Combine(
        lab.WorkFolder(RanSweep.Id), $"{role}-{RunKey.For(RanSweep.Id, options, lab.Scale, lab.Seed, RanSweep.Version).Hash}.safetensors");
}
