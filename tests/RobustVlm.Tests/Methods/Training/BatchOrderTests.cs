using RobustVlm.Methods.Training;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Methods.Training;

public sealed class BatchOrderTests
{
    [Fact]
    public void Every_example_comes_at_most_once_in_a_round()
    {
        using var order = new BatchOrder(10, 3, new torch.Generator(1));

        var round = Enumerable.Range(0, 3).SelectMany(batch => Read(order, batch)).ToArray();

        Assert.Equal(3, order.BatchesPerRound);
        Assert.Equal(9, round.Distinct().Count());
        Assert.All(round, index => Assert.InRange(index, 0, 9));
    }

    [Fact]
    public void A_batch_is_the_same_whenever_it_is_asked_for()
    {
        using var forward = new BatchOrder(50, 8, new torch.Generator(1));
        using var direct = new BatchOrder(50, 8, new torch.Generator(1));
        var batches = Enumerable.Range(0, 20).Select(batch => Read(forward, batch)).ToArray();

        Assert.Equal(batches[13], Read(direct, 13));
        Assert.Equal(batches[2], Read(direct, 2));
        Assert.NotEqual(batches[0], batches[6]);   // another round
    }

    [Fact]
    public void Few_examples_are_used_together()
    {
        using var order = new BatchOrder(3, 8, new torch.Generator(1));

        Assert.Equal([0L, 1, 2], Read(order, 4).Order());
    }

    private static long[] Read(BatchOrder order, long batch) => order.Indices(batch).data<long>().ToArray();
}
