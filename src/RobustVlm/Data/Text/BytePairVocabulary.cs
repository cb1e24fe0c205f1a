using System.IO.Compression;
using System.Text.Json;

namespace RobustVlm.Data.Text;

/// <summary>Tokens with their indices, and the pairs to join in order of rank (Sennrich et al. 2016, arXiv:1508.07909).</summary>
public sealed class BytePairVocabulary
{
    /// <summary>What the last token of a word ends in, in vocabularies of CLIP's kind.</summary>
    internal const string WordEnd = "</w>";

    // CLIP uses the first 49,152 - 256 - 2 merges of a longer file.
    private const int ClipMerges = 49152 - 256 - 2;

    private readonly Dictionary<(string Left, string Right), int> _ranks;

    private BytePairVocabulary(IReadOnlyDictionary<string, long> indices, IReadOnlyList<(string Left, string Right)> merges, string source)
    {
        Indices = indices;
        Merges = merges;
        Source = source;
        _ranks = [];
        for (var i = 0; i < merges.Count; i++)
        {
            _ranks.TryAdd(merges[i], i);
        }

        Tokens = new string[indices.Count];
        foreach (var (token, index) in indices)
        {
            if (index < 0 || index >= Tokens.Length || Tokens[index] is not null)
            {
                throw new InvalidDataException($"{source}: token '{token}' has the index {index}; the {Tokens.Length} tokens need the indices 0 to {Tokens.Length - 1}, each once.");
            }

            Tokens[index] = token;
        }
    }

    /// <summary>Index of each token.</summary>
    public IReadOnlyDictionary<string, long> Indices { get; }

    /// <summary>The pairs, best rank first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    internal string[] Tokens { get; }

    /// <summary>The file, for messages.</summary>
    internal string Source { get; }

    /// <summary>Whether words end in a mark, as CLIP's do; else they begin with a blank, as GPT-2's do.</summary>
    internal bool MarksWordEnd => Indices.Keys.Any(token => token.EndsWith(WordEnd, StringComparison.Ordinal));

    /// <summary>Reads OpenAI's <c>bpe_simple_vocab_16e6.txt</c>, packed or not.</summary>
    /// <param name="path">The file: one header line, then one pair per line.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such list; the message says where.</exception>
    public static BytePairVocabulary ReadClip(string path)
    {
        var merges = ReadMerges(path).Take(ClipMerges).ToArray();
        return Of(merges, path);
    }

    /// <summary>Reads the pair of files that Hugging Face's byte-level tokenizers are stored as.</summary>
    /// <param name="vocabulary">A <c>vocab.json</c>: an object from token to index.</param>
    /// <param name="merges">A <c>merges.txt</c>: an optional line that begins with <c>#version</c>, then one pair per line.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    public static BytePairVocabulary Read(string vocabulary, string merges)
    {
        Require(vocabulary);
        Dictionary<string, long>? indices;
        try
        {
            indices = JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllBytes(vocabulary));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{vocabulary} is no vocabulary: expected a JSON object from token to index ({e.Message})", e);
        }

        var pairs = ReadMerges(merges);
        if (indices is null || pairs.FirstOrDefault(pair => !indices.ContainsKey(pair.Left + pair.Right)) is { Left: not null } missing)
        {
            throw new InvalidDataException($"{merges} joins pairs whose result {vocabulary} does not list; use the two files of one model.");
        }

        return new BytePairVocabulary(indices, pairs, vocabulary);
    }

    /// <summary>A vocabulary of CLIP's layout: single bytes, bytes at a word's end, joined pairs, start and end.</summary>
    internal static BytePairVocabulary Of(IReadOnlyList<(string Left, string Right)> merges, string source = "the learned vocabulary")
    {
        var single = ByteAlphabet.InVocabularyOrder.Select(character => character.ToString()).ToArray();
        string[] tokens = [.. single, .. single.Select(token => token + WordEnd), .. merges.Select(pair => pair.Left + pair.Right), ClipTokenizer.StartText, ClipTokenizer.EndText];
        return new BytePairVocabulary(Index(tokens, source), merges, source);
    }

    /// <summary>Writes <c>vocab.json</c> and <c>merges.txt</c> into a folder.</summary>
    /// <param name="folder">The folder; made when missing.</param>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var ordered = Indices.OrderBy(entry => entry.Value).ToDictionary(entry => entry.Key, entry => entry.Value);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(ordered));
        File.WriteAllLines(Path.Combine(folder, "merges.txt"), Merges.Select(pair => $"{pair.Left} {pair.Right}").Prepend("#version: 0.2"));
    }

    /// <summary>Joins the characters of a word, best pair first, until no known pair is left.</summary>
    /// <param name="symbols">At least one symbol.</param>
    internal List<string> Join(List<string> symbols)
    {
        while (symbols.Count > 1)
        {
            var (best, rank) = (-1, int.MaxValue);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue((symbols[i], symbols[i + 1]), out var found) && found < rank)
                {
                    (best, rank) = (i, found);
                }
            }

            if (best < 0)
            {
                break;
            }

            symbols = Replace(symbols, (symbols[best], symbols[best + 1]));
        }

        return symbols;
    }

    /// <summary>The symbols with every occurrence of a pair joined, from the left.</summary>
    internal static List<string> Replace(List<string> symbols, (string Left, string Right) pair)
    {
        var joined = new List<string>(symbols.Count);
        for (var i = 0; i < symbols.Count; i++)
        {
            if (i + 1 < symbols.Count && symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                joined.Add(pair.Left + pair.Right);
                i++;
            }
            else
            {
                joined.Add(symbols[i]);
            }
        }

        return joined;
    }

    private static Dictionary<string, long> Index(string[] tokens, string source)
    {
        var indices = new Dictionary<string, long>();
        foreach (var token in tokens)
        {
            if (!indices.TryAdd(token, indices.Count))
            {
                throw new InvalidDataException($"{source} lists the token '{token}' twice.");
            }
        }

        return indices;
    }

    private static List<(string Left, string Right)> ReadMerges(string path)
    {
        Require(path);
        using var stream = File.OpenRead(path);
        using Stream unpacked = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var reader = new StreamReader(unpacked);
        var merges = new List<(string, string)>();
        try
        {
            for (var number = 1; reader.ReadLine() is { } line; number++)
            {
                var isHeader = number == 1 && (line.StartsWith('#') || line.Contains("#version", StringComparison.Ordinal));
                if (isHeader || line.Length == 0)
                {
                    continue;
                }

                var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (parts.Length != 2)
                {
                    throw new InvalidDataException($"{path}, line {number}: expected two symbols with a blank between, found '{(line.Length > 40 ? line[..40] + "…" : line)}'.");
                }

                merges.Add((parts[0], parts[1]));
            }
        }
        catch (InvalidDataException e) when (unpacked is GZipStream && !e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is not a complete gzip file; copy it again.", e);
        }

        return merges;
    }

    private static void Require(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The vocabulary file {path} does not exist.", path);
        }
    }
}
