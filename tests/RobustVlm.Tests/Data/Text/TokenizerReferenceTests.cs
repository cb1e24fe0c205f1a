using System.Text;
using System.Text.Json;
using RobustVlm.Data.Text;
using Xunit;

namespace RobustVlm.Tests.Data.Text;

/// <summary>
/// Token indices against the reference tokenizers. <c>tokenizers-reference.json</c> has fragments (accents, emoji, control
/// characters, HTML references, many scripts); 10,000 texts are put together from them by a generator that both sides know, and
/// the file keeps one CRC-32 of the indices (as 64-bit integers) for each block of 20 texts. Made under Python 3.11 with OpenAI's
/// CLIP tokenizer (its ftfy taken as identity), Google's BERT tokenizer and OpenAI's GPT-2 encoder, the last one on the 250 merges stored.
/// </summary>
public sealed class TokenizerReferenceTests
{
    private static readonly JsonElement s_stored = Load();
    private static readonly string[] s_texts = [.. Texts()];

    [Fact]
    public void Byte_level_tokens_equal_gpt2s()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var merges = s_stored.GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!).ToArray();   // the file holds no null
            var tokens = ByteAlphabet.InVocabularyOrder.Select(character => character.ToString()).Concat(merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal))).Append("<|endoftext|>");
            var (vocabulary, pairs) = (Path.Combine(folder.FullName, "vocab.json"), Path.Combine(folder.FullName, "merges.txt"));
            File.WriteAllText(vocabulary, JsonSerializer.Serialize(tokens.Select((token, index) => (token, index)).ToDictionary(entry => entry.token, entry => entry.index)));
            File.WriteAllLines(pairs, merges.Prepend("#version: 0.2"));
            var tokenizer = new ByteLevelTokenizer(BytePairVocabulary.Read(vocabulary, pairs), 1000);

            AssertEqual("bytes", tokenizer);
            Assert.All(s_texts.Take(500), text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public void Clip_tokens_equal_openais() =>
        AssertEqual("clip", new ClipTokenizer(BytePairVocabulary.ReadClip(RealFile("clip_bpe_simple_vocab_16e6.txt.gz")), 1000));

    [SkippableFact]
    public void Word_pieces_equal_berts() => AssertEqual("bert", WordPieceTokenizer.Read(RealFile("bert_base_uncased_vocab.txt"), 1000));

    [SkippableTheory]
    [InlineData("clip")]
    [InlineData("bert_uncased")]
    public void Listed_cases_have_the_reference_indices(string name)
    {
        using var cases = JsonDocument.Parse(File.ReadAllText(RealFile("tokenizer_cases.json")));
        ITokenizer tokenizer = name == "clip"
            ? new ClipTokenizer(BytePairVocabulary.ReadClip(RealFile("clip_bpe_simple_vocab_16e6.txt.gz")))
            : WordPieceTokenizer.Read(RealFile("bert_base_uncased_vocab.txt"), 1000);
        var listed = cases.RootElement.GetProperty(name).GetProperty("cases").EnumerateArray().ToArray();

        Assert.NotEmpty(listed);
        Assert.All(listed, entry =>
        {
            var text = entry.GetProperty("text").GetString()!;   // every case has a text
            var expected = entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64());
            Assert.Equal(expected, name == "clip" ? tokenizer.Encode(text) : tokenizer.Encode(text).ToArray()[1..^1]);   // BERT's are listed without start and end
        });
    }

    private static void AssertEqual(string name, ITokenizer tokenizer)
    {
        var blocks = s_stored.GetProperty(name).EnumerateArray().Select(value => value.GetUInt32()).ToArray();
        var size = s_stored.GetProperty("per_block").GetInt32();
        var different = Enumerable.Range(0, blocks.Length).Where(block =>
        {
            var bytes = s_texts.Skip(block * size).Take(size).SelectMany(text => tokenizer.Encode(text).ToArray()[1..^1]).SelectMany(BitConverter.GetBytes);
            return Crc32([.. bytes]) != blocks[block];
        }).ToArray();

        Assert.Equal(500, blocks.Length);
        Assert.True(different.Length == 0, $"{different.Length} blocks differ; the first has the texts\n{string.Join('\n', s_texts.Skip(different.FirstOrDefault() * size).Take(size))}");
    }

    private static IEnumerable<string> Texts()
    {
        var fragments = s_stored.GetProperty("atoms").EnumerateArray().Select(fragment => fragment.GetString()!).ToArray();   // the file holds no null
        var state = 7UL;
        for (var i = 0; i < s_stored.GetProperty("count").GetInt32(); i++)
        {
            var text = new StringBuilder();
            for (var left = 1 + Draw(12); left > 0; left--)
            {
                text.Append(fragments[Draw(fragments.Length)]).Append(Draw(3) > 0 ? " " : "");
            }

            yield return text.ToString();
        }

        int Draw(int count)
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            return (int)((state >> 33) % (ulong)count);
        }
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xedb88320 & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "Text", "tokenizers-reference.json")));
        return document.RootElement.Clone();
    }

    private static string RealFile(string name)
    {
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        var path = Path.Combine(root ?? "", "_vocab", name);
        Skip.If(root is null || !File.Exists(path), $"ROBUSTVLM_REALDATA names no folder with _vocab/{name}.");
        return path;
    }
}
