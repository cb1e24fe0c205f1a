using RobustVlm.Data.Worlds;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public sealed class SdfLatticeTests
{
    [Fact]
    public void Cell_numbers_are_spread_evenly_and_neighbours_are_unlike()
    {
        using var scope = NewDisposeScope();
        var axis = arange(-20, 20, dtype: ScalarType.Float32);

        var numbers = Sdf.CellNumber(axis.view(1, 1, -1), axis.view(1, -1, 1), full([8, 1, 1], 5.0) + arange(8, dtype: ScalarType.Float32).view(-1, 1, 1));

        Assert.InRange(numbers.min().item<float>(), 0, 0.05f);
        Assert.InRange(numbers.max().item<float>(), 0.95f, 0.9999f);
        Assert.InRange(numbers.mean().item<float>(), 0.45f, 0.55f);
        Assert.InRange(numbers.std().item<float>(), 0.26f, 0.32f);
        var pairs = (numbers.narrow(2, 0, 39) - 0.5) * (numbers.narrow(2, 1, 39) - 0.5);
        Assert.InRange(pairs.mean().item<float>() * 12, -0.2f, 0.2f);
    }

    [Fact]
    public void Without_jitter_the_nearest_point_is_the_lattice_point()
    {
        using var scope = NewDisposeScope();
        var x = tensor([0.1f, 2.4f, -3.2f]).view(1, 1, -1);
        var y = tensor([0f, 1f, -1f]).view(1, 1, -1);

        var (first, second, _) = Sdf.Cells(x, y, zeros([1, 1, 1]), ones([1, 1, 1]));

        Assert.Equal([0.1f, 0.4f, 0.2f], first.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal([0.9f, 0.6f, 0.8f], second.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void A_curve_passes_through_its_points_and_bends_between_them()
    {
        using var scope = NewDisposeScope();
        (double X, double Y)[] points = [(-1, 0), (0, -1), (1, 0), (0, 1)];
        var x = tensor([-1f, 0f, 1f, 0f, 0.5f]).view(1, 1, -1);
        var y = tensor([0f, -1f, 0f, 1f, -0.5f]).view(1, 1, -1);

        var distance = Sdf.Curve(x, y, 0, points).data<float>().ToArray();

        Assert.All(distance[..4], at => Assert.InRange(at, -1e-4f, 1e-4f));
        Assert.InRange(distance[4], -0.4f, -0.05f);
    }
}
