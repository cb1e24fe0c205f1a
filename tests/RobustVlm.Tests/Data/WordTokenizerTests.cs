using RobustVlm.Data;
using RobustVlm.Data.Chest;
using RobustVlm.Data.Text;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data;

public sealed class WordTokenizerTests
{
    private static readonly WordTokenizer s_tokenizer = new(["The heart is large.", "a large lung"], 6);

    [Fact]
    public void Encodes_words_between_start_and_end_and_pads_with_zeros()
    {
        using var scope = NewDisposeScope();

        var tokens = s_tokenizer.Encode(["The HEART, large!", "lung"]);

        // <pad> <unknown> a heart is large lung the <start> <end>
        Assert.Equal([2, 5], tokens.shape);
        Assert.Equal([8L, 7, 3, 5, 9, 8, 6, 9, 0, 0], tokens.data<long>().ToArray());
        Assert.Equal(10, s_tokenizer.VocabularySize);
    }

    [Fact]
    public void End_has_the_largest_index_of_every_text()
    {
        using var scope = NewDisposeScope();
        var tokens = ChestReports.Tokenizer().Encode(ChestReports.Prompts(Finding.Nodule));

        var end = tokens.argmax(1);
        var last = tokens.ne(0).sum(1) - 1;

        Assert.True(end.Equals(last));
    }

    [Fact]
    public void Decoding_gives_the_words_back()
    {
        Assert.Equal("the heart is large", s_tokenizer.Decode(s_tokenizer.Encode("The heart is large.")));
        Assert.Equal("", s_tokenizer.Decode(s_tokenizer.Encode("")));
    }

    [Fact]
    public void Unknown_words_get_a_token_of_their_own_and_are_listed()
    {
        var tokens = s_tokenizer.Encode("the spleen is large");

        Assert.Equal([8, 7, WordTokenizer.UnknownToken, 4, 5, 9], tokens);
        Assert.Equal(["spleen"], s_tokenizer.UnknownWords("The spleen, the Spleen!"));
    }

    [Fact]
    public void Long_texts_are_cut_but_keep_their_end()
    {
        var tokens = s_tokenizer.Encode("large large large large large large large");

        Assert.Equal(6, tokens.Count);
        Assert.Equal(s_tokenizer.EndToken, tokens[^1]);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => s_tokenizer.Encode(Array.Empty<string>()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WordTokenizer(["a"], 2));
    }
}
