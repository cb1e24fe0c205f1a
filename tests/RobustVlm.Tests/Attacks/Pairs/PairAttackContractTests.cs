using RobustVlm.Attacks;
using RobustVlm.Attacks.Pairs;
using RobustVlm.Attacks.Text;
using RobustVlm.Engine;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks.Pairs;

/// <summary>What every attack on texts and on image-text pairs promises.</summary>
public sealed class PairAttackContractTests : IDisposable
{
    private static readonly Dictionary<string, Func<IMaskedLanguageModel, IImageTextAttack>> s_pairs = new()
    {
        ["PGD"] = language => new SepAttack(language, new() { AttackTexts = false }),
        ["BERT"] = language => new SepAttack(language, new() { AttackImages = false }),
        ["Sep"] = language => new SepAttack(language),
        ["Sep L2"] = language => new SepAttack(language, new() { Epsilon = PixelBudget.L2(0.2) }),
        ["Co"] = language => new CoAttack(language),
        ["Co mean"] = language => new CoAttack(language, new() { Guide = CaptionGuide.Mean, BatchSize = 2 }),
        ["SGA"] = language => new Sga(language),
        ["SGA plain"] = language => new Sga(language, new() { ScaledCopies = false, BatchSize = 2 }),
    };

    private static readonly Dictionary<string, Func<IMaskedLanguageModel, ITextAttack>> s_texts = new()
    {
        ["BERT-Attack"] = language => new BertAttack(language),
        ["BERT-Attack off by one"] = language => new BertAttack(language, new() { ReproduceOffByOne = true }),
        ["Caption rewrite"] = _ => new CaptionRewrite(),
    };

    private readonly ToyPairs _toy = new();
    private readonly torch.Tensor _images = ToyPairs.Images(3);
    private readonly IReadOnlyList<IReadOnlyList<string>> _captions = [ToyPairs.Captions[..2], ToyPairs.Captions[2..3], ToyPairs.Captions[3..]];

    public static TheoryData<string> Pairs => new(s_pairs.Keys);

    public static TheoryData<string> Texts => new(s_texts.Keys);

