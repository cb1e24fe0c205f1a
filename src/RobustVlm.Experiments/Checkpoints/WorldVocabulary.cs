using System.Security.Cryptography;
using RobustVlm.Data.Text;
using RobustVlm.Data.Worlds;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>The tokens of the worlds' texts: pairs learned until every word is one token.</summary>
internal static class WorldVocabulary
{
    internal const string Name = "world-vocabulary-v1";

    private static readonly string[] s_files = ["vocab.json", "merges.txt"];

    private const int MostTokens = 4096;
    private const int Captions = 16_000;
    private const int Reports = 4_000;

    /// <summary>Tells one vocabulary from another: the models that were trained with it know its numbers only.</summary>
    internal static string Hash(Lab lab)
    {
        var folder = ShippedCheckpoints.FolderOf(lab, Name);
        var bytes = s_files.SelectMany(file => File.ReadAllBytes(Path.Combine(folder, file))).ToArray();
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    internal static BytePairVocabulary Learn(Lab lab)
    {
        using var random = lab.Random("vocabulary");
        var prompts = WorldCatalog.All.SelectMany(world => world.Prompts).SelectMany(prompts => prompts);
        return BytePairTraining.Learn([.. WorldTexts.Captions(Captions, random), .. WorldTexts.Reports(Reports, random), .. prompts], MostTokens);
    }
}
