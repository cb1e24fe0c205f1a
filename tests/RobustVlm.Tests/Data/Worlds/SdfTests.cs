using RobustVlm.Data.Worlds;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

/// <summary>Distances against known values and against the nearest of many points of the outline.</summary>
public sealed class SdfTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(5, 2, -1)]
    [InlineData(4, 6, -2)]
    [InlineData(1, 5, 0)]
    public void Circle(double x, double y, double expected) =>
        Assert.Equal(expected, At(x, y, (u, v) => Sdf.Circle(u, v, 1, 2, 3)), 5);

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1.5, 0, 0.5)]
    [InlineData(3, 0, -1)]
    [InlineData(0, -4, -3)]
    [InlineData(5, 5, -5)]
    public void Box(double x, double y, double expected) =>
        Assert.Equal(expected, At(x, y, (u, v) => Sdf.Box(u, v, 0, 0, 2, 1)), 5);

    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(1.5, 0.5, 0.5)]
    [InlineData(4.5, 4.5, -4.5)]
    public void Box_with_round_corners(double x, double y, double expected) =>
        Assert.Equal(expected, At(x, y, (u, v) => Sdf.Box(u, v, 0, 0, 2, 1, 0.5)), 5);

    [Theory]
    [InlineData(2, 0, 0.5)]
    [InlineData(2, 1.5, -1)]
    [InlineData(7, 4, -4.5)]
    [InlineData(-3, 0, -2.5)]
    public void Segment(double x, double y, double expected) =>
        Assert.Equal(expected, At(x, y, (u, v) => Sdf.Segment(u, v, 0, 0, 4, 0, 1)), 5);

    [Theory]
    [InlineData(4, 2, 0.5)]
    [InlineData(2, 0, 0.5)]
    [InlineData(5, 5, -0.9142)]
    [InlineData(1, 1, -0.5)]
    public void Stroke(double x, double y, double expected) =>
        Assert.Equal(expected, At(x, y, (u, v) => Sdf.Stroke(u, v, 1, (0, 0), (4, 0), (4, 4))), 4);

    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(0, 3, 0)]
    [InlineData(0, 0, 2)]
    public void Ellipse_at_its_edge_and_middle(double x, double y, double expected) =>
        Assert.Equal(expected, At(x, y, (u, v) => Sdf.Ellipse(u, v, 0, 0, 2, 3)), 5);

    [Theory]
    [InlineData(0.5, 0.5, 0.5)]     // an L: the inner corner at (1, 1)
    [InlineData(2, 0.5, 0.5)]
    [InlineData(1.5, 1.5, -0.5)]
    [InlineData(3, 3, -2)]
    [InlineData(-1, 1, -1)]
    [InlineData(0.25, 2.5, 0.25)]
    public void Polygon_with_an_inner_corner(double x, double y, double expected) =>
        Assert.Equal(expected, At(x, y, (u, v) => Sdf.Polygon(u, v, (0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3))), 5);

    [Theory]
    [InlineData(3, 1, 0.5)]
    [InlineData(4, 0.9, 0.3)]
    [InlineData(5, 1, 0.42)]
    [InlineData(5, 1, 0.809)]
    [InlineData(9, 0.8, 0.7)]
    public void Star_is_the_polygon_of_its_corners(int points, double radius, double inner)
    {
        var (x, y) = Grid(1.4);
        (double X, double Y) Corner(int i)
        {
            var (angle, length) = (Math.PI * i / points, i % 2 == 0 ? radius : inner);
            return (length * Math.Sin(angle), -length * Math.Cos(angle));
        }

        var corners = Enumerable.Range(0, 2 * points).Select(Corner).ToArray();

        AssertNear(Sdf.Polygon(x, y, corners), Sdf.Star(x, y, points, radius, inner), 1e-5);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public void Regular_polygon_is_the_polygon_of_its_corners(int corners)
    {
        var (x, y) = Grid(1.4);
        var points = Enumerable.Range(0, corners).Select(i => (0.8 * Math.Sin(2 * Math.PI * i / corners), -0.8 * Math.Cos(2 * Math.PI * i / corners))).ToArray();

        AssertNear(Sdf.Polygon(x, y, points), Sdf.Regular(x, y, corners, 0.8), 1e-5);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(-0.5, 0.1)]
    [InlineData(1, 2)]
    [InlineData(0, 2)]
    public void Arc_lies_as_far_as_the_nearest_of_its_points(double fromHalfTurns, double toHalfTurns)
    {
        var (x, y) = Grid(1.5);
        var angle = linspace(fromHalfTurns * Math.PI, toHalfTurns * Math.PI, 721).view(-1, 1, 1);
        var distances = ((x - 0.2 - 0.8 * angle.cos()).square() + (y + 0.1 - 0.8 * angle.sin()).square()).min(0, keepdim: true).values.sqrt();

        AssertNear(0.15 - distances, Sdf.Arc(x, y, 0.2, -0.1, 0.8, fromHalfTurns * Math.PI, toHalfTurns * Math.PI, 0.3), 4e-3);
    }

    [Fact]
    public void Coordinates_of_one_row_and_one_column_give_the_whole_picture()
    {
        var (x, y) = (linspace(-1, 1, 5).view(1, 1, 5), linspace(-1, 1, 4).view(1, 4, 1));

        Tensor[] shapes =
        [
            Sdf.Circle(x, y, 0, 0, 0.5), Sdf.Ellipse(x, y, 0, 0, 0.5, 0.4), Sdf.Box(x, y, 0, 0, 0.5, 0.4), Sdf.Segment(x, y, 0, 0, 1, 1, 0.1),
            Sdf.Polygon(x, y, (0, 0), (1, 0), (0, 1)), Sdf.Star(x, y, 5, 1, 0.5), Sdf.Arc(x, y, 0, 0, 1, 0, 1, 0.1),
        ];

        Assert.All(shapes, shape => Assert.Equal([1, 4, 5], shape.shape));
    }

    [Fact]
    public void A_turned_frame_has_the_direction_on_its_x_axis()
    {
        var angle = Math.PI / 3;
        var (x, y) = (tensor((float)(2 * Math.Cos(angle))), tensor((float)(2 * Math.Sin(angle))));

        var (right, down) = Sdf.Turned(x, y, angle);
        var (alsoRight, alsoDown) = Sdf.Turned(x, y, tensor((float)angle));

        Assert.Equal(2, right.ToDouble(), 5);
        Assert.Equal(0, down.ToDouble(), 5);
        Assert.Equal(2, alsoRight.ToDouble(), 5);
        Assert.Equal(0, alsoDown.ToDouble(), 5);
    }

    [Fact]
    public void Repeated_coordinates_start_again_after_every_period()
    {
        using var repeated = Sdf.Repeat(tensor([-0.9f, 0, 0.4f, 0.6f, 2.2f]), 1);

        Assert.Equal([0.1, 0, 0.4, -0.4, 0.2], repeated.data<float>().ToArray().Select(value => Math.Round(value, 5)));
    }

    private static double At(double x, double y, Func<Tensor, Tensor, Tensor> shape) =>
        shape(full([1, 1, 1], x, dtype: ScalarType.Float32), full([1, 1, 1], y, dtype: ScalarType.Float32)).ToDouble();

    // An odd number of steps that meets no corner exactly.
    private static (Tensor X, Tensor Y) Grid(double reach) =>
        ((linspace(-reach, reach, 41) + 0.003).view(1, 1, -1).expand(1, 41, 41), (linspace(-reach, reach, 41) + 0.007).view(1, -1, 1).expand(1, 41, 41));

    private static void AssertNear(Tensor expected, Tensor actual, double tolerance) =>
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, tolerance);
}
