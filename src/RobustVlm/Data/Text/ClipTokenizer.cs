using System.Text;

namespace RobustVlm.Data.Text;

/// <summary>CLIP's tokenizer (Radford et al. 2021, arXiv:2103.00020): lower case, byte-level pairs, words with an end mark.</summary>
/// <remarks>
/// Equal to OpenAI's, but that the repair of wrongly decoded text which it runs first (ftfy) is left out: a text with such
/// damage, or with typographic quotes, may get other tokens. A text that is too long keeps its end token.
/// </remarks>
public sealed class ClipTokenizer : ITokenizer
{
    internal const string StartText = "<|startoftext|>";
    internal const string EndText = "<|endoftext|>";

    // The only mark whose other case is a letter: where case does not count it is neither letter nor mark, and drops out.
    private const int IotaSubscript = 0x345;

    private static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly BytePairVocabulary _vocabulary;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long[]> _known = new();

    /// <summary>Makes a tokenizer for a vocabulary.</summary>
    /// <param name="vocabulary">A vocabulary whose words end in a mark.</param>
    /// <param name="maxLength">Largest number of tokens of a text, at least three; CLIP's is 77.</param>
    /// <exception cref="ArgumentException">The vocabulary is of another kind.</exception>
    public ClipTokenizer(BytePairVocabulary vocabulary, int maxLength = 77)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 3);
        if (!vocabulary.MarksWordEnd || !vocabulary.Indices.ContainsKey(StartText) || !vocabulary.Indices.ContainsKey(EndText))
        {
            throw new ArgumentException($"{vocabulary.Source} is not of CLIP's kind: words that end in {BytePairVocabulary.WordEnd} and the tokens {StartText} and {EndText} are expected.", nameof(vocabulary));
        }

        _vocabulary = vocabulary;
        MaxLength = maxLength;
    }

    /// <inheritdoc/>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public int VocabularySize => _vocabulary.Indices.Count;

    /// <inheritdoc/>
    public long PaddingToken => 0;

    /// <inheritdoc/>
    public long StartToken => _vocabulary.Indices[StartText];

    /// <inheritdoc/>
    public long EndToken => _vocabulary.Indices[EndText];

    /// <inheritdoc/>
    public IReadOnlyList<long> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<long> { StartToken };
        foreach (var word in WordsOf(text))
        {
            tokens.AddRange(_known.GetOrAdd(word, Join));
        }

        tokens.Add(EndToken);
        if (tokens.Count > MaxLength)
        {
            tokens.RemoveRange(MaxLength, tokens.Count - MaxLength);
            tokens[^1] = EndToken;
        }

        return tokens;
    }

    /// <inheritdoc/>
    public string Decode(IEnumerable<long> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var text = new StringBuilder();
        foreach (var token in tokens.TakeWhile(token => token != EndToken).Where(token => token != StartToken))
        {
            text.Append(token >= 0 && token < VocabularySize ? _vocabulary.Tokens[token]
                : throw new ArgumentException($"Token {token} is not in the vocabulary of {VocabularySize}.", nameof(tokens)));
        }

        return ByteAlphabet.Decode(text.Replace(BytePairVocabulary.WordEnd, "Ġ").ToString()).TrimEnd();   // Ġ stands for the blank
    }

    /// <summary>The words of a text, cleaned, before they are cut into tokens.</summary>
    internal static IEnumerable<string> WordsOf(string text) => Words(Clean(text));

    /// <summary>A word as single bytes, the last one with the end mark.</summary>
    internal static List<string> Symbols(string word)
    {
        var symbols = ByteAlphabet.Encode(word).Select(character => character.ToString()).ToList();
        symbols[^1] += BytePairVocabulary.WordEnd;
        return symbols;
    }

    private long[] Join(string word)
    {
        if (word is StartText or EndText)
        {
            return [_vocabulary.Indices[word]];
        }

        return [.. _vocabulary.Join(Symbols(word)).Select(token => _vocabulary.Indices[token])];
    }

    private static string Clean(string text)
    {
        var plain = Unicode.Strip(HtmlText.Unescape(HtmlText.Unescape(text)));
        var clean = new StringBuilder(plain.Length);
        foreach (var rune in plain.EnumerateRunes())
        {
            if (!Unicode.IsWhiteSpace(rune))
            {
                clean.Append(rune);
            }
            else if (clean.Length == 0 || clean[^1] != ' ')
            {
                clean.Append(' ');
            }
        }

        return Unicode.Lower(Unicode.Strip(clean.ToString()));
    }

    // Special tokens, English contractions, runs of letters, single digits, runs of anything else.
    private static IEnumerable<string> Words(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            if (Special(text, at) is { } special)
            {
                at += special.Length;
                yield return special;
                continue;
            }

            var rune = Rune.GetRuneAt(text, at);
            at += rune.Utf16SequenceLength;
            if (Unicode.IsWhiteSpace(rune) || rune.Value == IotaSubscript)
            {
                continue;
            }

            if (!Unicode.IsNumber(rune))
            {
                var letters = Unicode.IsLetter(rune);
                while (at < text.Length && Rune.GetRuneAt(text, at) is var next && (letters ? Unicode.IsLetter(next) : IsOther(next)))
                {
                    at += next.Utf16SequenceLength;
                }
            }

            yield return text[start..at];
        }
    }

    private static string? Special(string text, int at)
    {
        foreach (var name in text[at] == '<' ? [StartText, EndText] : text[at] == '\'' ? s_contractions : [])
        {
            // The long s is an s when case does not count.
            if (at + name.Length <= text.Length && text.AsSpan(at, name.Length).ToString().Replace('ſ', 's') == name)
            {
                return text.Substring(at, name.Length);
            }
        }

        return null;
    }

    private static bool IsOther(Rune rune) => rune.Value != IotaSubscript && !Unicode.IsWhiteSpace(rune) && !Unicode.IsLetter(rune) && !Unicode.IsNumber(rune);
}
