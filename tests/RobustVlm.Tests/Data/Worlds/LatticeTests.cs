using RobustVlm.Data.Worlds;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public class LatticeTests
{
    private const int Side = 40;

    [Fact]
    public void All_points_of_a_cell_share_its_number()
    {
        using var scope = NewDisposeScope();
        var inner = (arange(Side, dtype: ScalarType.Float32) - Side / 2).view(1, 1, -1);
        var seed = tensor([0.3f], [1, 1, 1]);
        var centres = new Lattice(inner, inner.transpose(1, 2), 1, 1, seed).Uniform();
        var beside = new Lattice(inner + 0.4, inner.transpose(1, 2) - 0.4, 1, 1, seed).Uniform();
        Assert.Equal(0, (centres - beside).abs().max().item<float>());
    }

    [Fact]
    public void Numbers_of_cells_are_spread_evenly_and_differ_between_calls_neighbours_and_seeds()
    {
        using var scope = NewDisposeScope();
        var x = arange(Side, dtype: ScalarType.Float32).view(1, 1, -1);
        var grid = new Lattice(x, x.transpose(1, 2), 1, 1, tensor([0.1f, 0.9f], [2, 1, 1]));
        var (first, second) = (grid.Uniform(), grid.Uniform());
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var share = first.ge(tenth / 10.0).logical_and(first.lt((tenth + 1) / 10.0)).to(ScalarType.Float32).mean().item<float>();
            Assert.InRange(share, 0.075, 0.125);
        }

        Assert.InRange(Correlation(first, second), -0.08, 0.08);
        Assert.InRange(Correlation(first[0], first[1]), -0.1, 0.1);
        Assert.InRange(Correlation(first.narrow(2, 1, Side - 1), first.narrow(2, 0, Side - 1)), -0.1, 0.1);
        Assert.InRange(Correlation(first.narrow(1, 1, Side - 1), first.narrow(1, 0, Side - 1)), -0.1, 0.1);
    }

    [Fact]
    public void Coordinates_start_in_the_middle_of_each_cell()
    {
        using var scope = NewDisposeScope();
        var x = tensor([-0.5f, 0.2f, 0.6f, 2.1f], [1, 1, 4]);
        var grid = new Lattice(x, zeros([1, 1, 1]), 0.5, 1, zeros([1, 1, 1]));
        Assert.Equal([0f, 0.2f, 0.1f, 0.1f], grid.X.data<float>().Select(value => MathF.Round(value, 5)));
        Assert.Equal([-1f, 0f, 1f, 4f], grid.Column.data<float>());
    }

    private static double Correlation(Tensor first, Tensor second)
    {
        var (a, b) = (first - first.mean(), second - second.mean());
        return ((a * b).mean() / (a.square().mean() * b.square().mean()).sqrt()).item<float>();
    }
}
