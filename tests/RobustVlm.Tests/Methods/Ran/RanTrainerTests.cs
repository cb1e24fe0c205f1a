using RobustVlm.Attacks;
using RobustVlm.Methods.Ran;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Ran;

public sealed class RanTrainerTests : IDisposable
{
    private const int Classes = 3;

    private static readonly ClipOptions s_sizes = new()
    {
        EmbeddingSize = 16,
        Image = new ClipVisionOptions { ImageSize = 16, PatchSize = 8, Width = 16, Depth = 1, Heads = 2 },
        Text = new TextEncoderOptions { VocabularySize = 20, ContextLength = 6, Width = 16, Depth = 1, Heads = 2 },
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Clip _model;
    private readonly Tensor _images;
    private readonly Tensor _labels;

    public RanTrainerTests()
    {
        using var random = new Generator(3);
        _model = new Clip(s_sizes, random);
        _model.eval();
        _labels = arange(24, dtype: ScalarType.Int64).remainder(Classes);

        // A class is a bright band.
        _images = rand([24, 1, 16, 16], generator: random) * 0.3;
        for (var i = 0; i < 24; i++)
        {
            _images[i, 0].narrow(0, 5 * (i % Classes), 5).add_(0.6);
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    public static TheoryData<RanMode, RanSecondView> Ways => new()
    {
        { RanMode.Ran, RanSecondView.Augmentation },
        { RanMode.Ran, RanSecondView.Adversarial },
        { RanMode.CrossEntropy, RanSecondView.Augmentation },
        { RanMode.LinearProbe, RanSecondView.Augmentation },
        { RanMode.LowRank, RanSecondView.Augmentation },
        { RanMode.FullFineTuning, RanSecondView.Augmentation },
    };

    [Theory, MemberData(nameof(Ways))]
    public void Learns_and_leaves_the_model_as_it_is(RanMode mode, RanSecondView view)
    {
        var before = WeightChecksum.Of(_model);

        using var result = Train(Options(mode, view));

        Assert.True(result.Losses.TakeLast(3).Average() < 0.7 * result.Losses.Take(3).Average(), $"{result.Losses[0]} became {result.Losses[^1]}");
        Assert.Equal(before, WeightChecksum.Of(_model));
        Assert.Equal([24, Classes], result.Classifier(_images).shape);
        Assert.False(result.Head.training);
    }

    [Theory, MemberData(nameof(Ways))]
    public void Equal_seeds_give_equal_classifiers(RanMode mode, RanSecondView view)
    {
        var options = Options(mode, view) with { Epochs = 2 };

        using var first = Train(options);
        using var second = Train(options);

        Assert.Equal(first.Losses, second.Losses);
        Assert.Equal(0, (first.Classifier(_images) - second.Classifier(_images)).abs().max().item<float>());
    }

    [Fact]
    public void Counts_of_trained_weights_are_those_of_the_formula()
    {
        using var probe = Train(Options(RanMode.LinearProbe) with { Epochs = 1 });
        using var ran = Train(Options(RanMode.Ran) with { Epochs = 1 });
        using var random = new Generator(1);
        using var large = new RanHead(512, 10, random);

        Assert.Equal(Classes * 17, probe.TrainedParameters);
        Assert.Equal((8 * 16 * 16) + (5 * 16) + (8 * 16) + 16 + (Classes * 17), ran.TrainedParameters);
        Assert.Equal(2_109_450, large.parameters().Sum(weight => weight.numel()));
    }

    [Fact]
    public void Without_weights_the_regularisers_do_nothing()
    {
        var none = new RanLossOptions { ConsistencyWeight = 0, CovarianceWeight = 0, SpectrumWeight = 0 };

        using var plain = Train(Options(RanMode.CrossEntropy) with { Epochs = 2 });
        using var without = Train(Options(RanMode.Ran) with { Epochs = 2, Loss = none });
        using var with = Train(Options(RanMode.Ran) with { Epochs = 2 });

        Assert.Equal(plain.Losses, without.Losses);
        Assert.NotEqual(plain.Losses, with.Losses);
        Assert.Equal(["task"], plain.Terms.Keys);
        Assert.Equal(["consistency", "covariance", "spectrum", "task"], with.Terms.Keys.Order());
        Assert.Equal(plain.Terms["task"][0], with.Terms["task"][0]);
    }

    [Fact]
    public void Several_labels_of_an_image_are_learned_too()
    {
        var labels = nn.functional.one_hot(_labels, Classes).to(ScalarType.Float32);
        using var random = new Generator(5);

        using var result = new RanTrainer(Options(RanMode.Ran)).Train(_model, _images, labels, Classes, random);

        Assert.True(result.Losses[^1] < result.Losses[0]);
    }

    [Fact]
    public void No_tensor_stays_alive()
    {
        Train(Options(RanMode.Ran, RanSecondView.Adversarial) with { Epochs = 1 }).Dispose();
        var before = TensorCount.Now();

        Train(Options(RanMode.Ran, RanSecondView.Adversarial) with { Epochs = 1 }).Dispose();
        Train(Options(RanMode.LinearProbe) with { Epochs = 1 }).Dispose();

        Assert.InRange(TensorCount.Now(), 0, before);
    }

    [Fact]
    public void Wrong_labels_and_settings_are_refused()
    {
        using var random = new Generator(5);

        Assert.Throws<ArgumentException>(() => new RanTrainer().Train(_model, _images, _labels.narrow(0, 0, 5), Classes, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RanTrainer(new RanOptions { CachedViews = 1 }));
        Assert.Throws<ArgumentException>(() => new RanVqaTrainer(new RanOptions { Mode = RanMode.LowRank }));
    }

    [Theory]
    [InlineData(RanMode.Ran, RanSecondView.Adversarial)]
    [InlineData(RanMode.CrossEntropy, RanSecondView.Augmentation)]
    [InlineData(RanMode.LinearProbe, RanSecondView.Augmentation)]
    public void Questions_about_images_are_answered(RanMode mode, RanSecondView view)
    {
        // One question asks for the band; the other is always answered by the last answer.
        var asked = arange(24, dtype: ScalarType.Int64).floor_divide(3).remainder(2);
        var questions = stack([full_like(asked, 18), asked + 2, full_like(asked, 19), zeros_like(asked)], 1);
        var answers = where(asked.eq(1), full_like(asked, Classes), _labels);
        using var random = new Generator(5);

        using var result = new RanVqaTrainer(Options(mode, view) with { Epochs = 40, LearningRate = 0.01 }).Train(_model, _images, questions, answers, Classes + 1, random);

        Assert.InRange(result.Logits(_images, questions).argmax(1).eq(answers).to(ScalarType.Float32).mean().item<float>(), 0.9, 1);
        var pixels = _images.clone().requires_grad_();
        result.Asking(questions)(pixels).square().sum().backward();
        Assert.True(pixels.grad!.abs().max().item<float>() > 0);
    }

    [Fact]
    public void Padding_of_a_question_changes_nothing()
    {
        using var random = new Generator(5);
        var attention = new CoAttention(16, 8, random);
        var (image, question) = (randn([2, 4, 16], generator: random), randn([2, 3, 16], generator: random));
        var longer = cat([question, randn([2, 2, 16], generator: random)], 1);
        var mask = tensor(new[] { true, true, true, false, false }).expand(2, -1);

        var fused = attention.Fuse(image, question, ones([2, 3], dtype: ScalarType.Bool));

        Assert.Equal([2, 32], fused.shape);
        Assert.InRange((attention.Fuse(image, longer, mask) - fused).abs().max().item<float>(), 0, 1e-5);
        Assert.True((attention.Fuse(image, longer, ones([2, 5], dtype: ScalarType.Bool)) - fused).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void Tokens_of_a_text_end_where_the_text_ends()
    {
        var (words, isWord) = _model.EncodeTextTokens(tensor(new long[,] { { 18, 3, 19, 0, 0, 0 }, { 18, 4, 5, 19, 0, 0 } }));

        Assert.Equal([2, 4, 16], words.shape);
        Assert.Equal([true, true, true, false, true, true, true, true], isWord.flatten().data<bool>().ToArray());
        Assert.Equal([24, 4, 16], _model.EncodeImageTokens(_images).shape);
    }

    private static RanOptions Options(RanMode mode, RanSecondView view = RanSecondView.Augmentation) => new()
    {
        Mode = mode,
        SecondView = view,
        Epochs = 25,
        BatchSize = 8,
        LearningRate = mode is RanMode.LinearProbe or RanMode.LowRank ? 0.05 : 0.005,
        CachedViews = 3,
        SecondViewAttack = new FeaturePgdOptions { Epsilon = PixelBudget.Of255(1), Steps = 2 },
        MixedPrecision = false,
    };

    private RanResult Train(RanOptions options)
    {
        using var random = new Generator(5);
        return new RanTrainer(options).Train(_model, _images, _labels, Classes, random);
    }
}
