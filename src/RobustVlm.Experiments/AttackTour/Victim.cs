using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Data.Text;
using RobustVlm.Data.Worlds;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>What is attacked: the shipped mini CLIP, which classifies pictures of one world by prompts, and the pictures.</summary>
public sealed class Victim : IDisposable
{
    private readonly ZeroShotClassifier _classifier;

    internal Victim(Lab lab, string worldName, int count)
    {
        World = WorldCatalog.Find(worldName);
        (Model, Tokenizer) = ShippedCheckpoints.MiniClip(lab);
        using var scope = NewDisposeScope();
        using var random = lab.Random($"victim: {worldName}");
        using var batch = World.Render(count, Model.Options.Image.ImageSize, random, lab.Device);
        Images = batch.Images.expand(-1, Model.Options.Image.Channels, -1, -1).contiguous().DetachFromDisposeScope();
        Labels = batch.Labels.clone().DetachFromDisposeScope();
        _classifier = ZeroShotClassifier.Create(Model, [.. World.Prompts.Select(texts => Tokenizer.Encode(texts).to(lab.Device))]);
        Clean = ClassifierEvaluation.OnClean(Classifier, Images, Labels);
    }

    /// <summary>The function that is attacked: from pixels [N, C, H, W] in [0, 1] to logits [N, K].</summary>
    public Classifier Classifier => _classifier.Logits;

    /// <summary>Float tensor [N, 3, S, S], pixels in [0, 1].</summary>
    public Tensor Images { get; }

    /// <summary>Long tensor [N], the true classes.</summary>
    public Tensor Labels { get; }

    /// <summary>What the model says before any attack.</summary>
    public ClassifierResult Clean { get; }

    internal IWorld World { get; }

    internal Clip Model { get; }

    internal ClipTokenizer Tokenizer { get; }

    /// <summary>Places of pictures that the model names rightly.</summary>
    internal IReadOnlyList<int> Right => [.. Clean.Correct.Index().Where(at => at.Item).Select(at => at.Index)];

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"mini CLIP ({ShippedCheckpoints.MiniClipName}) on {World.Title.ToLowerInvariant()}: {Clean.Accuracy:P1} of {Images.shape[0]} pictures right, {World.Classes.Count} classes");

    /// <summary>Frees the pictures and the model.</summary>
    public void Dispose()
    {
        _classifier.Dispose();
        Model.Dispose();
        Images.Dispose();
        Labels.Dispose();
    }
}
