using RobustVlm.Engine;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Nullspaces;

public sealed class NullspaceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly VisionTransformer _model = SmallVit.Random();
    private readonly Generator _random = new(3);

    public void Dispose()
    {
        _model.Dispose();
        _random.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void A_patch_with_more_numbers_than_a_token_has_that_many_unseen_dimensions()
    {
        using var nullspace = Nullspace.Of(_model);

        Assert.Equal((48, 16, 16, 32), (nullspace.Inputs, nullspace.Width, nullspace.Rank, nullspace.Dimension));
        Assert.Equal(16, nullspace.SingularValues.Count);
        Assert.Equal([48, 32], nullspace.Basis.shape);
    }

    [Fact]
    public void Basis_and_projector_belong_to_the_joint_weight_of_all_channels()
    {
        using var nullspace = Nullspace.Of(_model);
        var weight = _model.state_dict()["patch_embed.proj.weight"].to(ScalarType.Float64).flatten(1) / 0.5;

        var basis = nullspace.Basis;
        var projector = nullspace.Projector();

        Assert.InRange(weight.matmul(basis).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange((basis.t().matmul(basis) - eye(32, dtype: ScalarType.Float64)).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange((projector - basis.matmul(basis.t())).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange((projector.matmul(projector) - projector).abs().max().item<double>(), 0, 1e-12);
    }

    [Fact]
    public void Unseen_noise_of_any_strength_leaves_the_logits_and_permuted_noise_does_not()
    {
        using var nullspace = Nullspace.Of(_model);
        var images = SmallVit.Images(20);
        foreach (var deviation in new[] { 0.1, 0.5, 2 })
        {
            var noise = nullspace.Noise([1, 3, 16, 16], deviation, _random);
            var unseen = EncoderNoiseEffect.OfPixels(_model, images, noise);
            var seen = EncoderNoiseEffect.OfPixels(_model, images, EncoderNoise.Permuted(noise, _random));

            Assert.Equal(deviation, noise.square().mean().sqrt().item<float>(), 1e-5);
            Assert.Equal(1, unseen.Agreement);
            Assert.InRange(unseen.LargestLogitChange / unseen.LogitScale, 0, 1e-3);
            Assert.True(seen.LargestLogitChange > 100 * unseen.LargestLogitChange);
        }
    }

    [Fact]
    public void Sums_and_multiples_of_unseen_noise_are_unseen()
    {
        using var nullspace = Nullspace.Of(_model);
        var images = SmallVit.Images(8);
        var (first, second) = (nullspace.Noise([1, 3, 16, 16], 0.5, _random), nullspace.Noise([1, 3, 16, 16], 0.5, _random));

        foreach (var noise in new[] { first + second, 3 * first, (0.3 * first) - (0.7 * second) })
        {
            var effect = EncoderNoiseEffect.OfPixels(_model, images, noise);
            Assert.InRange(effect.LargestLogitChange / effect.LogitScale, 0, 1e-3);
        }
    }

    [Fact]
    public void Pixels_are_those_before_the_models_own_normalisation()
    {
        using var random = new Generator(5);
        using var model = new VisionTransformer(SmallVit.Sizes with { PixelMean = ChannelValues.ImageNetMean, PixelDeviation = new ChannelValues(0.1, 0.5, 1) }, random);
        model.eval();
        using var nullspace = Nullspace.Of(model);

        var effect = EncoderNoiseEffect.OfPixels(model, SmallVit.Images(8), nullspace.Noise([1, 3, 16, 16], 1, _random));

        Assert.InRange(effect.LargestLogitChange / effect.LogitScale, 0, 1e-3);
    }

    [Fact]
    public void A_watermark_is_the_nearest_unseen_picture_and_clipping_makes_it_seen()
    {
        using var nullspace = Nullspace.Of(_model);
        var images = SmallVit.Images(8);
        var picture = SmallVit.Images(1, seed: 9);

        var marked = nullspace.Watermark(images, picture, 20);

        var change = marked - images;
        var left = picture - nullspace.Project(picture);
        Assert.InRange((left * nullspace.Project(picture)).sum().abs().item<float>(), 0, 1e-3);
        Assert.True(change.abs().max().item<float>() > 1);
        using var noGradient = no_grad();
        Assert.InRange((_model.call(marked) - _model.call(images)).abs().max().item<float>(), 0, 1e-4);
        Assert.True((_model.call(marked.clamp(0, 1)) - _model.call(images)).abs().max().item<float>() > 1e-3);
    }

    [Theory]
    [InlineData("patch_embed.proj.weight")]
    [InlineData("visual.conv1.weight")]
    [InlineData("vision_model.embeddings.patch_embedding.weight")]
    [InlineData("vit.embeddings.patch_embeddings.projection.weight")]
    [InlineData("conv_proj.weight")]
    public void Files_of_the_usual_kinds_are_read_by_the_name_of_their_patch_embedding(string name)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
        try
        {
            Safetensors.Write(path, new Dictionary<string, Tensor> { [name] = randn([6, 3, 4, 4], generator: _random), ["head.weight"] = zeros(2, 2), ["visual.positional_embedding"] = zeros(2, 2) });

            using var nullspace = Nullspace.OfFile(path);

            Assert.Equal((6, 42), (nullspace.Rank, nullspace.Dimension));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("layer1.conv1.bias")]
    [InlineData("conv1.weight")]           // torchvision's ResNet
    [InlineData("visual.conv1.weight")]    // OpenAI's ResNet
    public void A_file_without_a_patch_embedding_is_refused_with_a_sentence(string name)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
        try
        {
            Safetensors.Write(path, new Dictionary<string, Tensor> { [name] = name.EndsWith("bias", StringComparison.Ordinal) ? zeros(2) : randn([6, 3, 7, 7], generator: _random) });

            Assert.Contains("OfWeight", Assert.Throws<ArgumentException>(() => Nullspace.OfFile(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Repeated_rows_lower_the_rank_and_nearly_repeated_ones_only_at_a_tolerance()
    {
        var weight = randn([60, 3, 4, 4], generator: _random);
        using var full = Nullspace.OfWeight(weight);
        using var repeated = Nullspace.OfWeight(cat([weight.narrow(0, 0, 20), weight.narrow(0, 0, 20)], 0));
        using var nearly = Nullspace.OfWeight(cat([weight.narrow(0, 0, 20), weight.narrow(0, 0, 20) + (1e-3 * weight.narrow(0, 20, 20))], 0));

        Assert.Equal(0, full.Dimension);
        Assert.Equal(28, repeated.Dimension);
        Assert.Equal((8, 28), (nearly.Dimension, nearly.DimensionAt(0.02)));
        Assert.Contains("no nullspace", Assert.Throws<InvalidOperationException>(() => full.Noise([1, 3, 4, 4], 1, _random)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_standard_transformers_counts_dimensions()
    {
        var table = GenericNullspace.Standard.ToDictionary(entry => entry.Model);

        Assert.Equal((576, 384, 0, 0), (table["ViT-Ti/16"].Dimension, table["ViT-S/16"].Dimension, table["ViT-B/16"].Dimension, table["ViT-L/16"].Dimension));
        Assert.Equal((2688, 2304, 2048), (table["ViT-S/32"].Dimension, table["ViT-B/32"].Dimension, table["ViT-L/32"].Dimension));
        Assert.Equal((0, 0, 0, 2304), (table["ViT-H/14"].Dimension, table["Swin-T"].Dimension, table["CLIP ViT-L/14"].Dimension, table["CLIP ViT-B/32"].Dimension));
        Assert.Equal(2304 * 49, table["ViT-B/32"].ImageDimension);
        Assert.Equal(table["ViT-B/32"].Dimension, GenericNullspace.Of("B/32", VisionTransformerOptions.ViTB32).Dimension);
    }

    [Fact]
    public void The_image_encoder_of_clip_has_one_too()
    {
        using var random = new Generator(1);
        using var model = new ClipVisionTransformer(new ClipVisionOptions { ImageSize = 16, PatchSize = 8, Channels = 3, Width = 32, Depth = 1, Heads = 2 }, 8, random);
        using var nullspace = Nullspace.Of(model);
        var images = SmallVit.Images(4);
        using var noGradient = no_grad();

        Assert.Equal(160, nullspace.Dimension);
        Assert.InRange((model.call(nullspace.Watermark(images, SmallVit.Images(1, 4), 10)) - model.call(images)).abs().max().item<float>(), 0, 1e-4);
    }
}
