using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>The frozen encoders: shipped checkpoints that have seen pictures alone or texts alone. Each is loaded when it is first needed.</summary>
internal sealed class AdaptorEncoders(Lab lab) : IDisposable
{
    internal const string SelfSupervisedName = "mini-simclr-vit-v1";

    private const int HashedWidth = 128;
    private const ulong HashedSeed = 1;   // the hashes are an encoder like the others, the same for every seed

    private readonly Dictionary<string, nn.Module> _loaded = [];
    private FrozenTextEncoder? _words;

    /// <summary>Every checkpoint behind the encoders, by name.</summary>
    internal static IReadOnlyDictionary<string, string> CheckpointsOf(Lab lab) =>
        ShippedCheckpoints.TextEncoderNames.Append(ShippedCheckpoints.AutoencoderName).Append(SelfSupervisedName).ToDictionary(name => name, name => ShippedCheckpoints.HashOf(lab, name));

    internal FrozenImageEncoder Images(AdaptorImageEncoder encoder) => encoder switch
    {
        AdaptorImageEncoder.Autoencoder => FrozenImageEncoder.Of(Get<Autoencoder>(ShippedCheckpoints.AutoencoderName), AdaptorPlan.NameOf(encoder)),
        AdaptorImageEncoder.SelfSupervised => FrozenImageEncoder.Of(Get<VisionTransformer>(SelfSupervisedName), AdaptorPlan.NameOf(encoder)),
        _ => FrozenImageEncoder.WithPatchMean(Get<VisionTransformer>(SelfSupervisedName), AdaptorPlan.NameOf(encoder)),
    };

    internal FrozenTextEncoder Texts(AdaptorTextEncoder encoder)
    {
        if (encoder == AdaptorTextEncoder.HashedWords)
        {
            using var random = new Generator(HashedSeed, lab.Device);
            return _words ??= FrozenTextEncoder.HashedWords(random, HashedWidth);
        }

        var model = Get<Bert>(NameOf(encoder));
        return FrozenTextEncoder.Of(model, ShippedCheckpoints.Tokenizer(lab, model.Options.ContextLength), AdaptorPlan.NameOf(encoder));
    }

    internal string HashOf(AdaptorImageEncoder encoder) =>
        ShippedCheckpoints.HashOf(lab, encoder == AdaptorImageEncoder.Autoencoder ? ShippedCheckpoints.AutoencoderName : SelfSupervisedName);

    internal string HashOf(AdaptorTextEncoder encoder) =>
        encoder == AdaptorTextEncoder.HashedWords ? string.Create(CultureInfo.InvariantCulture, $"{HashedWidth}/{HashedSeed}") : ShippedCheckpoints.HashOf(lab, NameOf(encoder));

    /// <summary>A copy of the main image encoder for training, with its weights or with random ones.</summary>
    internal VisionTransformer Vision(Generator? random = null)
    {
        var trained = ShippedCheckpoints.Load<VisionTransformer>(lab, SelfSupervisedName);
        if (random is null)
        {
            return trained;
        }

        using (trained)
        {
            var untrained = trained.Options.Create(random);
            untrained.to(lab.Device);
            untrained.eval();
            return untrained;
        }
    }

    /// <summary>A copy of the main text encoder for training, without the head that guesses words, and its tokenizer.</summary>
    internal (Bert Model, Data.Text.ClipTokenizer Tokenizer) TextModel()
    {
        var name = NameOf(AdaptorPlan.MainTexts);
        var model = Checkpoint.Load(ShippedCheckpoints.PathOf(lab, name), Get<Bert>(name).Options with { LanguageHead = false });
        model.to(lab.Device);
        return (model, ShippedCheckpoints.Tokenizer(lab, model.Options.ContextLength));
    }

    public void Dispose()
    {
        foreach (var model in _loaded.Values)
        {
            model.Dispose();
        }

        _loaded.Clear();
    }

    private static string NameOf(AdaptorTextEncoder encoder) => ShippedCheckpoints.TextEncoderNames[encoder == AdaptorTextEncoder.BertCaptions ? 0 : 1];

    private TModel Get<TModel>(string name)
        where TModel : nn.Module
    {
        if (!_loaded.TryGetValue(name, out var model))
        {
            _loaded[name] = model = ShippedCheckpoints.Load<TModel>(lab, name);
        }

        return (TModel)model;
    }
}