    public void Dispose()
    {
        _images.Dispose();
        Interruption.Clear();
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Pairs_stay_within_both_budgets(string name)
    {
        var attack = s_pairs[name](_toy);
        using var clean = _images.clone();
        using var pairs = attack.Perturb(_toy, _images, _captions, new torch.Generator(1));
        using var change = pairs.Images - _images;

        var size = attack.Epsilon.Norm == PixelNorm.L2 ? change.flatten(1).norm(1).max().item<double>() : change.abs().max().item<double>();
        Assert.InRange(size, 0, attack.Epsilon.Value + 1e-9);
        Assert.InRange(pairs.Images.min().item<double>(), 0, 1);
        Assert.InRange(pairs.Images.max().item<double>(), 0, 1);
        Assert.Equal(_captions.Select(own => own.Count), pairs.Captions.Select(own => own.Count));
        Assert.All(pairs.Captions.SelectMany(own => own).Zip(ToyPairs.Captions), pair => Assert.InRange(Changed(pair.First, pair.Second), 0, 1));
        Assert.True(name == "BERT" ? size == 0 : size > 1e-4);
        Assert.Equal(name == "PGD", pairs.Captions.SelectMany(own => own).SequenceEqual(ToyPairs.Captions));
        Assert.True(clean.SameAs(_images));
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Pairs_fit_no_better_than_before(string name)
    {
        using var pairs = s_pairs[name](_toy).Perturb(_toy, _images, _captions, new torch.Generator(1));
        using var clean = _toy.EmbedImages(_images);
        using var attacked = _toy.EmbedImages(pairs.Images);
        using var away = EmbeddingMath.Divergence(clean, attacked);
        using var before = Similarity(_images, _captions);
        using var after = Similarity(pairs.Images, pairs.Captions);

        // Each attack's own objective: SGA's is the similarity, the others' the distance from the clean embedding.
        var worse = name.StartsWith("SGA", StringComparison.Ordinal) ? after.le(before) : away.ge(0);
        Assert.True(worse.all().item<bool>());
        Assert.True(after.mean().item<double>() < before.mean().item<double>() || !name.StartsWith("SGA", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Same_seed_gives_the_same_pairs(string name)
    {
        using var first = s_pairs[name](_toy).Perturb(_toy, _images, _captions, new torch.Generator(7));
        using var second = s_pairs[name](_toy).Perturb(_toy, _images, _captions, new torch.Generator(7));

        Assert.True(first.Images.SameAs(second.Images));
        Assert.Equal(first.Captions.SelectMany(own => own), second.Captions.SelectMany(own => own));
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Budget_zero_leaves_the_images(string name)
    {
        using var pairs = s_pairs[name](_toy).WithEpsilon(default).Perturb(_toy, _images, _captions, new torch.Generator(1));

        Assert.True(pairs.Images.SameAs(_images));
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Takes_one_pair_and_captions_without_a_word_to_change(string name)
    {
        using var one = _images.narrow(0, 0, 1);
        foreach (var caption in new[] { "", " ", ".", "in the", "zzz", "zzz qqq nodule" })
        {
            using var pairs = s_pairs[name](_toy).Perturb(_toy, one, [[caption]], new torch.Generator(1));

            Assert.InRange(Changed(pairs.Captions[0][0], caption), 0, 1);
            Assert.True(caption.Any(char.IsLetter) && caption != "in the" || pairs.Captions[0][0] == caption);
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Reports_progress_up_to_the_end(string name)
    {
        var shares = new List<double>();
        using var pairs = s_pairs[name](_toy).Perturb(_toy, _images, _captions, new torch.Generator(1), shares.Add);

        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 9);
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Pairs_leave_no_tensor_alive(string name)
    {
        using var random = new torch.Generator(1);
        s_pairs[name](_toy).Perturb(_toy, _images, _captions, random).Dispose();
        var before = TensorCount.Now();

        s_pairs[name](_toy).Perturb(_toy, _images, _captions, random).Dispose();

        Assert.Equal(before, MemoryInfo.Now().LiveTensors);
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Pairs_stop_when_interrupted(string name)
    {
        Interruption.Request();
        Assert.Throws<OperationCanceledException>(() => s_pairs[name](_toy).Perturb(_toy, _images, _captions, new torch.Generator(1)));
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Embeddings_that_are_not_numbers_are_refused_by_name(string name)
    {
        foreach (var (model, kind) in new[] { (new ToyPairs { BrokenTexts = true }, "text"), (new ToyPairs { BrokenImages = true }, "image") })
        {
            if (name != (kind == "text" ? "PGD" : "BERT"))
            {
                var error = Assert.Throws<InvalidOperationException>(() => s_pairs[name](_toy).Perturb(model, _images, _captions, new torch.Generator(1)));
                Assert.Contains($"{kind} embeddings hold NaN", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Encoders_without_gradient_are_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new Sga(_toy).Perturb(new ToyPairs { Detached = true }, _images, _captions, new torch.Generator(1)));

        Assert.Contains("differentiable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_of_another_norm_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new Sga(_toy, new() { Epsilon = PixelBudget.L2(0.5), StepSize = PixelBudget.Of255(1) }));

        Assert.Contains("same norm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_without_captions_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new CoAttack(_toy).Perturb(_toy, _images, [["a"], []], new torch.Generator(1)));
        Assert.Throws<ArgumentException>(() => new CoAttack(_toy).Perturb(_toy, _images, [["a"], ["b"], []], new torch.Generator(1)));
    }

    [Theory, MemberData(nameof(Texts))]
    public void Texts_keep_their_budget_and_their_order(string name)
    {
        var attack = s_texts[name](_toy);

        var texts = attack.Perturb(_toy, ToyPairs.Captions, new torch.Generator(1));

        Assert.Equal(ToyPairs.Captions.Length, texts.Count);
        Assert.Contains(texts.Zip(ToyPairs.Captions), pair => pair.First != pair.Second);
        if (attack is BertAttack)
        {
            Assert.All(texts.Zip(ToyPairs.Captions), pair => Assert.InRange(Changed(pair.First, pair.Second), 0, attack.MaxChanges));
        }
    }

    [Theory, MemberData(nameof(Texts))]
    public void Texts_are_the_same_for_the_same_seed_and_leave_nothing_alive(string name)
    {
        var attack = s_texts[name](_toy);
        using var random = new torch.Generator(3);
        var first = attack.Perturb(_toy, ToyPairs.Captions, random);
        var before = TensorCount.Now();

        random.manual_seed(3);
        var second = attack.Perturb(_toy, ToyPairs.Captions, random);

        Assert.Equal(before, MemoryInfo.Now().LiveTensors);
        Assert.Equal(first, second);
    }

    [Theory, MemberData(nameof(Texts))]
    public void Texts_without_a_word_to_change_stay(string name)
    {
        string[] texts = ["", "in the", "... !"];

        Assert.Equal(texts, s_texts[name](_toy).Perturb(_toy, texts, new torch.Generator(1)));
    }

    [Theory, MemberData(nameof(Texts))]
    public void Texts_report_progress_and_stop_when_interrupted(string name)
    {
        var shares = new List<double>();
        s_texts[name](_toy).Perturb(_toy, ToyPairs.Captions, new torch.Generator(1), shares.Add);
        Assert.Equal(1, shares[^1], 9);
        Assert.Equal(shares.Order(), shares);

        Interruption.Request();
        Assert.Throws<OperationCanceledException>(() => s_texts[name](_toy).Perturb(_toy, ToyPairs.Captions, new torch.Generator(1)));
    }

    [Fact]
    public void A_language_model_of_numbers_that_are_none_is_refused_by_name()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new BertAttack(new ToyPairs { BrokenLanguage = true }).Perturb(_toy, ToyPairs.Captions, new torch.Generator(1)));

        Assert.Contains("language model's logits hold NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Punctuation_and_capitals_stay()
    {
        string[] texts = ["Subtle haze.", "Large effusion, in the left lung. Impression: nodule."];

        var attacked = new BertAttack(_toy).Perturb(_toy, texts, new torch.Generator(1));

        Assert.NotEqual(texts[1], attacked[1]);
        Assert.All(attacked.Zip(texts), pair => Assert.Equal(pair.Second.Where(letter => !char.IsLower(letter)).Count(), pair.First.Where(letter => !char.IsLower(letter)).Count()));
        Assert.All(attacked, text => Assert.True(char.IsUpper(text[0]) && text.EndsWith('.')));
    }

    private static int Changed(string first, string second) => first.Split(' ').Length == second.Split(' ').Length
        ? first.Split(' ').Zip(second.Split(' ')).Count(pair => pair.First != pair.Second)
        : int.MaxValue;

    private torch.Tensor Similarity(torch.Tensor images, IReadOnlyList<IReadOnlyList<string>> captions)
    {
        using var scope = torch.NewDisposeScope();
        return (_toy.EmbedImages(images) * PairBatch.Of(images, captions).SumByImage(_toy.EmbedTexts([.. captions.SelectMany(own => own)]))).sum(1).MoveToOuterDisposeScope();
    }
}
