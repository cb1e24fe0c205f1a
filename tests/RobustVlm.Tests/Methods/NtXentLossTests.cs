using RobustVlm.Methods;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Methods;

public sealed class NtXentLossTests
{
    [Fact]
    public void Equals_the_definition_written_out()
    {
        using var scope = torch.NewDisposeScope();
        var random = new torch.Generator(1);
        var (first, second) = (torch.randn([3, 4], generator: random), torch.randn([3, 4], generator: random));
        var rows = Enumerable.Range(0, 3).Select(i => Unit(first, i)).Concat(Enumerable.Range(0, 3).Select(i => Unit(second, i))).ToArray();
        var expected = Enumerable.Range(0, 6).Average(i =>
        {
            var scores = Enumerable.Range(0, 6).Select(k => Math.Exp(rows[i].Zip(rows[k], (a, b) => a * b).Sum() / 0.5)).ToArray();
            return -Math.Log(scores[(i + 3) % 6] / (scores.Sum() - scores[i]));
        });

        Assert.Equal(expected, NtXentLoss.Compute(first, second, 0.5).item<float>(), 5);
    }

    [Fact]
    public void Is_log_of_the_others_when_all_views_are_alike_and_small_when_pairs_agree()
    {
        using var scope = torch.NewDisposeScope();

        Assert.Equal(Math.Log(15), NtXentLoss.Compute(torch.ones([8, 4]), torch.ones([8, 4])).item<float>(), 5);
        Assert.InRange(NtXentLoss.Compute(torch.eye(8), 3 * torch.eye(8), 0.05).item<float>(), 0, 1e-4);
    }

    [Fact]
    public void Views_of_different_shape_are_refused() =>
        Assert.Throws<ArgumentException>(() => NtXentLoss.Compute(torch.ones([8, 4]), torch.ones([7, 4])));

    private static double[] Unit(torch.Tensor rows, long i)
    {
        var row = rows[i].data<float>().ToArray().Select(value => (double)value).ToArray();
        var length = Math.Sqrt(row.Sum(value => value * value));
        return [.. row.Select(value => value / length)];
    }
}
