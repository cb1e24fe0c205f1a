using Xunit;

namespace RobustVlm.Experiments.Tests;

public sealed class PlainDisplayTests
{
    [Fact]
    public void Long_sentences_are_shown_in_lines_that_fit()
    {
        var sentence = string.Join(' ', Enumerable.Repeat("twelve words", 20));

        var shown = Assert.IsType<string>(PlainDisplay.Of(sentence)["text/plain"]);

        Assert.All(shown.Split('\n'), line => Assert.InRange(line.Length, 60, 90));
        Assert.Equal(sentence, shown.Replace('\n', ' '));
    }

    [Fact]
    public void Lines_that_fit_and_words_without_a_space_stay_as_they_are()
    {
        var text = "a   b\n" + new string('x', 200);

        Assert.Equal(text, PlainDisplay.Of(text)["text/plain"]);
    }
}
