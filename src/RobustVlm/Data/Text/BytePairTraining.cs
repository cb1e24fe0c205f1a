namespace RobustVlm.Data.Text;

/// <summary>Learns which pairs to join from texts (Sennrich et al. 2016, arXiv:1508.07909), for vocabularies of CLIP's kind.</summary>
public static class BytePairTraining
{
    /// <summary>Learns a vocabulary.</summary>
    /// <param name="texts">Texts to learn from; words are found as <see cref="ClipTokenizer"/> finds them.</param>
    /// <param name="vocabularySize">Number of tokens, at least 514: the 512 single bytes, start and end.</param>
    /// <returns>A vocabulary with at most that many tokens: fewer where every word of the texts is one token before.</returns>
    /// <remarks>Among pairs that are equally frequent the first in ordinal order is joined, so the result depends on the texts alone.</remarks>
    public static BytePairVocabulary Learn(IEnumerable<string> texts, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 514);
        var words = texts.SelectMany(ClipTokenizer.WordsOf).GroupBy(word => word, StringComparer.Ordinal)
            .Select(group => (Symbols: ClipTokenizer.Symbols(group.Key), Count: group.LongCount())).ToArray();
        var merges = new List<(string Left, string Right)>();
        while (merges.Count < vocabularySize - 514 && MostFrequentPair(words) is { } pair)
        {
            merges.Add(pair);
            for (var i = 0; i < words.Length; i++)
            {
                words[i].Symbols = BytePairVocabulary.Replace(words[i].Symbols, pair);
            }
        }

        return BytePairVocabulary.Of(merges);
    }

    private static (string Left, string Right)? MostFrequentPair((List<string> Symbols, long Count)[] words)
    {
        var counts = new Dictionary<(string Left, string Right), long>();
        foreach (var (symbols, count) in words)
        {
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                var pair = (symbols[i], symbols[i + 1]);
                counts[pair] = counts.GetValueOrDefault(pair) + count;
            }
        }

        return counts.Count == 0 ? null : counts.OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key.Left, StringComparer.Ordinal).ThenBy(entry => entry.Key.Right, StringComparer.Ordinal).First().Key;
    }
}
