using System.Globalization;
using System.Text;

namespace RobustVlm.Data.Text;

/// <summary>BERT's uncased tokenizer (Devlin et al. 2019, arXiv:1810.04805): words without case and accents, cut into the longest known pieces.</summary>
public sealed class WordPieceTokenizer : ITokenizer
{
    private const int LongestWord = 200;

    private readonly string[] _pieces;
    private readonly Dictionary<string, long> _indices;

    /// <summary>Makes a tokenizer for a list of pieces.</summary>
    /// <param name="pieces">Pieces in order of index; those inside a word begin with <c>##</c>. <c>[PAD]</c>, <c>[UNK]</c>,
    /// <c>[CLS]</c> and <c>[SEP]</c> must be among them.</param>
    /// <param name="maxLength">Largest number of tokens of a text, at least three; BERT's is 512.</param>
    /// <param name="lowerCase">Whether case and accents are dropped, as uncased models want.</param>
    /// <exception cref="InvalidDataException">A piece comes twice, or one of the four is missing.</exception>
    public WordPieceTokenizer(IEnumerable<string> pieces, int maxLength = 512, bool lowerCase = true)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 3);
        (MaxLength, LowerCase) = (maxLength, lowerCase);
        _pieces = [.. pieces];
        _indices = [];
        foreach (var piece in _pieces)
        {
            if (!_indices.TryAdd(piece, _indices.Count))
            {
                throw new InvalidDataException($"The vocabulary lists '{piece}' twice.");
            }
        }

        (PaddingToken, UnknownToken, StartToken, EndToken) = (Find("[PAD]"), Find("[UNK]"), Find("[CLS]"), Find("[SEP]"));
        MaskToken = _indices.TryGetValue("[MASK]", out var mask) ? mask : null;

        long Find(string name) => _indices.TryGetValue(name, out var index)
            ? index
            : throw new InvalidDataException($"The vocabulary has no {name}, so it is not BERT's; its vocab.txt lists one piece per line.");
    }

    /// <summary>Whether case and accents are dropped.</summary>
    public bool LowerCase { get; }

    /// <inheritdoc/>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public int VocabularySize => _pieces.Length;

    /// <inheritdoc/>
    public long PaddingToken { get; }

    /// <inheritdoc/>
    public long StartToken { get; }

    /// <inheritdoc/>
    public long EndToken { get; }

    /// <summary>Index of a word that cannot be put together from pieces.</summary>
    public long UnknownToken { get; }

    /// <summary>Index that stands for a hidden word; null where the vocabulary has none.</summary>
    public long? MaskToken { get; }

    /// <summary>Reads a <c>vocab.txt</c>.</summary>
    /// <param name="path">One piece per line, in order of index.</param>
    /// <param name="maxLength">Largest number of tokens of a text, at least three.</param>
    /// <param name="lowerCase">Whether case and accents are dropped.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such list.</exception>
    public static WordPieceTokenizer Read(string path, int maxLength = 512, bool lowerCase = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The vocabulary file {path} does not exist.", path);
        }

        // Split by hand: ReadLines would also break at characters that are pieces of their own.
        var text = File.ReadAllText(path);
        var lines = text.EndsWith('\n') ? text[..^1].Split('\n') : text.Split('\n');
        try
        {
            return new WordPieceTokenizer(lines.Select(line => line.Trim()), maxLength, lowerCase);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> Encode(string text) =>
        [StartToken, .. Words(text).SelectMany(Pieces).Take(MaxLength - 2), EndToken];

    /// <inheritdoc/>
    public string Decode(IEnumerable<long> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var inside = tokens.Where(token => token != StartToken && token != EndToken && token != PaddingToken);
        return string.Join(' ', inside.Select(token => _pieces[token])).Replace(" ##", "", StringComparison.Ordinal);
    }

    /// <summary>The words of a text, before they are cut into pieces.</summary>
    /// <param name="text">Any text.</param>
    internal IEnumerable<string> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var word in Spaced(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var plain = LowerCase ? Unicode.WithoutAccents(Unicode.Lower(word)) : word;
            var start = 0;
            for (var at = 0; at < plain.Length;)
            {
                var rune = Rune.GetRuneAt(plain, at);
                if (IsPunctuation(rune))
                {
                    if (at > start)
                    {
                        yield return plain[start..at];
                    }

                    yield return rune.ToString();
                    start = at + rune.Utf16SequenceLength;
                }

                at += rune.Utf16SequenceLength;
            }

            if (start < plain.Length)
            {
                yield return plain[start..];
            }
        }
    }

    // Control characters dropped, white space made blanks, blanks round Chinese characters.
    private static string Spaced(string text)
    {
        var spaced = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (rune.Value is '\t' or '\n' or '\r' || category == UnicodeCategory.SpaceSeparator)
            {
                spaced.Append(' ');
            }
            else if (rune.Value is 0 or 0xfffd || category is UnicodeCategory.Control or UnicodeCategory.Format)
            {
                continue;
            }
            else if (category is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                spaced.Append(' ');   // the reference's split takes them for blanks
            }
            else if (IsChinese(rune.Value))
            {
                spaced.Append(' ').Append(rune).Append(' ');
            }
            else
            {
                spaced.Append(rune);
            }
        }

        return spaced.ToString();
    }

    private IEnumerable<long> Pieces(string word)
    {
        var letters = word.EnumerateRunes().Select(rune => rune.ToString()).ToArray();
        if (letters.Length > LongestWord)
        {
            return [UnknownToken];
        }

        var found = new List<long>();
        for (var start = 0; start < letters.Length;)
        {
            var end = letters.Length;
            long index = 0;
            while (end > start && !_indices.TryGetValue((start > 0 ? "##" : "") + string.Concat(letters[start..end]), out index))
            {
                end--;
            }

            if (end == start)
            {
                return [UnknownToken];
            }

            found.Add(index);
            start = end;
        }

        return found;
    }

    private static bool IsChinese(int code) => code is (>= 0x4e00 and <= 0x9fff) or (>= 0x3400 and <= 0x4dbf) or (>= 0x20000 and <= 0x2a6df)
        or (>= 0x2a700 and <= 0x2b73f) or (>= 0x2b740 and <= 0x2b81f) or (>= 0x2b820 and <= 0x2ceaf) or (>= 0xf900 and <= 0xfaff) or (>= 0x2f800 and <= 0x2fa1f);

    // All of ASCII but letters, digits and blanks counts, also characters such as ^ that Unicode calls symbols.
    private static bool IsPunctuation(Rune rune) => rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
            or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;
}
