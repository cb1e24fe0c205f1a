using System.Globalization;
using RobustVlm.Data.Text;
using RobustVlm.Engine;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>A BERT that the reader has, as a safetensors file with its vocabulary beside it.</summary>
internal static class UserTextEncoder
{
    /// <summary>The environment variable that names the file.</summary>
    internal const string Variable = "ROBUSTVLM_BERT";

    private const string VocabularyFile = "vocab.txt";
    private const int HeadWidth = 64;      // of every published BERT
    private const int MostTokens = 112;    // of a report, as published

    internal static (FrozenTextEncoder Encoder, string Description) Load(Lab lab, string path)
    {
        var vocabulary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", VocabularyFile);
        if (!File.Exists(path) || !File.Exists(vocabulary))
        {
            throw new FileNotFoundException($"{(File.Exists(path) ? vocabulary : path)} does not exist; name a BERT's model.safetensors and put its {VocabularyFile} beside it.");
        }

        var sizes = SizesOf(path);
        var cased = File.ReadLines(vocabulary).Any(token => !token.StartsWith('[') && token.Any(char.IsUpper));
        var encoder = FrozenTextEncoder.Load(path, sizes, WordPieceTokenizer.Read(vocabulary, Math.Min(MostTokens, sizes.ContextLength), lowerCase: !cased), lab.Device);
        return (encoder, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}: {sizes.Depth} layers of width {sizes.Width}, {(cased ? "cased" : "lower case")}"));
    }

    /// <summary>Reads the sizes off the shapes in a file.</summary>
    internal static BertOptions SizesOf(string path)
    {
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"{path} is no safetensors file; save the BERT's weights with Hugging Face's names as .safetensors.");
        }

        using var file = SafetensorsFile.Open(path);
        long[] Shape(string end) => file.Entries.FirstOrDefault(entry => entry.Key == end || entry.Key.EndsWith("." + end, StringComparison.Ordinal)) is { Key: not null } found ? [.. found.Value.Shape]
            : throw new InvalidDataException($"{path} has no weight '{end}', as Hugging Face's BERT has; give such a file.");
        var words = Shape("embeddings.word_embeddings.weight");
        var depth = file.Entries.Keys.Select(name => name.Split('.')).Where(parts => Array.IndexOf(parts, "layer") is >= 0 and var at && at + 1 < parts.Length)
            .Select(parts => int.TryParse(parts[Array.IndexOf(parts, "layer") + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : -1).DefaultIfEmpty(-1).Max() + 1;
        var width = (int)words[1];
        if (depth == 0 || width % HeadWidth != 0)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} has {depth} layers of width {width}, which is no published BERT; give one with a multiple of {HeadWidth} as width."));
        }

        return new BertOptions
        {
            VocabularySize = (int)words[0],
            ContextLength = (int)Shape("embeddings.position_embeddings.weight")[0],
            TokenTypes = (int)Shape("embeddings.token_type_embeddings.weight")[0],
            Width = width,
            Depth = depth,
            Heads = width / HeadWidth,
            HiddenWidth = (int)Shape("layer.0.intermediate.dense.weight")[0],
            LanguageHead = false,
        };
    }
}
