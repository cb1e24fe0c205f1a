using RobustVlm.Data.Worlds.Families;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public sealed class DigitsTests
{
    [Fact]
    public void Pictures_of_any_size_are_scaled_from_24_pixels()
    {
        using var scope = NewDisposeScope();
        var digits = new Digits();
        var labels = arange(10, dtype: ScalarType.Int64);

        using var small = digits.Render(labels, 24, new Generator(5));
        using var large = digits.Render(labels, 60, new Generator(5));

        Assert.Equal(24, digits.NativeSize);
        var scaled = nn.functional.interpolate(small.Images, [60, 60], mode: InterpolationMode.Bilinear, align_corners: false);
        Assert.InRange((scaled - large.Images).abs().max().item<float>(), 0, 1e-5f);
    }
}
