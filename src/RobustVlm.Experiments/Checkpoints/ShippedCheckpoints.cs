using System.Collections.Concurrent;
using System.Security.Cryptography;
using RobustVlm.Data.Text;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using TorchSharp;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>The small trained models in <c>data/checkpoints</c>.</summary>
public static class ShippedCheckpoints
{
    /// <summary>Where a weight file says which vocabulary its model was trained with.</summary>
    internal const string VocabularyKey = "vocabulary";

    internal const string MiniClipName = "mini-clip-v2";
    internal const string MiniVitName = "mini-vit-v1";
    internal const string AutoencoderName = "mini-autoencoder-v1";
    internal const string DiffusionName = "mini-diffusion-v1";

    private const string Folder = "checkpoints";

    private static readonly ConcurrentDictionary<(string Path, DateTime Written, long Length), string> s_hashes = new();

    internal static readonly string[] TextEncoderNames = ["mini-bert-captions-v1", "mini-bert-reports-v1"];

    /// <summary>Names of the checkpoints that a recipe makes, in the order in which they are made.</summary>
    public static IReadOnlyList<string> Names => [.. CheckpointRecipes.All.Select(recipe => recipe.Name)];

    /// <summary>The tokenizer of the worlds' texts.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="maxLength">Largest number of tokens of a text, at least three.</param>
    /// <exception cref="FileNotFoundException">The vocabulary is missing.</exception>
    public static ClipTokenizer Tokenizer(Lab lab, int maxLength)
    {
        var folder = FolderOf(lab, WorldVocabulary.Name);
        return new ClipTokenizer(BytePairVocabulary.Read(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt")), maxLength);
    }

    /// <summary>The mini CLIP with its tokenizer.</summary>
    /// <param name="lab">The lab; the model is put on its device.</param>
    /// <returns>The model in evaluation mode, and its tokenizer.</returns>
    /// <exception cref="FileNotFoundException">The checkpoint is missing.</exception>
    public static (Clip Model, ClipTokenizer Tokenizer) MiniClip(Lab lab)
    {
        var model = Load<Clip>(lab, MiniClipName);
        return (model, Tokenizer(lab, model.Options.Text.ContextLength));
    }

    /// <summary>Path of a checkpoint's weights.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="FileNotFoundException">It is missing.</exception>
    public static string PathOf(Lab lab, string name)
    {
        var path = Path.Combine(FolderOf(lab, name), CheckpointMaking.WeightsFile);
        return File.Exists(path) ? path : throw new FileNotFoundException($"The checkpoint {path} is missing; restore it from the repository, or make it again with ./notebooks/train {name}.", path);
    }

    /// <summary>SHA-256 of a checkpoint's weights; runs are stored with it.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    internal static string HashOf(Lab lab, string name)
    {
        // A sweep asks for the same file hundreds of times.
        var file = new FileInfo(PathOf(lab, name));
        return s_hashes.GetOrAdd((file.FullName, file.LastWriteTimeUtc, file.Length), _ => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))));
    }

    /// <summary>Where a checkpoint comes from.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static CheckpointCard Card(Lab lab, string name) => CheckpointCard.Read(FolderOf(lab, name));

    /// <summary>All checkpoints with what they are, their size and their worst score.</summary>
    /// <param name="lab">The lab.</param>
    public static ResultTable Table(Lab lab) => ResultTable.From(Names.Select(name =>
    {
        var card = Card(lab, name);
        var goals = card.Scores.Where(score => score.Goal is not null).ToArray();
        return new Row(name, card.Summary, card.Weights, new FileInfo(PathOf(lab, name)).Length / 1e6, $"{goals.Count(score => score.Met == true)} of {goals.Length}", card.Environment.Duration.TotalMinutes, card.Environment.Device);
    })).WithDecimals("Megabytes", 1).WithDecimals("Minutes", 0);

    internal static TModel Load<TModel>(Lab lab, string name)
        where TModel : torch.nn.Module
    {
        ArgumentNullException.ThrowIfNull(lab);
        var path = PathOf(lab, name);
        if (Checkpoint.Metadata(path).TryGetValue(VocabularyKey, out var vocabulary) && vocabulary != WorldVocabulary.Hash(lab))
        {
            throw new InvalidDataException($"{path} was trained with another vocabulary than {FolderOf(lab, WorldVocabulary.Name)} holds; restore both from the repository, or make the checkpoint again with ./notebooks/train {name}.");
        }

        var model = Checkpoint.Load<TModel>(path);
        model.to(lab.Device);
        return model;
    }

    internal static string FolderOf(Lab lab, string name)
    {
        ArgumentNullException.ThrowIfNull(lab);
        return Path.Combine(lab.Root, "data", Folder, name);
    }

    private sealed record Row(string Checkpoint, string What, long Weights, double Megabytes, string GoalsMet, double Minutes, string Device);
}
