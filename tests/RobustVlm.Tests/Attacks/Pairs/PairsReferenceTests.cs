using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Attacks.Pairs;
using RobustVlm.Attacks.Text;
using RobustVlm.Engine;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks.Pairs;

/// <summary>Agreement with the code of Co-Attack and SGA, in float64.</summary>
/// <remarks>
/// pairs-reference.json was made by PyTorch 1.13.1 from adversarial-for-goodness/Co-Attack (96f2c0e: <c>ImageAttacker.run_trades</c>,
/// <c>MultiModalAttacker.run_before_fusion</c> with adv 4, <c>BertAttack.attack</c>, <c>get_important_scores</c>, <c>get_substitues</c>) and
/// Zoky-2020/SGA (f49e692: <c>txt_guided_attack</c>, <c>get_scaled_imgs</c>, <c>img_guided_attack</c>, <c>attack</c>) on the encoders of
/// <see cref="ToyPairs"/>. Stubs: torchvision's resize by PyTorch's bicubic interpolation without antialiasing, as it was for tensors then;
/// transformers, scipy and matplotlib empty. Random starts and noise are given. Candidates of two words are taken out of
/// <c>get_bpe_substitues</c>, since ours are single words. "correct" has the language model's rows shifted to their words.
/// </remarks>
public sealed class PairsReferenceTests : IDisposable
{
    private const int Count = 3;

    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Attacks", "Pairs", "pairs-reference.json"))).RootElement;

    private readonly ToyPairs _toy = new();
    private readonly torch.Generator _random = new(1);

    public void Dispose() => _random.Dispose();

    [Theory]
    [InlineData("correct", false)]
    [InlineData("offByOne", true)]
    public void Bert_attack_changes_the_same_words(string part, bool offByOne)
    {
        var one = new BertAttack(_toy, new() { ReproduceOffByOne = offByOne });
        var two = new BertAttack(_toy, new() { ReproduceOffByOne = offByOne, Candidates = 4, MaxChanges = 2, Threshold = 1.5 });

        Assert.Equal(Texts(part, "bertAttack"), one.Perturb(_toy, ToyPairs.Captions, _random));
        Assert.Equal(Texts(part, "bertAttackTwo"), two.Perturb(_toy, ToyPairs.Captions, _random));
        Assert.Equal(Texts(part, "sgaAttack"), one.Perturb(_toy, ToyPairs.Captions, _random));
    }

    [Theory]
    [InlineData("correct", false)]
    [InlineData("offByOne", true)]
    public void Sga_changes_the_same_words(string part, bool offByOne)
    {
        using var scope = torch.NewDisposeScope();
        var guides = _toy.EmbedImages(ToyPairs.Images(Count)).index_select(0, torch.tensor(new long[] { 0, 0, 1, 1, 2, 2 }));

        var texts = new WordSubstitution(_toy, new() { ReproduceOffByOne = offByOne }).Attack(_toy, ToyPairs.Captions, guides, null);

        Assert.Equal(Texts(part, "sga"), texts);
    }

    [Fact]
    public void Words_are_as_important()
    {
        using var scope = torch.NewDisposeScope();

        var importance = new WordSubstitution(_toy, new()).Importance(_toy, [.. ToyPairs.Captions.Select(CaptionWords.Of)]);

        Assert.All(importance.Zip(s_reference.GetProperty("importance").EnumerateArray()), pair => AssertClose(Numbers(pair.Second), pair.First, 1e-12));
    }

