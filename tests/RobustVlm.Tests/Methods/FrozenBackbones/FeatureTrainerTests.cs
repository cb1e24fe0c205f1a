using RobustVlm.Evaluation;
using RobustVlm.Methods.FrozenBackbones;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.FrozenBackbones;

public sealed class FeatureTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory, InlineData(1, 394_753), InlineData(3, 395_779)]
    public void The_published_head_has_as_many_weights(int classes, long expected) =>
        Assert.Equal(expected, new EmbeddingHead(new EmbeddingHeadOptions { Classes = classes }, new Generator(1)).parameters().Sum(weight => weight.numel()));

    [Fact]
    public void A_head_learns_what_a_line_divides_and_keeps_the_state_that_scored_best()
    {
        var (features, targets) = Line(200, 1);
        var (other, truth) = Line(100, 2);
        var head = Head(7);

        var scores = Train(head, features, targets, other, truth, steps: 60);

        var final = Auroc.Of(FeatureTrainer.Logits(head, other).flatten().to(ScalarType.Float64).data<double>().ToArray(), truth.gt(0.5).data<bool>().ToArray());
        Assert.Equal(6, scores.Count);
        Assert.True(final > 0.9);
        Assert.Equal(scores.Max(), final, 12);
    }

    [Fact]
    public void The_best_state_includes_what_batch_normalisation_remembers()
    {
        // The score falls from scoring to scoring, so the first state is the best, and its logits have to come back to the last bit.
        var (features, targets) = Line(64, 1);
        var head = Head(7);
        Tensor? first = null;
        var calls = 0;

        new FeatureTrainer(new FeatureTrainerOptions { Steps = 12, Scorings = 4, BatchSize = 16, LearningRate = 1e-2 }).Train(
            head, features, targets, features, targets, (logits, labels) => nn.functional.binary_cross_entropy_with_logits(logits.squeeze(1), labels),
            (logits, _) =>
            {
                first ??= logits.clone();
                return -calls++;
            },
            new Generator(2));

        Assert.Equal(4, calls);
        Assert.True(first!.SameAs(FeatureTrainer.Logits(head, features)));
    }

    [Fact]
    public void A_decoder_learns_where_a_token_is_marked()
    {
        var (tokens, masks) = Marked(24, 1);
        var decoder = new TokenDecoder(new TokenDecoderOptions { InputWidth = 4, Grid = 4, ImageSize = 8, Widths = "8" }, new Generator(5));

        new FeatureTrainer(new FeatureTrainerOptions { Steps = 80, Scorings = 4, BatchSize = 8, LearningRate = 1e-2 }).Train(
            decoder, tokens, masks, tokens, masks, (logits, truth) => SegmentationLoss.Compute(logits, truth), (logits, truth) => Dice.Of(logits.sigmoid(), truth).Official, new Generator(6));

        var (others, truths) = Marked(24, 2);
        var result = Dice.Of(FeatureTrainer.Logits(decoder, others).sigmoid(), truths);
        Assert.True(result.PositiveOnly > 0.8, result.ToString());
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Contains("doublings", Assert.Throws<ArgumentException>(() => new TokenDecoder(new TokenDecoderOptions { ImageSize = 220 }, new Generator(1))).Message, StringComparison.Ordinal);
        Assert.Contains("list of widths", Assert.Throws<ArgumentException>(() => new TokenDecoder(new TokenDecoderOptions { Widths = "8;4" }, new Generator(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmbeddingHead(new EmbeddingHeadOptions { Dropout = 1 }, new Generator(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureTrainer(new FeatureTrainerOptions { Steps = 3, Scorings = 4 }));
    }

    private static IReadOnlyList<double> Train(EmbeddingHead head, Tensor features, Tensor targets, Tensor other, Tensor truth, int steps) =>
        new FeatureTrainer(new FeatureTrainerOptions { Steps = steps, Scorings = 6, BatchSize = 32, LearningRate = 5e-3 }).Train(
            head, features, targets, other, truth, (logits, labels) => nn.functional.binary_cross_entropy_with_logits(logits.squeeze(1), labels),
            (logits, labels) => Auroc.Of(logits.flatten().to(ScalarType.Float64).data<double>().ToArray(), labels.gt(0.5).data<bool>().ToArray()), new Generator(3));

    private static EmbeddingHead Head(ulong seed) => new(new EmbeddingHeadOptions { InputWidth = 6, HiddenWidth = 16 }, new Generator(seed));

    private static (Tensor Features, Tensor Targets) Line(int count, ulong seed)
    {
        var features = randn([count, 6], generator: new Generator(seed));
        return (features, features.select(1, 0).gt(0.3).to(ScalarType.Float32));
    }

    // One marked token in two images of three; its mask is two by two pixels.
    private static (Tensor Tokens, Tensor Masks) Marked(int count, ulong seed)
    {
        var random = new Generator(seed);
        var marks = zeros([count, 16]);
        var places = randint(0, 16, [count], dtype: ScalarType.Int64, generator: random);
        for (var i = 0; i < count; i++)
        {
            marks[i].narrow(0, places[i].item<long>(), 1).fill_(i % 3 == 0 ? 0 : 1);
        }

        var tokens = 0.1 * randn([count, 16, 4], generator: random);
        tokens = tokens + (marks.unsqueeze(2) * tensor(new[] { 1f, -1f, 1f, 0f }));
        return (tokens, nn.functional.interpolate(marks.view(count, 1, 4, 4), [8, 8], mode: InterpolationMode.Nearest));
    }
}
