using System.Text.Json;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.FrozenBackbones;

/// <summary>The module, its losses and its decoder give what the released classes give, in float64.</summary>
/// <remarks>
/// adaptor-reference.json was made by PyTorch 1.13 with float64 as its default type, from holajoa/Adaptor-VL-SSL at 2414548: Adaptor with all it is made of
/// (models/adaptor.py), get_dice (models/segmenter.py), ViTDecoder (models/seg_models.py) and MixedLoss (MGCA/mgca/utils/segmentation_loss.py), taken out of their files
/// without these files' imports. Stubs: LightningModule is nn.Module, CLIPOutput a record. Embeddings are 10 and 14 wide, the common space 24 with the fixed 12 heads
/// and hidden layers of 2048. Weights and inputs are <see cref="FormulaWeights"/>; models were in evaluation mode. For each weight the length of its gradient and its
/// first four numbers are stored; of masks the mean, the mean square and some pixels.
/// </remarks>
public sealed class AdaptorReferenceTests : IDisposable
{
    private const double Tolerance = 1e-9;

    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Methods", "FrozenBackbones", "adaptor-reference.json"))).RootElement;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Embeddings_similarities_loss_and_gradients_are_the_published_ones(int layers)
    {
        var expected = s_reference.GetProperty($"layers{layers}");
        var adaptor = Make(new AdaptorOptions { Layers = layers });

        var (images, texts) = adaptor.call(Images, Texts);
        var similarities = adaptor.Similarities(images, texts);
        var loss = AdaptorLoss.Compute(similarities);
        loss.backward();

        AssertNear(expected.GetProperty("images"), images);
        AssertNear(expected.GetProperty("texts"), texts);
        AssertNear(expected.GetProperty("similarities"), similarities);
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.item<double>(), Tolerance);
        var gradients = expected.GetProperty("gradients");
        Assert.Equal(gradients.EnumerateObject().Select(entry => entry.Name).Order(), adaptor.named_parameters().Select(weight => weight.name).Order());
        foreach (var (name, weight) in adaptor.named_parameters())
        {
            var actual = weight.grad ?? throw new InvalidOperationException(name);
            AssertNear(gradients.GetProperty(name), cat([actual.norm().view(1), actual.flatten().narrow(0, 0, Math.Min(4, actual.numel()))], 0));
        }
    }

    [Fact]
    public void Images_alone_attend_across_the_batch_only_when_the_published_behaviour_is_asked_for()
    {
        var expected = s_reference.GetProperty("layers2").GetProperty("batch");

        AssertNear(expected, Make(new AdaptorOptions { OfficialBatchAttention = true }).EmbedImages(Images));
        var own = Make(new AdaptorOptions()).EmbedImages(Images);
        Assert.True((own.flatten() - Numbers(expected)).abs().max().item<double>() > 0.01);
    }

    [Fact]
    public void Tokens_of_images_attend_to_each_other() =>
        AssertNear(s_reference.GetProperty("layers2").GetProperty("tokens"), Make(new AdaptorOptions()).EmbedImages(FormulaWeights.Noise("tokens", 5 * 3 * 10).view(5, 3, 10)));

    [Theory, InlineData("768"), InlineData("384"), InlineData("512")]
    public void Weights_are_as_many_as_published(string width) => Assert.Equal(
        s_reference.GetProperty("parameters").GetProperty(width).GetInt64(),
        new AdaptorOptions { ImageWidth = int.Parse(width, System.Globalization.CultureInfo.InvariantCulture) }.CountParameters());

    [Theory, InlineData(DiceTerm.Modified), InlineData(DiceTerm.Original)]
    public void Segmentation_losses_and_their_gradients_are_the_published_ones(DiceTerm term)
    {
        var logits = Logits.clone().requires_grad_();

        var loss = SegmentationLoss.Compute(logits, Masks, term);
        loss.backward();

        AssertNear(s_reference.GetProperty("segmentation").GetProperty(term.ToString()), cat([loss.detach().view(1), logits.grad!.flatten().narrow(0, 0, 6)], 0));
        Assert.Equal(s_reference.GetProperty("segmentation").GetProperty("Focal").GetDouble(), SegmentationLoss.Focal(Logits, Masks).item<double>(), Tolerance);
    }

    [Fact]
    public void Dice_is_the_published_one_and_a_blank_prediction_scores_the_share_of_empty_masks()
    {
        var expected = s_reference.GetProperty("dice");

        var result = Dice.Of((Logits - 2).sigmoid(), Masks);

        Assert.Equal(expected.GetProperty("value").GetDouble(), result.Official, 6);   // the published metric rounds to float32
        Assert.Equal(expected.GetProperty("blank").GetDouble(), result.BlankPredictor, 6);
        Assert.Equal(result.BlankPredictor, Dice.Of(zeros_like(Masks), Masks).Official, 12);
    }

    [Theory, InlineData(224, 16), InlineData(896, 64)]
    public void Masks_are_the_published_ones(int size, int grid)
    {
        using var noGradient = no_grad();
        var expected = s_reference.GetProperty($"decoder{size}");
        var decoder = new TokenDecoder(new TokenDecoderOptions { InputWidth = 8, Grid = grid, ImageSize = size, Widths = "6,5,4,3" }, new Generator(1));
        decoder.to(ScalarType.Float64);
        Fill(decoder);
        decoder.eval();

        var masks = decoder.call(FormulaWeights.Noise("tokens", 2L * grid * grid * 8).view(2, grid * grid, 8));

        Assert.Equal([.. expected.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())], masks.shape);
        Assert.Equal(expected.GetProperty("mean").GetDouble(), masks.mean().item<double>(), Tolerance);
        Assert.Equal(expected.GetProperty("square").GetDouble(), masks.square().mean().item<double>(), Tolerance);
        AssertNear(expected.GetProperty("corner"), masks[1, 0].narrow(0, 0, 2).narrow(1, 0, 3));
        AssertNear(expected.GetProperty("middle"), masks[0, 0, size / 2].narrow(0, size / 3, 5));
    }

    [Fact]
    public void The_published_decoder_has_as_many_weights() => Assert.Equal(
        s_reference.GetProperty("decoderParameters").GetInt64(), new TokenDecoder(new TokenDecoderOptions(), new Generator(1)).parameters().Sum(weight => weight.numel()));

    private static Tensor Images => FormulaWeights.Noise("images", 5 * 10).view(5, 10);

    private static Tensor Texts => FormulaWeights.Noise("texts", 5 * 14).view(5, 14);

    private static Tensor Logits => 3 * FormulaWeights.Noise("logits", 3 * 64).view(3, 8, 8);

    private static Tensor Masks
    {
        get
        {
            var masks = FormulaWeights.Noise("masks", 3 * 64).view(3, 8, 8).gt(0.4).to(ScalarType.Float64);
            masks[1].zero_();
            return masks;
        }
    }

    private static Adaptor Make(AdaptorOptions options)
    {
        var adaptor = new Adaptor(options with { ImageWidth = 10, TextWidth = 14, Width = 24 }, new Generator(1));
        adaptor.to(ScalarType.Float64);
        Fill(adaptor);
        adaptor.eval();
        return adaptor;
    }

    private static void Fill(nn.Module module)
    {
        using var noGradient = no_grad();
        foreach (var (name, weight) in module.named_parameters())
        {
            weight.copy_(FormulaWeights.Weight(name, weight.shape));
        }
    }

    private static Tensor Numbers(JsonElement numbers) => tensor(numbers.EnumerateArray().Select(number => number.GetDouble()).ToArray(), dtype: ScalarType.Float64);

    private static void AssertNear(JsonElement expected, Tensor actual)
    {
        var numbers = actual.flatten().Values<double>();
        Assert.Equal(expected.GetArrayLength(), numbers.Length);
        Assert.All(expected.EnumerateArray().Zip(numbers), pair => Assert.InRange(Math.Abs(pair.First.GetDouble() - pair.Second), 0, Tolerance * (1 + Math.Abs(pair.Second))));
    }
}
