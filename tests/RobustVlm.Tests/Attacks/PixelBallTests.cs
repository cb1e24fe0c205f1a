using RobustVlm.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Attacks;

public sealed class PixelBallTests
{
    private static readonly double[] Middle = [0.5, 0.5, 0.5];

    [Fact]
    public void Euclidean_projection_shortens_and_then_clips()
    {
        using var scope = torch.NewDisposeScope();
        var centre = torch.tensor(new[] { 0.5, 0.5, 0.95 }).view(1, 1, 1, 3);
        using var ball = new PixelBall(centre, PixelBudget.L2(0.5));

        var point = ball.Project(centre + torch.tensor(new[] { 0.6, 0.0, 0.8 }).view(1, 1, 1, 3));   // of length 1

        Assert.Equal([0.8, 0.5, 1.0], point.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void Points_inside_stay()
    {
        using var scope = torch.NewDisposeScope();
        var centre = torch.tensor(Middle).view(1, 1, 1, 3);
        var inside = torch.tensor(new[] { 0.4, 0.55, 0.6 }).view(1, 1, 1, 3);
        foreach (var radius in new[] { new PixelBudget(0.2), PixelBudget.L2(0.2) })
        {
            using var ball = new PixelBall(centre, radius);

            Assert.Equal(inside.data<double>().ToArray(), ball.Project(inside).data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    [Fact]
    public void The_steepest_direction_has_length_one_in_its_norm_and_zero_stays_zero()
    {
        using var scope = torch.NewDisposeScope();
        var centre = torch.tensor(Middle).view(1, 1, 1, 3).expand(2, 1, 1, 3);
        var gradient = torch.tensor(new[] { 3.0, 0, -4, 0, 0, 0 }).view(2, 1, 1, 3);
        using var box = new PixelBall(centre, new PixelBudget(0.1));
        using var round = new PixelBall(centre, PixelBudget.L2(0.1));

        Assert.Equal([1.0, 0, -1, 0, 0, 0], box.Steepest(gradient).data<double>().ToArray());
        Assert.Equal([0.6, 0, -0.8, 0, 0, 0], round.Steepest(gradient).data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([5.0, 0], PixelBall.Sizes(gradient, PixelNorm.L2).data<double>().ToArray());
        Assert.Equal([4.0, 0], PixelBall.Sizes(gradient, PixelNorm.LInfinity).data<double>().ToArray());
    }
}
