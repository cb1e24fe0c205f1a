using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobustVlm.Data.Text;
using RobustVlm.Data.Worlds;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Settings of <see cref="MiniClipRecipe"/>.</summary>
internal sealed record MiniClipRecipeOptions
{
    public required WorldPoolOptions Pairs { get; init; }

    public required ClipTrainerOptions Training { get; init; }

    /// <summary>Longest text in tokens.</summary>
    public int ContextLength { get; init; } = 40;

    /// <summary>Pictures of each world that accuracy is measured on.</summary>
    public int TestPictures { get; init; } = 500;

    /// <summary>Settings that train in seconds and learn next to nothing, for tests.</summary>
    internal static MiniClipRecipeOptions Smoke { get; } = new()
    {
        Pairs = new WorldPoolOptions { Shares = new Dictionary<string, int> { ["shapes"] = 32, ["blood"] = 32 }, BatchSize = 16, RoundsPerPool = 1 },
        Training = new ClipTrainerOptions { Steps = 6, BatchSize = 16, WarmUpSteps = 2, AverageDecay = 0.9 },
        TestPictures = 16,
    };

    // Told apart by thin strokes and small parts at any place, or, in the radiographs, by faint findings: with as many pictures as the others they stayed
    // below their goal.
    private static readonly FrozenSet<string> HardWorlds = FrozenSet.Create("objects", "shapes", "digits", "letters", "clocks", "faces", "chest");

    internal static MiniClipRecipeOptions Full { get; } = new()
    {
        Pairs = new WorldPoolOptions
        {
            Shares = WorldCatalog.All.ToDictionary(world => world.Name, world => HardWorlds.Contains(world.Name) ? 3072 : 1024),
            RoundsPerPool = 4,
        },
        Training = new ClipTrainerOptions { Steps = 18_000, BatchSize = 128, LearningRate = 1e-3, WarmUpSteps = 300, AverageDecay = 0.999, DecayVectors = false },
    };
}

/// <summary>A mini CLIP that has seen the captions of every world.</summary>
internal sealed class MiniClipRecipe(MiniClipRecipeOptions options) : ICheckpointRecipe
{
    // Chance plus this share of what is missing from chance to perfect.
    private const double GoalShare = 0.6;

    public string Name => ShippedCheckpoints.MiniClipName;

    public string Summary => "A small CLIP (ViT with 8-pixel patches, 48-pixel RGB pictures; two-layer text encoder) that knows the captions of all worlds.";

    public string Data => $"{options.Pairs}, with their captions";

    public JsonNode Settings => JsonSerializer.SerializeToNode(options, ResultJson.Options)!;

    public IReadOnlyList<string> Notes =>
        ["Prompts and captions are English sentences of the worlds' grammars; other words are cut into pieces that mean nothing to the model.",
         "Not for diagnosis: it has never seen a real image."];

    public (nn.Module Model, IReadOnlyList<double> Losses) Train(Lab lab, ProgressDisplay progress, string stateFile)
    {
        var tokenizer = ShippedCheckpoints.Tokenizer(lab, options.ContextLength);
        using var initial = lab.Random("mini clip: initial weights");
        using var random = lab.Random("mini clip: training");
        using var pairs = new WorldPool(lab, "pairs", options.Pairs, tokenizer);
        var model = new Clip(ModelOptions(tokenizer), initial);
        model.to(lab.Device);
        var losses = new ClipTrainer(options.Training).Train(model, step => (pairs.Images(step.Batch), pairs.Tokens(step.Batch)), random, progress.Report, stateFile);
        return (model, losses);
    }

    public IReadOnlyList<CheckpointScore> Measure(Lab lab, string path)
    {
        using var model = Checkpoint.Load<Clip>(path);
        model.to(lab.Device);
        var tokenizer = ShippedCheckpoints.Tokenizer(lab, options.ContextLength);
        return [.. options.Pairs.Shares.Keys.Select(name => ZeroShot(lab, model, tokenizer, WorldCatalog.Find(name)))];
    }

    private CheckpointScore ZeroShot(Lab lab, Clip model, ClipTokenizer tokenizer, IWorld world)
    {
        using var scope = NewDisposeScope();
        using var random = lab.Random($"mini clip: test {world.Name}");
        using var batch = world.Render(options.TestPictures, options.Pairs.Size, random);
        using var classifier = ZeroShotClassifier.Create(model, [.. world.Prompts.Select(prompts => tokenizer.Encode(prompts).to(lab.Device))]);
        var images = batch.Images.expand(-1, 3, -1, -1).contiguous();
        var accuracy = ClassifierEvaluation.OnClean(classifier.Logits, images, batch.Labels, 128).Accuracy;
        var chance = 1.0 / world.Classes.Count;
        return new CheckpointScore(world.Name, "zero-shot accuracy", accuracy, options.TestPictures, chance, chance + GoalShare * (1 - chance));
    }

    private ClipOptions ModelOptions(ClipTokenizer tokenizer) => ClipOptions.Mini with
    {
        Image = ClipOptions.Mini.Image with { ImageSize = options.Pairs.Size, Channels = 3 },
        Text = ClipOptions.Mini.Text with { VocabularySize = tokenizer.VocabularySize, ContextLength = options.ContextLength },
    };
}
