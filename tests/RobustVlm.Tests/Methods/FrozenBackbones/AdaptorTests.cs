using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.FrozenBackbones;

public sealed class AdaptorTests : IDisposable
{
    private static readonly AdaptorOptions s_small = new() { ImageWidth = 6, TextWidth = 5, Width = 16, Heads = 4, HiddenWidth = 24 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void At_full_size_it_has_the_published_number_of_weights()
    {
        Assert.Equal(12_207_617, new AdaptorOptions().CountParameters());
        Assert.Equal([1_179_649, 6_693_633], [new AdaptorOptions { Layers = 0 }.CountParameters(), new AdaptorOptions { Layers = 1 }.CountParameters()]);
        Assert.Equal(s_small.CountParameters(), Make(s_small).parameters().Sum(weight => weight.numel()));
    }

    [Fact]
    public void Other_texts_leave_images_the_same_to_the_last_bit()
    {
        var adaptor = Make(s_small);

        var (first, firstTexts) = adaptor.call(Embeddings(7, 6, 1), Embeddings(7, 5, 2));
        var (second, secondTexts) = adaptor.call(Embeddings(7, 6, 1), Embeddings(7, 5, 3));

        Assert.True(first.SameAs(second));
        Assert.False(firstTexts.SameAs(secondTexts));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Queries_and_keys_get_no_gradient_at_all(bool training)
    {
        var adaptor = Make(s_small);
        adaptor.train(training);
        adaptor.DropoutRandom = new Generator(9);

        var (images, texts) = adaptor.call(Embeddings(7, 6, 1), Embeddings(7, 5, 2));
        AdaptorLoss.Compute(adaptor.Similarities(images, texts)).backward();

        foreach (var (name, weight) in adaptor.named_parameters().Where(entry => entry.name.Contains("in_proj", StringComparison.Ordinal)))
        {
            Assert.Equal(0, weight.grad!.narrow(0, 0, 2 * s_small.Width).abs().max().item<float>());
            Assert.True(weight.grad!.narrow(0, 2 * s_small.Width, s_small.Width).abs().max().item<float>() > 0, name);
        }
    }

    [Fact]
    public void Token_sequences_really_attend()
    {
        var adaptor = Make(s_small with { Attention = AdaptorAttention.TokenSequences });

        var (first, texts) = adaptor.call(Embeddings(3, 4, 6, 1), Embeddings(3, 7, 5, 2));
        var (second, _) = adaptor.call(Embeddings(3, 4, 6, 1), Embeddings(3, 7, 5, 3));
        AdaptorLoss.Compute(adaptor.Similarities(first, texts)).backward();

        Assert.True((first - second).abs().max().item<float>() > 1e-3);
        Assert.All(
            adaptor.named_parameters().Where(entry => entry.name.EndsWith("in_proj_weight", StringComparison.Ordinal)),
            entry => Assert.True(entry.parameter.grad!.narrow(0, 0, s_small.Width).abs().max().item<float>() > 0, entry.name));
    }

    [Fact]
    public void The_published_residual_refuses_sequences_of_different_length_and_says_what_to_choose() => Assert.Contains(
        "TokenSequences", Assert.Throws<ArgumentException>(() => Make(s_small).call(Embeddings(3, 4, 6, 1), Embeddings(3, 7, 5, 2))).Message, StringComparison.Ordinal);

    [Fact]
    public void Images_without_texts_are_embedded_as_in_training_with_any_text()
    {
        var adaptor = Make(s_small);

        var alone = adaptor.EmbedImages(Embeddings(7, 6, 1));
        var (paired, _) = adaptor.call(Embeddings(7, 6, 1), Embeddings(7, 5, 2));
        var tokens = adaptor.EmbedImages(Embeddings(7, 6, 1).unsqueeze(1)).squeeze(1);

        Assert.InRange((alone - paired).abs().max().item<float>(), 0, 1e-6);
        Assert.InRange((alone - tokens).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void An_image_does_not_depend_on_its_neighbours_unless_the_published_behaviour_is_asked_for()
    {
        var images = Embeddings(7, 6, 1);
        var own = Make(s_small);
        var official = Make(s_small with { OfficialBatchAttention = true });

        Assert.InRange((own.EmbedImages(images).narrow(0, 0, 3) - own.EmbedImages(images.narrow(0, 0, 3))).abs().max().item<float>(), 0, 1e-6);
        Assert.True((official.EmbedImages(images).narrow(0, 0, 3) - official.EmbedImages(images.narrow(0, 0, 3))).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void Loss_is_that_of_the_worked_example()
    {
        var similarities = tensor(new[] { 2f, 1f, 0f, 0.5f }, [2, 2]);

        Assert.Equal(0.550503, AdaptorLoss.Compute(similarities, 0).item<float>(), 6);
        Assert.Equal(0.393669, AdaptorLoss.Compute(similarities, 1).item<float>(), 6);
        Assert.Equal(0.432878, AdaptorLoss.Compute(similarities).item<float>(), 6);
        Assert.Equal(Math.Log(5), AdaptorLoss.Compute(ones([5, 5])).item<float>(), 5);
    }

    [Fact]
    public void A_published_file_with_one_unnumbered_layer_loads()
    {
        var options = s_small with { Layers = 1 };
        var model = Make(options);
        var path = Path.Combine(_folder.FullName, "adaptor.safetensors");
        RobustVlm.Engine.Safetensors.Write(path, model.state_dict().ToDictionary(entry => entry.Key.Replace("encoder.0.", "encoder.", StringComparison.Ordinal), entry => entry.Value));

        var loaded = Checkpoint.Load(path, options);

        Assert.True(model.EmbedImages(Embeddings(4, 6, 1)).SameAs(loaded.EmbedImages(Embeddings(4, 6, 1))));
    }

    [Fact]
    public void Training_learns_pairs_is_fixed_by_its_seed_and_leaves_the_dead_weights_to_decay()
    {
        var common = Embeddings(64, 4, 5);
        var (images, texts) = (common.matmul(Embeddings(4, 6, 6)), common.matmul(Embeddings(4, 5, 7)));
        var options = new AdaptorTrainerOptions { Epochs = 20, BatchSize = 32, LearningRate = 3e-3 };

        var (first, second) = (Make(s_small), Make(s_small));
        using var curve = new AdaptorTrainer(options).Train(first, images, texts, new Generator(3));
        using var again = new AdaptorTrainer(options).Train(second, images, texts, new Generator(3));

        Assert.Equal(40, curve.Losses.Count);
        Assert.Equal(curve.Losses, again.Losses);
        Assert.True(curve.Losses[^1] < 0.8 * Math.Log(32), curve.ToString());
        Assert.True(WeightChecksum.Of(first) == WeightChecksum.Of(second));
        Assert.Null(first.DropoutRandom);
    }

    [Fact]
    public void End_to_end_training_moves_both_encoders_and_the_projections()
    {
        var random = new Generator(1);
        var vision = new VisionTransformer(new VisionTransformerOptions { ImageSize = 16, Channels = 1, Width = 8, Heads = 2, Depth = 1 }, random);
        var sizes = new BertOptions { VocabularySize = 20, ContextLength = 6, Width = 8, Heads = 2, Depth = 1, HiddenWidth = 8, LanguageHead = false };
        var text = new Bert(sizes, random);
        var projection = new Adaptor(s_small with { ImageWidth = 8, TextWidth = 8, Layers = 0 }, random);
        var before = new nn.Module[] { vision, text, projection }.Select(part => WeightChecksum.Of(part)).ToArray();
        var tokens = randint(1, 20, [6, 6], dtype: ScalarType.Int64, generator: random);
        var trainer = new EndToEndTrainer(new AdaptorTrainerOptions { BatchSize = 3, Epochs = 1, LearningRate = 1e-3, WarmUpShare = 0 });

        using var curve = trainer.Train(vision, text, BertPooling.Mean, projection, rand([6, 1, 16, 16], generator: random), tokens, random);

        Assert.Equal(2, curve.Losses.Count);
        Assert.All(new nn.Module[] { vision, text, projection }.Zip(before), part => Assert.NotEqual(part.Second, WeightChecksum.Of(part.First)));
        var headed = new Bert(sizes with { LanguageHead = true }, random);
        Assert.Contains("LanguageHead = false", Assert.Throws<ArgumentException>(
            () => trainer.Train(vision, headed, BertPooling.Mean, projection, rand([6, 1, 16, 16]), tokens, random)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_mode_without_a_source_of_randomness_says_what_is_missing()
    {
        var adaptor = Make(s_small);
        adaptor.train();

        Assert.Contains("DropoutRandom", Assert.Throws<InvalidOperationException>(() => adaptor.call(Embeddings(2, 6, 1), Embeddings(2, 5, 2))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(6, 6)]
    public void Embeddings_of_other_encoders_are_refused(int imageWidth, int textWidth) =>
        Assert.Contains("compute them with the encoder", Assert.Throws<ArgumentException>(() => Make(s_small).call(Embeddings(2, imageWidth, 1), Embeddings(2, textWidth, 2))).Message, StringComparison.Ordinal);

    private static Adaptor Make(AdaptorOptions options)
    {
        var adaptor = new Adaptor(options, new Generator(4));
        adaptor.eval();
        return adaptor;
    }

    private static Tensor Embeddings(int rows, int width, ulong seed) => randn([rows, width], generator: new Generator(seed));

    private static Tensor Embeddings(int rows, int tokens, int width, ulong seed) => randn([rows, tokens, width], generator: new Generator(seed));
}
