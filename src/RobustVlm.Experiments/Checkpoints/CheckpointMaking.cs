using System.Security.Cryptography;
using System.Text;
using RobustVlm.Engine;
using RobustVlm.Experiments.Plots;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Trains a shipped checkpoint, measures it and writes weights, curve and card. An interrupted training goes on where it stopped.</summary>
internal static class CheckpointMaking
{
    internal const string WeightsFile = "model.safetensors";

    private const int CurvePoints = 120;

    internal static CheckpointCard Make(Lab lab, ICheckpointRecipe recipe, string folder)
    {
        Directory.CreateDirectory(folder);
        var work = Directory.CreateDirectory(Path.Combine(lab.WorkFolder("checkpoints"), recipe.Name)).FullName;
        var stateFile = Path.Combine(work, $"state-{Identity(lab, recipe)}.safetensors");
        using var clock = new WorkClock(Path.ChangeExtension(stateFile, ".seconds"));
        var started = TimeProvider.System.GetUtcNow();
        using var scope = NewDisposeScope();
        using var progress = Lab.Progress($"Training {recipe.Name}");
        var (model, losses) = clock.Time(() => recipe.Train(lab, progress, stateFile));
        var path = Path.Combine(folder, WeightsFile);
        Checkpoint.Save(model, path, new Dictionary<string, string> { ["name"] = recipe.Name, [ShippedCheckpoints.VocabularyKey] = WorldVocabulary.Hash(lab) }, ScalarType.Float16);
        var (steps, curve) = Thin(losses);
        var encoders = recipe.MixedPrecision && Autocast.TrainingType(lab.Device.type) == ScalarType.BFloat16 ? "bfloat16" : "float32";
        var environment = lab.Describe(started, $"{encoders} encoders, float32 losses and weights, stored as float16");
        var card = new CheckpointCard
        {
            Name = recipe.Name,
            Summary = recipe.Summary,
            Command = $"./notebooks/train {recipe.Name}",
            Data = recipe.Data,
            Settings = recipe.Settings,
            Environment = environment with { Duration = clock.Total },
            Weights = model.parameters().Sum(weight => weight.numel()),
            CurveSteps = steps,
            Curve = curve,
            Scores = recipe.Measure(lab, path),
            Notes = recipe.Notes,
        };
        var chart = new LossCurve { Title = $"{recipe.Name}: training loss", Losses = curve, Steps = steps, SmoothingWindow = 1 };
        chart.Save(Path.Combine(folder, "curve.png"));
        card.Write(folder);
        File.Delete(stateFile);
        clock.Forget();
        progress.Finish($"{losses.Count} steps, {card.Weights:N0} weights");
        return card;
    }

    // A state goes on only with the recipe, the code's version and the vocabulary that it began with.
    private static string Identity(Lab lab, ICheckpointRecipe recipe)
    {
        var vocabulary = Directory.Exists(ShippedCheckpoints.FolderOf(lab, WorldVocabulary.Name)) ? WorldVocabulary.Hash(lab) : "";
        var text = $"{recipe.Name}\n{recipe.Settings.ToJsonString()}\n{lab.Seed}\n{vocabulary}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    // The whole curve would be most of the card; means over equal stretches keep its shape.
    private static (double[] Steps, double[] Means) Thin(IReadOnlyList<double> losses)
    {
        var length = Math.Max(1, losses.Count / CurvePoints);
        var parts = losses.Chunk(length).Where(part => part.Length == length).ToArray();
        return ([.. parts.Select((_, i) => (double)((i + 1) * length))], [.. parts.Select(part => Math.Round(part.Average(), 5))]);
    }
}
