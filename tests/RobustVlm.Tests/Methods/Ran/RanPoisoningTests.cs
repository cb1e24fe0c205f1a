using RobustVlm.Attacks;
using RobustVlm.Attacks.Text;
using RobustVlm.Data.Chest;
using RobustVlm.Methods.Ran;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Ran;

public sealed class RanPoisoningTests : IDisposable
{
    private static readonly RanPoisoning s_poisoning = new(new RanPoisoningOptions
    {
        ImageAttack = new FeaturePgdOptions { Epsilon = PixelBudget.Of255(8), StepSize = PixelBudget.Of255(1), Steps = 10 },
        BatchSize = 5,
    });

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(4);
    private readonly PixelModel _model = new();

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Of_one_order_small_ratios_are_nested_in_larger_ones()
    {
        var order = RanPoisoning.Order(200, _random);

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), order.Order());
        Assert.NotEqual(order.Order(), order);
        Assert.Equal([0, 10, 20, 100, 200], new[] { 0, 0.05, 0.1, 0.5, 1 }.Select(ratio => RanPoisoning.CountOf(200, ratio)));
        Assert.Throws<ArgumentOutOfRangeException>(() => RanPoisoning.CountOf(200, 1.1));
    }

    [Fact]
    public void Targets_are_of_another_kind_and_each_is_taken_once()
    {
        long[] kinds = [.. Enumerable.Range(0, 101).Select(i => (long)(i % 7 < 3 ? 0 : i % 7))];

        var targets = RanPoisoning.Targets(kinds, _random);

        Assert.Equal(101, targets.Distinct().Count());
        Assert.All(targets.Index(), target => Assert.NotEqual(kinds[target.Index], kinds[target.Item]));
        Assert.Contains("at least two kinds", Assert.Throws<ArgumentException>(() => RanPoisoning.Targets([3, 3, 3], _random)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Poisoned_images_move_to_their_targets_within_the_budget_and_captions_state_something_else()
    {
        var (images, captions, targets) = Pairs();
        var places = RanPoisoning.Order(21, _random).Take(12).ToArray();

        using var poisoned = s_poisoning.Craft(_model, images, captions, places, targets, new CaptionRewrite(), _random);

        var clean = images.index_select(0, tensor(places));
        var wanted = _model.EmbedImages(images.index_select(0, tensor([.. places.Select(place => targets[(int)place])])));
        var (before, after) = ((_model.EmbedImages(clean) * wanted).sum(1), (_model.EmbedImages(poisoned.Images) * wanted).sum(1));
        Assert.True((after - before).min().item<float>() > 0);
        Assert.InRange((poisoned.Images - clean).abs().max().item<float>(), 4 / 255f, (8 / 255f) + 1e-6);
        Assert.InRange(poisoned.Images.min().item<float>(), 0, 1);
        Assert.InRange(poisoned.Images.max().item<float>(), 0, 1);
        Assert.All(poisoned.Captions.Zip(places), pair => Assert.All(pair.First.Zip(captions[(int)pair.Second]), own => Assert.False(ReportFacts.Read(own.First).SetEquals(ReportFacts.Read(own.Second)))));
    }

    [Theory]
    [InlineData(NoisePairing.Both)]
    [InlineData(NoisePairing.ImageOnly)]
    [InlineData(NoisePairing.TextOnly)]
    public void A_mixture_replaces_what_its_pairing_says_and_keeps_its_size(NoisePairing pairing)
    {
        var (images, captions, targets) = Pairs();
        var copy = images.clone();
        using var poisoned = s_poisoning.Craft(_model, images, captions, [.. RanPoisoning.Order(21, _random).Take(10)], targets, new CaptionRewrite(), _random);

        var (mixed, texts) = poisoned.Mix(images, captions, 6 / 21.0, pairing);

        var changed = (mixed - images).abs().flatten(1).amax([1]).gt(0).data<bool>().ToArray();
        var first = poisoned.Places.Take(6).ToHashSet();
        Assert.Equal(images.shape, mixed.shape);
        Assert.All(changed.Index(), place => Assert.Equal(first.Contains(place.Index) && pairing != NoisePairing.TextOnly, place.Item));
        Assert.All(texts.Index(), place => Assert.Equal(first.Contains(place.Index) && pairing != NoisePairing.ImageOnly, !place.Item.SequenceEqual(captions[place.Index])));
        Assert.Equal(0, (images - copy).abs().max().item<float>());
        Assert.Contains("craft more", Assert.Throws<ArgumentException>(() => poisoned.Mix(images, captions, 0.9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_seeds_poison_equally()
    {
        var (images, captions, targets) = Pairs();
        PoisonedPairs Craft()
        {
            using var random = new Generator(9);
            return s_poisoning.Craft(_model, images, captions, [3, 1, 7], targets, new CaptionRewrite(), random);
        }

        using var first = Craft();
        using var second = Craft();

        Assert.Equal(0, (first.Images - second.Images).abs().max().item<float>());
        Assert.Equal(first.Captions.SelectMany(own => own), second.Captions.SelectMany(own => own));
    }

    [Fact]
    public void Questions_have_answers_that_the_pictures_give()
    {
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 16 }).Render(300, _random);
        using var asked = ChestQuestions.Ask(batch, _random);

        var answers = asked.Answers.data<long>().ToArray();
        var (labels, sides) = (batch.Labels.data<long>().ToArray(), batch.Sides.data<long>().ToArray());
        foreach (var (i, question) in asked.Questions.Index())
        {
            var named = question.EndsWith(Findings.Names[(int)labels[i]], StringComparison.Ordinal) || question.Contains($" {Findings.Names[(int)labels[i]]} ", StringComparison.Ordinal);
            var answer = ChestQuestions.Answers[(int)answers[i]];
            Assert.Equal(question.StartsWith("is there", StringComparison.Ordinal), answer is "yes" or "no");
            Assert.Equal(named, answer != "no");
            Assert.True(answer is not ("right" or "left") || answer == (sides[i] == 0 ? "right" : "left"));
        }

        Assert.Equal(ChestQuestions.Answers.Count, answers.Distinct().Count());
        Assert.All(asked.Questions, question => Assert.Contains(question, ChestQuestions.All));
    }

    private (Tensor Images, IReadOnlyList<IReadOnlyList<string>> Captions, IReadOnlyList<long> Targets) Pairs()
    {
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 16, ReportsPerImage = 2 }).Render(arange(21, dtype: ScalarType.Int64).remainder(7), _random);
        return (batch.Images.clone(), batch.Reports, RanPoisoning.Targets(batch.Labels.data<long>().ToArray(), _random));
    }

    /// <summary>Features are pixels of a coarse picture.</summary>
    private sealed class PixelModel : IImageTextModel
    {
        public Tensor EmbedImages(Tensor images) => nn.functional.normalize(nn.functional.avg_pool2d(images, 4).flatten(1) - 0.4, dim: 1);

        public Tensor EmbedTexts(IReadOnlyList<string> texts) => ones([texts.Count, 16]);
    }
}
