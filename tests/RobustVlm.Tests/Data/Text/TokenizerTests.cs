using RobustVlm.Data.Text;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Data.Text;

public sealed class TokenizerTests : IDisposable
{
    private static readonly string[] s_texts = ["The heart is enlarged.", "No pleural effusion; the heart is normal.", "Large right pleural effusion."];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Learned_pairs_make_frequent_words_one_token()
    {
        var tokenizer = new ClipTokenizer(BytePairTraining.Learn(s_texts, 600));

        Assert.Equal(3, tokenizer.Encode("heart").Count);
        Assert.Equal(5, tokenizer.Encode("pleural effusion.").Count);
        Assert.True(tokenizer.Encode("zebra").Count > 4);
        Assert.Equal("the heart is enlarged .", tokenizer.Decode(tokenizer.Encode(s_texts[0])));
    }

    [Fact]
    public void Learning_stops_when_every_word_is_one_token()
    {
        var vocabulary = BytePairTraining.Learn(["ab ab", "abc"], 10_000);

        Assert.Equal([("a", "b</w>"), ("a", "b"), ("ab", "c</w>")], vocabulary.Merges);
        Assert.Equal(514 + 3, vocabulary.Indices.Count);
    }

    [Fact]
    public void A_written_vocabulary_reads_back()
    {
        var vocabulary = BytePairTraining.Learn(s_texts, 560);

        vocabulary.Write(_folder.FullName);
        var read = BytePairVocabulary.Read(In("vocab.json"), In("merges.txt"));

        Assert.Equal(vocabulary.Merges, read.Merges);
        Assert.Equal(new ClipTokenizer(vocabulary).Encode(s_texts[1]), new ClipTokenizer(read).Encode(s_texts[1]));
    }

    [Fact]
    public void A_long_text_keeps_its_end()
    {
        var tokenizer = new ClipTokenizer(BytePairTraining.Learn(s_texts, 514), 8);

        var tokens = tokenizer.Encode(s_texts[1]);

        Assert.Equal(8, tokens.Count);
        Assert.Equal(tokenizer.EndToken, tokens[^1]);
        Assert.Equal(tokenizer.VocabularySize - 1, tokenizer.EndToken);
    }

    [Fact]
    public void Texts_become_a_padded_batch()
    {
        using var scope = torch.NewDisposeScope();
        var tokenizer = Bert();

        var tokens = tokenizer.Encode(["heart", "no heart"]);
        var wide = tokenizer.Encode(["heart"], 6);

        Assert.Equal([2, 4], tokens.shape);
        Assert.Equal([2, 5, 3, 0, 2, 4, 5, 3], tokens.data<long>().ToArray());
        Assert.Equal([1, 6], wide.shape);
        Assert.Contains("4 tokens", Assert.Throws<ArgumentException>(() => tokenizer.Encode(["no heart"], 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tokenizer.Encode(Array.Empty<string>()));
    }

    [Theory]
    [InlineData("Hearts", new long[] { 5, 6 })]
    [InlineData("HÉART!", new long[] { 5, 7 })]
    [InlineData("hearty", new long[] { 1 })]
    [InlineData("no\u00adheart", new long[] { 1 })]
    public void Words_are_cut_into_the_longest_pieces(string text, long[] expected) =>
        Assert.Equal(expected, Bert().Encode(text).ToArray()[1..^1]);

    [Fact]
    public void Wrong_files_are_named()
    {
        File.WriteAllText(In("bad.json"), "[1, 2]");
        File.WriteAllText(In("gap.json"), """{"a": 0, "b": 2}""");
        File.WriteAllText(In("merges.txt"), "#version: 0.2\na b\nc\n");
        File.WriteAllText(In("few.txt"), "a b\n");
        File.WriteAllText(In("vocab.txt"), "heart\nno\n");
        File.WriteAllText(In("cut.txt.gz"), "not packed at all");

        Assert.Contains("bad.json", Message(() => BytePairVocabulary.Read(In("bad.json"), In("few.txt"))), StringComparison.Ordinal);
        Assert.Contains("line 3", Message(() => BytePairVocabulary.ReadClip(In("merges.txt"))), StringComparison.Ordinal);
        Assert.Contains("two files of one model", Message(() => BytePairVocabulary.Read(In("gap.json"), In("few.txt"))), StringComparison.Ordinal);
        Assert.Contains("[PAD]", Message(() => WordPieceTokenizer.Read(In("vocab.txt"))), StringComparison.Ordinal);
        Assert.Contains("gzip", Message(() => BytePairVocabulary.ReadClip(In("cut.txt.gz"))), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => WordPieceTokenizer.Read(In("none.txt")));
        Assert.Throws<ArgumentException>(() => new ByteLevelTokenizer(BytePairTraining.Learn(s_texts, 514)));
    }

    private static WordPieceTokenizer Bert() => new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "no", "heart", "##s", "!"], 10);

    private static string Message(Action action) => Assert.Throws<InvalidDataException>(action).Message;

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
