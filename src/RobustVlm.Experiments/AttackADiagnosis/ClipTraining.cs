using System.Security.Cryptography;
using System.Text.Json;
using RobustVlm.Data;
using RobustVlm.Data.Chest;
using RobustVlm.Data.Text;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>Trains a mini CLIP, or reads the weights an equal training left behind.</summary>
internal static class ClipTraining
{
    // Raised whenever renderer, model or trainer change what comes out of equal settings.
    private const int Version = 2;
    private const string LossesKey = "losses";

    internal static TrainedClip Run(Lab lab, string experiment, MiniClipTraining settings, PhantomBatch train, bool force)
    {
        var key = RunKey.For(experiment, settings, lab.Scale, lab.Seed, Version);
        var path = Path.Combine(lab.WorkFolder(experiment), $"mini-clip-{key.Hash}.safetensors");
        using var progress = Lab.Progress("Training the mini CLIP");
        var trained = !force && File.Exists(path) ? Read(path) : Train(lab, settings, train, path, progress);
        progress.Finish($"{settings.Steps} steps on {settings.Images} radiographs");
        return trained;
    }

    internal static ClipOptions ModelOptions(MiniClipTraining settings, WordTokenizer tokenizer) => ClipOptions.Mini with
    {
        Image = ClipOptions.Mini.Image with { ImageSize = settings.ImageSize, Width = settings.Width, Depth = settings.Depth },
        Text = ClipOptions.Mini.Text with { VocabularySize = tokenizer.VocabularySize, ContextLength = tokenizer.MaxLength },
    };

    private static TrainedClip Train(Lab lab, MiniClipTraining settings, PhantomBatch train, string path, ProgressDisplay progress)
    {
        var tokenizer = ChestReports.Tokenizer();
        using var initial = lab.Random("mini clip: initial weights");
        using var order = lab.Random("mini clip: training");
        var model = new Clip(ModelOptions(settings, tokenizer), initial);
        model.to(lab.Device);
        using var tokens = Tokens(train, tokenizer).to(lab.Device);
        var trainer = new ClipTrainer(new ClipTrainerOptions { Steps = settings.Steps, BatchSize = settings.BatchSize, WarmUpSteps = Math.Min(100, settings.Steps / 4) });
        var losses = trainer.Train(model, train.Images, tokens, order, progress.Report);
        model.eval();
        Checkpoint.Save(model, path, new Dictionary<string, string> { [LossesKey] = JsonSerializer.Serialize(losses) });
        return Trained(model, losses, path);
    }

    private static TrainedClip Read(string path)
    {
        var model = Checkpoint.Load<Clip>(path);
        var losses = Checkpoint.Metadata(path).TryGetValue(LossesKey, out var stored) ? JsonSerializer.Deserialize<double[]>(stored) : null;
        return Trained(model, losses ?? throw new InvalidDataException($"{path} was not written by this notebook; delete it and train again."), path);
    }

    private static TrainedClip Trained(Clip model, IReadOnlyList<double> losses, string path)
    {
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = false;
        }

        return new TrainedClip(model, ChestReports.Tokenizer(), losses, Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
    }

    // Long tensor [N, R, T]: the R reports of each image.
    private static Tensor Tokens(PhantomBatch batch, WordTokenizer tokenizer)
    {
        var perImage = batch.Reports[0].Count;
        using var flat = tokenizer.Encode([.. batch.Reports.SelectMany(reports => reports)]);
        return flat.view(batch.Count, perImage, -1).contiguous().clone();
    }
}
