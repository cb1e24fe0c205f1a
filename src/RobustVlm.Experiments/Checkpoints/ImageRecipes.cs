using System.Text.Json;
using System.Text.Json.Nodes;
using RobustVlm.Data;
using RobustVlm.Data.Worlds;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Settings of the recipes that learn from pictures alone.</summary>
internal sealed record ImageRecipeOptions
{
    public required WorldPoolOptions Pool { get; init; }

    public required TrainingOptions Training { get; init; }

    /// <summary>Random changes of the pictures.</summary>
    public AugmentationOptions? Augmentation { get; init; }

    /// <summary>Pictures that accuracy is measured on; for linear probes also those to learn from.</summary>
    public int TestPictures { get; init; } = 2000;

    internal ImageRecipeOptions ForSmoke() => this with
    {
        Pool = Pool with { Shares = Pool.Shares.ToDictionary(share => share.Key, _ => 32), BatchSize = 16, RoundsPerPool = 1 },
        Training = Training with { Steps = 4, WarmUpSteps = 1 },
        TestPictures = 60,
    };
}

/// <summary>A mini ViT that tells the classes of the source set apart.</summary>
internal sealed class MiniVitRecipe(ImageRecipeOptions options) : ICheckpointRecipe
{
    internal static ImageRecipeOptions Full { get; } = new()
    {
        Pool = new WorldPoolOptions { Shares = new Dictionary<string, int> { [WorldCatalog.Source.Name] = 19_200 }, RoundsPerPool = 10 },
        Training = new TrainingOptions { Steps = 1800, LearningRate = 1e-3, WarmUpSteps = 200, WeightDecay = 0.05, GradientNorm = 1, AverageDecay = 0.999 },
        Augmentation = new AugmentationOptions { LeastCrop = 0.85, Mirror = true, Colour = 0.05 },
    };

    public string Name => ShippedCheckpoints.MiniVitName;

    public string Summary => "A small vision transformer in timm's naming (48-pixel RGB pictures, 8-pixel patches, width 128, six blocks) trained to tell the 24 classes of the source set apart.";

    public string Data => options.Pool.ToString();

    public JsonNode Settings => JsonSerializer.SerializeToNode(options, ResultJson.Options)!;

    public IReadOnlyList<string> Notes => ["Its patch embedding maps 192 numbers to 128, so it has an exact nullspace of 64 dimensions per patch."];

    public (nn.Module Model, IReadOnlyList<double> Losses) Train(Lab lab, ProgressDisplay progress, string stateFile)
    {
        using var initial = lab.Random("mini vit: initial weights");
        using var random = lab.Random("mini vit: training");
        using var pool = new WorldPool(lab, "mini vit", options.Pool);
        var model = new VisionTransformer(VisionTransformerOptions.Mini with { Classes = WorldCatalog.Source.Classes.Count }, initial);
        model.to(lab.Device);
        var trainer = new ClassifierTrainer(new ClassifierTrainerOptions { Training = options.Training, Augmentation = options.Augmentation });
        using var result = trainer.Train(model, step => (pool.Images(step.Batch), pool.Labels(step.Batch)), random, progress.Report, stateFile);
        return (model, result.Losses);
    }

    public IReadOnlyList<CheckpointScore> Measure(Lab lab, string path)
    {
        using var scope = NewDisposeScope();
        using var model = Checkpoint.Load<VisionTransformer>(path);
        model.to(lab.Device);
        using var random = lab.Random("mini vit: test");
        using var batch = WorldCatalog.Source.Render(options.TestPictures, options.Pool.Size, random);
        var accuracy = ClassifierEvaluation.OnClean(model.call, batch.Images, batch.Labels, 128).Accuracy;
        return [new CheckpointScore(WorldCatalog.Source.Name, "accuracy", accuracy, options.TestPictures, 1.0 / WorldCatalog.Source.Classes.Count, 0.8)];
    }
}

/// <summary>A mini ViT that has seen radiographs and no labels.</summary>
internal sealed class MiniSelfSupervisedVitRecipe(ImageRecipeOptions options) : ICheckpointRecipe
{
    internal static ImageRecipeOptions Full { get; } = new()
    {
        Pool = new WorldPoolOptions { Size = 64, Channels = 1, Shares = new Dictionary<string, int> { ["chest"] = 16_384 }, RoundsPerPool = 8 },
        Training = new TrainingOptions { Steps = 1000, LearningRate = 1e-3, WarmUpSteps = 100, WeightDecay = 0.05, GradientNorm = 1, AverageDecay = 0.998 },
        Augmentation = AugmentationOptions.TwoViews,
    };

