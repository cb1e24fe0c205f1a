using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Attacks;

/// <summary>
/// Moves onto hyperplanes, against trying all ways to saturate up to four coordinates, and against projection_linf and projection_l2 of
/// fra31/auto-attack (a392200, fab_projections.py) in float64 on 48 rows of 12 <see cref="FormulaWeights.Noise"/> numbers.
/// </summary>
public sealed class HyperplaneProjectionTests
{
    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Attacks", "fab-square-reference.json"))).RootElement;

    [Theory]
    [InlineData(PixelNorm.LInfinity)]
    [InlineData(PixelNorm.L2)]
    public void Agrees_with_the_published_code(PixelNorm norm)
    {
        const int Rows = 48, Size = 12;
        using var scope = NewDisposeScope();
        var points = ((FormulaWeights.Noise("points", Rows * Size) * 0.8) + 0.5).clamp(0, 1).view(Rows, Size);
        var places = arange(Rows * Size);
        var normals = FormulaWeights.Noise("normals", Rows * Size).masked_fill(places.remainder(5).eq(0), 0).view(Rows, Size);
        var offsets = (normals * points).sum(1) + (FormulaWeights.Noise("offsets", Rows) * arange(Rows, dtype: ScalarType.Float64) * 0.1);

        var moves = HyperplaneProjection.Moves(points, normals, offsets, norm);

        double[] expected = [.. s_reference.GetProperty($"projection{norm}").EnumerateArray().Select(value => value.GetDouble())];
        Assert.InRange(expected.Zip(moves.flatten().Values<double>(), (left, right) => Math.Abs(left - right)).Max(), 0, 1e-9);

        // The rows must try everything: some reach the hyperplane, some cannot; some meet walls, some are free.
        var missed = (((points + moves) * normals).sum(1) - offsets).abs().gt(1e-9).sum().item<long>();
        Assert.InRange(missed, 3, Rows / 2);
    }

    [Theory]
    [InlineData(PixelNorm.LInfinity)]
    [InlineData(PixelNorm.L2)]
    public void Is_the_smallest_of_all_moves_with_up_to_four_coordinates(PixelNorm norm)
    {
        var random = new Random(5);
        for (var trial = 0; trial < 300; trial++)
        {
            var size = 1 + (trial % 4);
            double[] point = [.. Enumerable.Range(0, size).Select(_ => Math.Clamp((random.NextDouble() * 1.4) - 0.2, 0, 1))];
            double[] normal = [.. Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5)];
            double[] goal = [.. Enumerable.Range(0, size).Select(_ => random.NextDouble())];   // in the box, so a move exists
            using var scope = NewDisposeScope();

            double[] move = HyperplaneProjection.Moves(
                tensor(point, [1, size]), tensor(normal, [1, size]), tensor([Dot(normal, goal)], [1]), norm).flatten().Values<double>();

            double[] end = [.. point.Zip(move, (from, by) => from + by)];
            Assert.All(end, value => Assert.InRange(value, -1e-9, 1 + 1e-9));
            Assert.Equal(Dot(normal, goal), Dot(normal, end), 9);
            Assert.Equal(Smallest(point, normal, Dot(normal, goal), norm), Length(move, norm), 9);
        }
    }

    [Fact]
    public void A_row_does_not_depend_on_the_others()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var points = rand([20, 30], generator: random).mul(1.4).sub(0.2).clamp(0, 1);
        var normals = randn([20, 30], generator: random);
        var offsets = randn([20], generator: random);
        foreach (var norm in new[] { PixelNorm.LInfinity, PixelNorm.L2 })
        {
            var together = HyperplaneProjection.Moves(points, normals, offsets, norm);

            for (var n = 0; n < 20; n++)
            {
                Assert.True(together.narrow(0, n, 1).SameAs(HyperplaneProjection.Moves(points.narrow(0, n, 1), normals.narrow(0, n, 1), offsets.narrow(0, n, 1), norm)));
            }
        }
    }

    [Fact]
    public void Without_a_normal_nothing_moves()
    {
        using var scope = NewDisposeScope();
        foreach (var norm in new[] { PixelNorm.LInfinity, PixelNorm.L2 })
        {
            Assert.Equal([0f, 0, 0], HyperplaneProjection.Moves(full([1, 3], 0.5f), zeros([1, 3]), ones([1]), norm).flatten().Values<float>());
        }
    }

    // Each coordinate at the lower wall, at the upper wall, or free; the free ones follow from the hyperplane.
    private static double Smallest(double[] point, double[] normal, double offset, PixelNorm norm)
    {
        var best = double.PositiveInfinity;
        for (var code = 0; code < (int)Math.Pow(4, point.Length); code++)
        {
            int[] state = [.. Enumerable.Range(0, point.Length).Select(i => (code >> (2 * i)) & 3)];
            double[] speed = [.. state.Select((s, i) => s < 2 ? 0 : norm == PixelNorm.L2 ? normal[i] : s == 2 ? 1.0 : -1)];
            double[] move = [.. state.Select((s, i) => s == 0 ? -point[i] : s == 1 ? 1 - point[i] : 0)];
            var (rate, gap) = (Dot(normal, speed), offset - Dot(normal, point) - Dot(normal, move));
            var time = rate == 0 ? 0 : gap / rate;
            move = [.. move.Zip(speed, (fixedMove, v) => fixedMove + (time * v))];
            double[] end = [.. point.Zip(move, (from, by) => from + by)];
            if (Math.Abs(Dot(normal, end) - offset) < 1e-9 && end.All(value => value is > -1e-9 and < 1 + 1e-9))
            {
                best = Math.Min(best, Length(move, norm));
            }
        }

        return best;
    }

    private static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();

    private static double Length(double[] move, PixelNorm norm) => norm == PixelNorm.LInfinity ? move.Max(Math.Abs) : Math.Sqrt(Dot(move, move));
}
