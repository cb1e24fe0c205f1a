using RobustVlm.Data;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Data;

public sealed class AugmentationTests
{
    private static readonly AugmentationOptions s_none = new() { LeastCrop = 1, Rotation = 0, Brightness = 0, Contrast = 0, Noise = 0 };

    [Fact]
    public void Without_any_change_the_images_stay()
    {
        using var scope = torch.NewDisposeScope();
        var images = Pictures();

        var same = new Augmentation(s_none).Apply(images, new torch.Generator(1));

        Assert.True(same.allclose(images, 1e-5, 1e-5));
    }

    [Fact]
    public void Mirrors_about_every_second_image_exactly()
    {
        using var scope = torch.NewDisposeScope();
        var images = Pictures(200);

        var mirrored = new Augmentation(s_none with { Mirror = true }).Apply(images, new torch.Generator(1));

        var flipped = (mirrored - images.flip(3)).abs().amax(1, 2, 3).lt(1e-4);
        var kept = (mirrored - images).abs().amax(1, 2, 3).lt(1e-4);
        Assert.Equal(200, flipped.logical_or(kept).sum().item<long>());
        Assert.InRange(flipped.sum().item<long>(), 70, 130);
    }

    [Fact]
    public void Quarter_turns_move_the_bright_corner()
    {
        using var scope = torch.NewDisposeScope();
        var images = torch.zeros([100, 1, 32, 32]);
        images.narrow(2, 0, 8).narrow(3, 0, 8).fill_(1);

        var turned = new Augmentation(s_none with { Rotation = 180 }).Apply(images, new torch.Generator(1));

        var corner = turned.narrow(2, 24, 8).narrow(3, 24, 8).mean([1, 2, 3]);
        Assert.True(corner.max().item<float>() > 0.8);   // some image is turned by about half a turn
    }

    [Fact]
    public void A_crop_shows_a_part_enlarged()
    {
        using var scope = torch.NewDisposeScope();
        var ramp = torch.linspace(0, 1, 32).view(1, 1, 1, 32).expand(100, 1, 32, 32).contiguous();

        var cropped = new Augmentation(s_none with { LeastCrop = 0.5 }).Apply(ramp, new torch.Generator(1));

        var range = cropped.amax(1, 2, 3) - cropped.amin(1, 2, 3);
        Assert.InRange(range.min().item<float>(), 0.45, 0.6);
        Assert.InRange(range.max().item<float>(), 0.9, 1);
    }

    [Fact]
    public void Stays_in_range_and_differs_from_image_to_image_and_seed_to_seed()
    {
        using var scope = torch.NewDisposeScope();
        var images = Pictures(1).expand(8, 3, 32, 32).contiguous();
        var strong = new Augmentation(AugmentationOptions.TwoViews with { Colour = 0.2, Mirror = true });

        var first = strong.Apply(images, new torch.Generator(1));
        var again = strong.Apply(images, new torch.Generator(1));
        var other = strong.Apply(images, new torch.Generator(2));

        Assert.True(first.SameAs(again));
        Assert.False(first.SameAs(other));
        Assert.False(first[0].SameAs(first[1]));
        Assert.InRange(first.min().item<float>(), 0, 1);
        Assert.InRange(first.max().item<float>(), 0, 1);
    }

    [Fact]
    public void An_impossible_setting_is_named() =>
        Assert.Contains("LeastCrop", Assert.Throws<ArgumentOutOfRangeException>(() => new Augmentation(s_none with { LeastCrop = 0 })).Message, StringComparison.Ordinal);

    private static torch.Tensor Pictures(int count = 4) => torch.rand([count, 3, 32, 32], generator: new torch.Generator(9));
}