    [Fact]
    public void The_language_model_proposes_the_same_words()
    {
        var expected = s_reference.GetProperty("candidates").EnumerateArray().ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            var words = CaptionWords.Of(ToyPairs.Captions[i]);
            var candidates = new WordCandidates(_toy, words, count: 10, threshold: 0.3, offByOne: false);
            for (var k = 0; k < words.Words.Count; k++)
            {
                var theirs = expected[i][k].EnumerateArray().Select(text => text.GetString() ?? "");
                Assert.Equal(WordSubstitution.Allowed(words.Words[k], theirs), WordSubstitution.Allowed(words.Words[k], candidates.Of(k)));
            }
        }
    }

    [Fact]
    public void Sep_attack_climbs_the_same_way()
    {
        using var scope = torch.NewDisposeScope();
        var images = ToyPairs.Images(Count);
        var score = SepAttack.Score(_toy, images);
        var (way, climbed) = Follow(images, StartOfCoAttack(images), score, step => PixelAscent.Run(
            images, StartOfCoAttack(images), new Ascent(PixelBudget.Of255(2), 0.25 / 255, 10), score, null, afterStep: step));

        AssertClose(Numbers(s_reference.GetProperty("sep").GetProperty("losses")), way, 1e-10);
        AssertClose(Numbers(s_reference.GetProperty("sep").GetProperty("images")), climbed, 1e-12);
    }

    [Fact]
    public void Co_attack_climbs_the_same_way()
    {
        using var scope = torch.NewDisposeScope();
        var images = ToyPairs.Images(Count);
        string[] texts = [ToyPairs.Captions[1], ToyPairs.Captions[2], ToyPairs.Captions[5]];
        var clean = _toy.EmbedImages(images);
        var captions = _toy.EmbedTexts(texts);
        var batch = PairBatch.Of(images, [.. texts.Select(text => new[] { text })]);
        var attack = new CoAttack(_toy);
        var (way, climbed) = Follow(
            images,
            StartOfCoAttack(images),
            pixels => torch.stack([EmbeddingMath.Divergence(clean, _toy.EmbedImages(pixels)).sum(), EmbeddingMath.Divergence(captions, _toy.EmbedImages(pixels)).sum()], 0),
            step => attack.Climb(_toy, batch, texts, StartOfCoAttack(images), afterStep: step),
            sum: false);

        var expected = s_reference.GetProperty("coAttack").GetProperty("losses").EnumerateArray().SelectMany(pair => Numbers(pair)).ToArray();
        AssertClose(expected, way, 1e-10);
        AssertClose(Numbers(s_reference.GetProperty("coAttack").GetProperty("images")), climbed, 1e-12);
    }

    [Fact]
    public void Sga_climbs_the_same_way()
    {
        using var scope = torch.NewDisposeScope();
        var images = ToyPairs.Images(Count);
        string[] texts = [.. new[] { 0, 1, 2, 3, 5, 1 }.Select(i => ToyPairs.Captions[i])];
        var batch = PairBatch.Of(images, [texts[..2], texts[2..3], texts[3..]]);
        var attack = new Sga(_toy);
        var (sums, copies) = (batch.SumByImage(_toy.EmbedTexts(texts)), 0);
        var start = StartOfSga(images);
        var (way, climbed) = Follow(
            images,
            start,
            pixels => Sga.Distance(_toy.EmbedImages(pixels), sums).sum().view(1),
            step => attack.Climb(_toy, batch, texts, start, () => NoiseOfSga(copies++), afterStep: step),
            sum: false);

        AssertClose([.. s_reference.GetProperty("sga").GetProperty("losses").EnumerateArray().Select(row => row[0].GetDouble())], way, 1e-10);
        AssertClose(Numbers(s_reference.GetProperty("sga").GetProperty("images")), climbed, 1e-12);
        Assert.Equal(40, copies);
    }

    [Fact]
    public void Sga_makes_the_same_copies()
    {
        using var scope = torch.NewDisposeScope();
        var copies = 0;

        var made = Sga.Copies(StartOfSga(ToyPairs.Images(Count)), () => NoiseOfSga(copies++));

        AssertClose(Numbers(s_reference.GetProperty("sga").GetProperty("copies")), made.view(5, -1).square().sum(1).sqrt().Values<double>(), 1e-12);
        AssertClose(Numbers(s_reference.GetProperty("sga").GetProperty("copy")), made[2 * Count].flatten().Values<double>(), 1e-12);
    }

    [Fact]
    public void Divergence_has_the_published_direction()
    {
        using var scope = torch.NewDisposeScope();
        var (original, changed) = (torch.tensor(new[,] { { 1, 0, -1, 0.5 } }), torch.tensor(new[,] { { 0.5, 0.2, -0.3, 0.9 } }));

        Assert.Equal(0.0991029306448853, EmbeddingMath.Divergence(original, changed).item<double>(), 14);
        Assert.Equal(0.0950547463328857, EmbeddingMath.Divergence(changed, original).item<double>(), 14);
    }

    [Fact]
    public void The_image_loss_of_sga_sums_captions_and_averages_images()
    {
        // Similarity rows (.2, .4, .9) and (.1, .3, .5); the first two captions are of the first image.
        using var scope = torch.NewDisposeScope();
        var images = torch.eye(2, dtype: torch.ScalarType.Float64);
        var captions = torch.tensor(new[,] { { 0.2, 0.1 }, { 0.4, 0.3 }, { 0.9, 0.5 } });
        var batch = PairBatch.Of(torch.zeros([2, 1, 1, 1]), [["a", "b"], ["c"]]);

        Assert.Equal(-0.55, Sga.Distance(images, batch.SumByImage(captions)).mean().item<double>(), 14);
    }

    private static torch.Tensor StartOfCoAttack(torch.Tensor images)
    {
        var change = (FormulaWeights.Noise("start", images.numel()).view(images.shape) + 1) / 2 * (2 / 255.0);
        change[0, 0, 0].narrow(0, 0, 4).zero_();
        return images + change;
    }

    // The code draws in float64 and goes on in float32.
    private static torch.Tensor StartOfSga(torch.Tensor images) => (images + InFloat32(FormulaWeights.Noise("start", images.numel()).view(images.shape) * (2 / 255.0))).clamp(0, 1);

    private static torch.Tensor NoiseOfSga(int copy) => InFloat32(FormulaWeights.Noise($"noise.{copy}", Count * ToyPairs.Size * ToyPairs.Size).view(Count, 1, ToyPairs.Size, ToyPairs.Size) * 0.05);

    private static torch.Tensor InFloat32(torch.Tensor values) => values.to(torch.ScalarType.Float32).to(torch.ScalarType.Float64);

    // The losses at the start and after each step but the last, as the code sees them, and the last point.
    private static (double[] Losses, double[] Last) Follow(
        torch.Tensor images, torch.Tensor start, Func<torch.Tensor, torch.Tensor> losses, Func<Action<torch.Tensor>, torch.Tensor> climb, bool sum = true)
    {
        var (values, steps, last) = (new List<double>(), 0, Array.Empty<double>());
        Add(start);
        climb(points =>
        {
            if (++steps < 10)
            {
                Add(points);
            }

            last = points.flatten().Values<double>();
            Assert.True((points - images).abs().max().item<double>() < (2 / 255.0) + 1e-12);
        });
        return ([.. values], last);

        void Add(torch.Tensor points)
        {
            using var noGradient = torch.no_grad();
            values.AddRange((sum ? losses(points).sum().view(1) : losses(points)).Values<double>());
        }
    }

    private static string[] Texts(string part, string name) => [.. s_reference.GetProperty(part).GetProperty(name).EnumerateArray().Select(text => text.GetString() ?? "")];

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - tolerance, pair.First + tolerance));
    }
}
