using RobustVlm.Data.Worlds;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public class VariedTests
{
    [Theory]
    [InlineData(0.5, 0.0, 0.15)]
    [InlineData(0.5, 0.3, -0.15)]
    [InlineData(-1.0, 0.0, -0.85)]
    public void A_segment_is_as_far_from_a_point_as_its_nearest_place(double x, double y, double expected)
    {
        using var scope = NewDisposeScope();
        var distance = Varied.Segment(One(x), One(y), One(0), One(0), One(1), One(0), 0.3);
        Assert.Equal(expected, distance.item<float>(), 5);
    }

    [Fact]
    public void Every_sector_looks_like_the_first()
    {
        using var scope = NewDisposeScope();
        for (var sector = 0; sector < 5; sector++)
        {
            var angle = 0.3 + 0.1 + sector * 2 * Math.PI / 5;
            var (along, across) = Varied.Sector(One(0.7 * Math.Cos(angle)), One(0.7 * Math.Sin(angle)), One(5), One(0.3));
            Assert.Equal(0.7 * Math.Cos(0.1), along.item<float>(), 5);
            Assert.Equal(0.7 * Math.Sin(0.1), across.item<float>(), 5);
        }
    }

    private static Tensor One(double value) => full([1, 1, 1], value, dtype: ScalarType.Float32);
}
