using RobustVlm.Data.Text;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.FrozenBackbones;

public sealed class FrozenEncoderTests : IDisposable
{
    private static readonly VisionTransformerOptions s_vit = new() { ImageSize = 16, Channels = 1, Width = 16, Depth = 1 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_transformer_gives_its_class_token_its_patches_and_both_together()
    {
        var model = new VisionTransformer(s_vit, new Generator(1));
        model.eval();
        var images = rand([5, 1, 16, 16], generator: new Generator(2));

        var (plain, wide) = (FrozenImageEncoder.Of(model, "vit"), FrozenImageEncoder.WithPatchMean(model, "wide"));

        Assert.True(plain.Embed(images).SameAs(model.Features(images).detach()));
        Assert.Equal([5, 4, 16], plain.Tokens(images).shape);
        Assert.Equal(32, wide.Width);
        Assert.True(wide.Embed(images).narrow(1, 16, 16).allclose(plain.Tokens(images).mean([1])));
        Assert.Contains("take a vision transformer", Assert.Throws<InvalidOperationException>(() => wide.Tokens(images)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_users_vision_transformer_loads_from_its_file()
    {
        var model = new VisionTransformer(s_vit with { Classes = 3 }, new Generator(1));
        model.eval();
        var path = Path.Combine(_folder.FullName, "own.safetensors");
        RobustVlm.Engine.Safetensors.Write(path, model.state_dict());
        var images = rand([2, 1, 16, 16], generator: new Generator(2));

        var encoder = FrozenImageEncoder.Load(path, s_vit);

        Assert.Equal("own", encoder.Name);
        Assert.True(encoder.Embed(images).SameAs(model.Features(images).detach()));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_users_bert_loads_from_its_file_with_its_pooler_where_it_has_one(bool pooled)
    {
        var options = new BertOptions { VocabularySize = 40, ContextLength = 8, Width = 16, HiddenWidth = 32, LanguageHead = false };
        var model = new Bert(options, new Generator(1));
        model.eval();
        var (weight, bias) = (randn([16, 16], generator: new Generator(2)), randn([16], generator: new Generator(3)));
        var stored = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        if (pooled)
        {
            (stored["bert.pooler.dense.weight"], stored["bert.pooler.dense.bias"]) = (weight, bias);
        }

        var path = Path.Combine(_folder.FullName, "bert.safetensors");
        RobustVlm.Engine.Safetensors.Write(path, stored);
        var tokenizer = new Letters();

        var actual = FrozenTextEncoder.Load(path, options, tokenizer).Embed(["ab", "cde"]);

        var tokens = tokenizer.Encode(["ab", "cde"]);
        var expected = pooled ? nn.functional.linear(model.Embed(tokens), weight, bias).tanh() : model.Embed(tokens, BertPooling.Mean);
        Assert.True(actual.allclose(expected));
    }

    [Fact]
    public void Hashed_words_depend_on_the_words_alone_and_are_the_same_in_every_process()
    {
        var encoder = FrozenTextEncoder.HashedWords(new Generator(5), width: 8);

        var embedded = encoder.Embed(["No pleural effusion.", "effusion, PLEURAL no", "a nodule"]);

        Assert.True(embedded[0].SameAs(embedded[1]));
        Assert.False(embedded[0].SameAs(embedded[2]));
        using var projection = randn([2048, 8], generator: new Generator(5));
        var one = FrozenTextEncoder.HashedWords(new Generator(5), width: 8).Embed(["a"]);
        Assert.True(one[0].allclose(projection[(long)(0xE40C292Cu % 2048)] / Math.Sqrt(8)));   // FNV-1a of "a"
    }

    // One token per letter.
    private sealed class Letters : ITokenizer
    {
        public int MaxLength => 8;

        public int VocabularySize => 40;

        public long PaddingToken => 0;

        public long StartToken => 30;

        public long EndToken => 31;

        public IReadOnlyList<long> Encode(string text) => [StartToken, .. text.Select(letter => (long)(letter - 'a' + 1)), EndToken];

        public string Decode(IEnumerable<long> tokens) => string.Concat(tokens.Where(token => token is > 0 and < 30).Select(token => (char)('a' + token - 1)));
    }
}
