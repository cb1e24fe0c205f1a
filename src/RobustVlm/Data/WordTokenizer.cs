using RobustVlm.Data.Text;

namespace RobustVlm.Data;

/// <summary>Turns texts into numbers, one per word of a fixed vocabulary.</summary>
/// <remarks>
/// Case and punctuation are ignored. A text becomes start, words, end; shorter texts are padded with zeros behind. The end token has
/// the largest index, as in CLIP, so that encoders that look for it there find it.
/// </remarks>
public sealed class WordTokenizer : ITokenizer
{
    private readonly Dictionary<string, long> _indices;
    private readonly string[] _words;

    /// <summary>Makes a tokenizer for given words.</summary>
    /// <param name="texts">Texts with all words that it shall know; order and repetition do not matter.</param>
    /// <param name="maxLength">Largest number of tokens of a text, at least three.</param>
    public WordTokenizer(IEnumerable<string> texts, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 3);
        MaxLength = maxLength;
        var words = texts.SelectMany(Split).Distinct().Order(StringComparer.Ordinal);
        _words = ["<pad>", "<unknown>", .. words, "<start>", "<end>"];
        _indices = _words.Select((word, index) => (word, index)).ToDictionary(pair => pair.word, pair => (long)pair.index);
    }

    /// <summary>Largest number of tokens of a text, start and end included.</summary>
    public int MaxLength { get; }

    /// <summary>Number of different tokens.</summary>
    public int VocabularySize => _words.Length;

    /// <inheritdoc/>
    public long PaddingToken => 0;

    /// <summary>Index of every word that is not in the vocabulary.</summary>
    public static long UnknownToken => 1;

    /// <inheritdoc/>
    public long StartToken => _words.Length - 2;

    /// <inheritdoc/>
    public long EndToken => _words.Length - 1;

    /// <summary>Encodes one text without padding.</summary>
    /// <param name="text">The text; words beyond <see cref="MaxLength"/> are cut off.</param>
    /// <returns>Start, words, end.</returns>
    public IReadOnlyList<long> Encode(string text)
    {
        var words = Split(text).Take(MaxLength - 2).Select(word => _indices.GetValueOrDefault(word, UnknownToken));
        return [StartToken, .. words, EndToken];
    }

    /// <summary>The words of encoded text.</summary>
    /// <param name="tokens">Token indices in [0, <see cref="VocabularySize"/>).</param>
    /// <returns>The words up to the end token, in lower case, joined by blanks.</returns>
    public string Decode(IEnumerable<long> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var words = tokens.TakeWhile(token => token != EndToken).Where(token => token != StartToken && token != PaddingToken);
        return string.Join(' ', words.Select(token => _words[token]));
    }

    /// <summary>Words of a text that the vocabulary lacks; a model cannot tell them apart.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The words in lower case; empty when all are known.</returns>
    public IReadOnlyList<string> UnknownWords(string text) => [.. Split(text).Where(word => !_indices.ContainsKey(word)).Distinct()];

    private static IEnumerable<string> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var letters = text.Select(letter => char.IsLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : ' ').ToArray();
        return new string(letters).Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
