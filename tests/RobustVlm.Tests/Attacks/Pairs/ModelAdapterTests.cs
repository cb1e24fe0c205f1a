using RobustVlm.Attacks.Pairs;
using RobustVlm.Attacks.Text;
using RobustVlm.Data;
using RobustVlm.Data.Text;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks.Pairs;

public sealed class ModelAdapterTests
{
    private static readonly string[] s_pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "nodule", "effusion", "pneumo", "##thorax", "left", "right", "large", "small"];

    [Fact]
    public void A_bert_with_word_pieces_proposes_words()
    {
        using var random = new torch.Generator(3);
        using var bert = new Bert(new() { VocabularySize = s_pieces.Length, ContextLength = 8, Width = 16, Heads = 2, HiddenWidth = 16 }, random);
        var language = new BertMaskedLanguageModel(bert, new WordPieceTokenizer(s_pieces, maxLength: 8));

        Assert.Equal([8, 9], language.Cut("pneumothorax"));
        Assert.Equal([1], language.Cut("xyz"));
        Assert.Equal("pneumothorax", language.Join([8, 9]));
        Assert.Equal("", language.Join([99]));
        using var marked = language.Predict([[5, 6, 7]]);
        using var bare = language.Predict([[5, 6, 7], [7, 6, 5]], marks: false);
        using var direct = bert.PredictTokens(torch.tensor(new long[,] { { 2, 5, 6, 7, 3 } }));
        using var cut = language.Predict([[5, 6, 7, 5, 6, 7, 5, 6, 7]]);
        Assert.Equal([1, 5, s_pieces.Length], marked.shape);
        Assert.Equal([2, 3, s_pieces.Length], bare.shape);
        Assert.Equal(8, cut.shape[1]);
        Assert.True(marked.allclose(direct));

        var candidates = new WordCandidates(language, CaptionWords.Of("large left pneumothorax a nodule effusion small right"), s_pieces.Length, 0, offByOne: false);
        Assert.All(candidates.Of(0), word => Assert.Contains(word, s_pieces[5..].Where(piece => piece[0] != '#')));
        Assert.NotEmpty(candidates.Of(0));
        Assert.Empty(candidates.Of(7));   // beyond the context
    }

    [Fact]
    public void A_clip_stays_in_training_mode_and_its_embeddings_have_length_one()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TinyClip.Create(1);
        model.train();
        var (images, _) = TinyClip.Pairs(1, 3);
        var pair = new ClipImageTextModel(model, new WordTokenizer(["left lung nodule", "right"], 8));

        var (image, text) = (pair.EmbedImages(images), pair.EmbedTexts(["left nodule", "", "unknown words"]));

        Assert.True(model.training);
        Assert.True(image.square().sum(1).sub(1).abs().max().item<float>() < 1e-5);
        Assert.True(text.square().sum(1).sub(1).abs().max().item<float>() < 1e-5);
        Assert.Equal([3, 16], text.shape);
    }
}
