using RobustVlm.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

public sealed class ClipInputTests
{
    private static readonly ClipOptions s_colour = TinyClip.Options with { Image = TinyClip.Options.Image with { Channels = 3, PixelMean = ChannelValues.ClipMean, PixelDeviation = ChannelValues.ClipDeviation } };

    [Fact]
    public void Pictures_of_the_models_size_pass_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var model = TinyClip.Create(seed: 1);
        var (images, _) = TinyClip.Pairs(seed: 2, count: 3);

        Assert.True(new ClipInput().Encoder(model)(images).SameAs(model.EncodeImage(images)));
    }

    [Fact]
    public void Others_are_scaled_by_a_cubic_inside_so_that_gradients_have_their_size()
    {
        using var scope = NewDisposeScope();
        var model = TinyClip.Create(seed: 1);
        var images = rand([3, 1, 11, 13], generator: new Generator(1)).requires_grad_();

        var embeddings = new ClipInput().Encoder(model)(images);
        var gradient = autograd.grad([embeddings.sum()], [images])[0];

        var scaled = nn.functional.interpolate(images, [16, 16], mode: InterpolationMode.Bicubic, align_corners: false);
        Assert.True(embeddings.SameAs(model.EncodeImage(scaled)));
        Assert.Equal([3, 1, 11, 13], gradient.shape);
        Assert.True(gradient.abs().max().item<float>() > 0);
    }

    [Fact]
    public void Another_normalisation_takes_the_place_of_the_models()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var model = new Clip(s_colour, new Generator(1));
        var other = new Clip(s_colour with { Image = s_colour.Image with { PixelMean = ChannelValues.ImageNetMean, PixelDeviation = ChannelValues.ImageNetDeviation } }, new Generator(1));
        var images = rand([3, 3, 16, 16], generator: new Generator(2));

        var embeddings = ClipInput.ImageNet.Encoder(model)(images);

        Assert.InRange((embeddings - other.EncodeImage(images)).abs().max().item<float>(), 0, 1e-5);
        Assert.True((embeddings - model.EncodeImage(images)).abs().max().item<float>() > 1e-3);
    }
}
