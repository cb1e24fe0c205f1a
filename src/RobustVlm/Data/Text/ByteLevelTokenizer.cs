using System.Text;

namespace RobustVlm.Data.Text;

/// <summary>Byte-level pairs with case kept and the blank before a word inside the word (Radford et al. 2019): GPT-2, RoBERTa.</summary>
public sealed class ByteLevelTokenizer : ITokenizer
{
    private static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly BytePairVocabulary _vocabulary;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long[]> _known = new();

    /// <summary>Makes a tokenizer for a vocabulary.</summary>
    /// <param name="vocabulary">A vocabulary whose words carry no end mark. Start, end and padding are its tokens
    /// <c>&lt;s&gt;</c>, <c>&lt;/s&gt;</c> and <c>&lt;pad&gt;</c>, or <c>&lt;|endoftext|&gt;</c> for all three.</param>
    /// <param name="maxLength">Largest number of tokens of a text, at least three.</param>
    /// <exception cref="ArgumentException">The vocabulary is of another kind.</exception>
    public ByteLevelTokenizer(BytePairVocabulary vocabulary, int maxLength = 512)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 3);
        _vocabulary = vocabulary;
        MaxLength = maxLength;
        StartToken = Find("<s>");
        EndToken = Find("</s>");
        PaddingToken = Find("<pad>");
        if (vocabulary.MarksWordEnd || ByteAlphabet.InVocabularyOrder.FirstOrDefault(character => !vocabulary.Indices.ContainsKey(character.ToString())) is not '\0')
        {
            throw new ArgumentException($"{vocabulary.Source} is not byte-level: its words end in a mark, or one of the 256 bytes has no token.", nameof(vocabulary));
        }

        long Find(string name) => vocabulary.Indices.TryGetValue(name, out var index) || vocabulary.Indices.TryGetValue(ClipTokenizer.EndText, out index)
            ? index
            : throw new ArgumentException($"{vocabulary.Source} has neither {name} nor {ClipTokenizer.EndText}.", nameof(vocabulary));
    }

    /// <inheritdoc/>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public int VocabularySize => _vocabulary.Indices.Count;

    /// <inheritdoc/>
    public long PaddingToken { get; }

    /// <inheritdoc/>
    public long StartToken { get; }

    /// <inheritdoc/>
    public long EndToken { get; }

    /// <inheritdoc/>
    public IReadOnlyList<long> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = Pieces(text).SelectMany(piece => _known.GetOrAdd(piece, Join)).Take(MaxLength - 2);
        return [StartToken, .. tokens, EndToken];
    }

    /// <inheritdoc/>
    public string Decode(IEnumerable<long> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var inside = tokens.Where(token => token != EndToken && token != StartToken && token != PaddingToken);
        return ByteAlphabet.Decode(string.Concat(inside.Select(token => _vocabulary.Tokens[token])));
    }

    private long[] Join(string piece) =>
        [.. _vocabulary.Join([.. ByteAlphabet.Encode(piece).Select(character => character.ToString())]).Select(token => _vocabulary.Indices[token])];

    // Contractions; runs of letters, of digits or of anything else, each with one blank before it; white space, of which the
    // last blank goes with what follows.
    private static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            if (text[at] == '\'' && Array.Find(s_contractions, c => string.CompareOrdinal(text, at, c, 0, c.Length) == 0) is { } contraction)
            {
                at += contraction.Length;
                yield return contraction;
                continue;
            }

            var first = text[at] == ' ' && at + 1 < text.Length && Kind(text, at + 1) != PieceKind.Blank ? at + 1 : at;
            var kind = Kind(text, first);
            at = first;
            while (at < text.Length && Kind(text, at) == kind)
            {
                at += Rune.GetRuneAt(text, at).Utf16SequenceLength;
            }

            if (kind == PieceKind.Blank && at < text.Length && at - start > 1)
            {
                at--;
            }

            yield return text[start..at];
        }
    }

    private static PieceKind Kind(string text, int at)
    {
        var rune = Rune.GetRuneAt(text, at);
        return Unicode.IsWhiteSpace(rune) ? PieceKind.Blank : Unicode.IsLetter(rune) ? PieceKind.Letter : Unicode.IsNumber(rune) ? PieceKind.Number : PieceKind.Other;
    }

    private enum PieceKind
    {
        Blank,
        Letter,
        Number,
        Other,
    }
}
