namespace RobustVlm.Models;

/// <summary>How <see cref="Bert.Embed"/> makes one vector of a text's tokens.</summary>
public enum BertPooling
{
    /// <summary>The first token, <c>[CLS]</c>.</summary>
    FirstToken,

    /// <summary>The mean over all tokens that are not padding.</summary>
    Mean,
}

/// <summary>Size and details of a <see cref="Bert"/>. The defaults are the mini model.</summary>
public sealed record BertOptions : IModelOptions<Bert>, IPublishedNames
{
    private const string Head = "cls.predictions.";

    // Parts of published files that this model has no use for: the pooler and the head of next-sentence prediction.
    private static readonly string[] s_otherParts = ["bert.pooler.", "cls.seq_relationship.", "bert.embeddings.position_ids", "bert.embeddings.token_type_ids"];

    /// <summary>Number of different tokens V.</summary>
    public int VocabularySize { get; init; } = 2000;

    /// <summary>Largest number of tokens of a text.</summary>
    public int ContextLength { get; init; } = 64;

    /// <summary>Number of token types (first or second text).</summary>
    public int TokenTypes { get; init; } = 2;

    /// <summary>Length D of a token's vector; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Number of transformer layers.</summary>
    public int Depth { get; init; } = 2;

    /// <summary>Attention heads per layer.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Width of a layer's hidden layer.</summary>
    public int HiddenWidth { get; init; } = 512;

    /// <summary>Index of the token that fills short texts up; it is hidden from attention.</summary>
    public int PaddingToken { get; init; }

    /// <summary>Whether there is a head that predicts masked tokens; files without one need false.</summary>
    public bool LanguageHead { get; init; } = true;

    /// <summary>Width 128, two layers: trains in minutes on two cores.</summary>
    public static BertOptions Mini { get; } = new();

    /// <summary>BERT-Base, uncased: 110 million weights (Devlin et al. 2019, arXiv:1810.04805).</summary>
    public static BertOptions Base { get; } = new()
    {
        VocabularySize = 30522,
        ContextLength = 512,
        Width = 768,
        Depth = 12,
        Heads = 12,
        HiddenWidth = 3072,
    };

    /// <inheritdoc/>
    public Bert Create(TorchSharp.torch.Generator random) => new(this, random);

    IReadOnlyDictionary<string, StoredWeight> IPublishedNames.Rename(
        IReadOnlyDictionary<string, StoredWeight> stored, LoadOptions options, ICollection<string> ignored)
    {
        var renamed = new Dictionary<string, StoredWeight>();
        var bare = !stored.Keys.Any(name => name.StartsWith("bert.", StringComparison.Ordinal));
        foreach (var (name, weight) in stored)
        {
            // Encoders saved alone lack "bert."; the first published files name the normalisation's parts after the paper's Greek letters.
            var ours = bare && !name.StartsWith("cls.", StringComparison.Ordinal) ? "bert." + name : name;
            ours = ours.Replace("LayerNorm.gamma", "LayerNorm.weight", StringComparison.Ordinal).Replace("LayerNorm.beta", "LayerNorm.bias", StringComparison.Ordinal);
            if (s_otherParts.Any(part => ours.StartsWith(part, StringComparison.Ordinal)) || (!LanguageHead && ours.StartsWith(Head, StringComparison.Ordinal)))
            {
                ignored.Add(name);
            }
            else
            {
                renamed[ours] = weight;
            }
        }

        DropTied(renamed, Head + "decoder.weight", "bert.embeddings.word_embeddings.weight", ignored);
        DropTied(renamed, Head + "decoder.bias", Head + "bias", ignored);
        return renamed;
    }

    // The decoder is the table of words itself; a file may hold it twice, but then it must be the same.
    private static void DropTied(Dictionary<string, StoredWeight> weights, string copy, string original, ICollection<string> ignored)
    {
        if (weights.TryGetValue(copy, out var second) && weights.TryGetValue(original, out var first) && second.Shape.SequenceEqual(first.Shape))
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            if (second.Load().eq(first.Load()).all().ToBoolean())
            {
                weights.Remove(copy);
                ignored.Add(copy);
            }
        }
    }
}