    public string Name => "mini-simclr-vit-v1";

    public string Summary => "A small vision transformer (64-pixel radiographs, 8-pixel patches, width 128, four blocks) trained without labels by SimCLR.";

    public string Data => options.Pool.ToString();

    public JsonNode Settings => JsonSerializer.SerializeToNode(options, ResultJson.Options)!;

    public IReadOnlyList<string> Notes => ["It has seen neither labels nor reports; the scores are those of a linear probe on its frozen features."];

    public (nn.Module Model, IReadOnlyList<double> Losses) Train(Lab lab, ProgressDisplay progress, string stateFile)
    {
        using var initial = lab.Random("mini simclr vit: initial weights");
        using var random = lab.Random("mini simclr vit: training");
        using var pool = new WorldPool(lab, "mini simclr vit", options.Pool);
        var model = ModelOptions.Create(initial);
        model.to(lab.Device);
        var trainer = new SimClrTrainer(new SimClrTrainerOptions { Training = options.Training, Views = options.Augmentation! });
        using var result = trainer.Train(model, step => pool.Images(step.Batch), random, progress.Report, stateFile);
        return (model, result.Losses);
    }

    public IReadOnlyList<CheckpointScore> Measure(Lab lab, string path)
    {
        using var trained = Checkpoint.Load<VisionTransformer>(path);
        trained.to(lab.Device);
        using var initial = lab.Random("mini simclr vit: initial weights");
        using var untrained = ModelOptions.Create(initial);
        untrained.to(lab.Device);
        return RadiographProbe.Compare(lab, options.Pool.Size, options.TestPictures, trained.Features, untrained.Features);
    }

    private VisionTransformerOptions ModelOptions => VisionTransformerOptions.Mini with { ImageSize = options.Pool.Size, Channels = options.Pool.Channels, Depth = 4, MlpRatio = 4 };
}

/// <summary>A convolutional autoencoder of radiographs.</summary>
internal sealed class MiniAutoencoderRecipe(ImageRecipeOptions options) : ICheckpointRecipe
{
    internal static ImageRecipeOptions Full { get; } = new()
    {
        Pool = MiniSelfSupervisedVitRecipe.Full.Pool,
        Training = new TrainingOptions { Steps = 700, LearningRate = 2e-3, WarmUpSteps = 100, GradientNorm = 1, AverageDecay = 0.998 },
    };

    public string Name => ShippedCheckpoints.AutoencoderName;

    public string Summary => "A small convolutional autoencoder of 64-pixel radiographs with 64 features.";

    public string Data => options.Pool.ToString();

    public JsonNode Settings => JsonSerializer.SerializeToNode(options, ResultJson.Options)!;

    public IReadOnlyList<string> Notes => ["It has seen neither labels nor reports."];

    public (nn.Module Model, IReadOnlyList<double> Losses) Train(Lab lab, ProgressDisplay progress, string stateFile)
    {
        using var initial = lab.Random("mini autoencoder: initial weights");
        using var random = lab.Random("mini autoencoder: training");
        using var pool = new WorldPool(lab, "mini autoencoder", options.Pool);
        var model = AutoencoderOptions.Mini.Create(initial);
        model.to(lab.Device);
        using var result = new AutoencoderTrainer(options.Training).Train(model, step => pool.Images(step.Batch), random, progress.Report, stateFile);
        return (model, result.Losses);
    }

    public IReadOnlyList<CheckpointScore> Measure(Lab lab, string path)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var trained = Checkpoint.Load<Autoencoder>(path);
        trained.to(lab.Device);
        using var initial = lab.Random("mini autoencoder: initial weights");
        using var untrained = AutoencoderOptions.Mini.Create(initial);
        untrained.to(lab.Device);
        using var random = lab.Random("mini autoencoder: test");
        using var batch = WorldCatalog.Find("chest").Render(Math.Min(512, options.TestPictures), options.Pool.Size, random);
        var left = (trained.call(batch.Images) - batch.Images).square().mean().item<float>();
        var spread = (batch.Images - batch.Images.mean([0], keepdim: true)).square().mean().item<float>();
        return
        [
            new CheckpointScore("radiographs", "share of the pixels' variance that is restored", 1 - left / spread, batch.Count, 0, 0.5),
            .. RadiographProbe.Compare(lab, options.Pool.Size, options.TestPictures, trained.Encode, untrained.Encode),
        ];
    }
}
