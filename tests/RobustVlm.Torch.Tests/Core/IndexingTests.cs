using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>Index expressions whose meaning is easily got wrong; expected shapes and values are PyTorch's.</summary>
public class IndexingTests
{
    [Fact]
    public void A_single_position_in_a_tensor_is_a_number()
    {
        using var scope = NewDisposeScope();
        var x = arange(24).view(2, 3, 4);
        var columns = tensor(new long[] { 0, 2 });

        var chosen = x[TensorIndex.Tensor(tensor(1L)), TensorIndex.Colon, TensorIndex.Tensor(columns)];

        Assert.Equal([3, 2], chosen.shape);
        Assert.Equal([12, 14, 16, 18, 20, 22], chosen.ToArray<long>());
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_single_truth_value_keeps_all_or_nothing(bool truth, long rows)
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3);

        Assert.Equal([rows, 2, 3], x[tensor(truth)].shape);
        Assert.Equal([rows, 2, 3], x[truth].shape);
    }

    [Fact]
    public void Ranges_are_those_of_csharp()
    {
        using var scope = NewDisposeScope();
        var x = arange(4);

        Assert.Empty(x[^0..].ToArray<long>());
        Assert.Equal([2, 3], x[^2..].ToArray<long>());
        Assert.Equal([0, 1, 2], x[..^1].ToArray<long>());
        Assert.Equal([1, 2], x[1..3].ToArray<long>());
    }

    [Fact]
    public void Leading_ones_of_an_assigned_value_do_not_matter()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);

        x[0] = ones(1, 1, 3);

        Assert.Equal([1, 1, 1, 0, 0, 0], x.ToArray<float>());
    }

    [Fact]
    public void No_view_stays_behind()
    {
        var before = Runtime.LiveTensors;
        var x = ones(10, 10);

        var corner = x[0, 0];
        x[1, 2..4] = corner;
        using (var rows = x[TensorIndex.Slice(1, 5), TensorIndex.None, 0])
        {
            Assert.Equal(before + 3, Runtime.LiveTensors);
        }

        corner.Dispose();
        x.Dispose();
        Assert.Equal(before, Runtime.LiveTensors);
    }

    [Fact]
    public void Quantiles_are_over_all_elements_unless_a_dimension_is_given()
    {
        using var scope = NewDisposeScope();
        var x = arange(6.0).view(2, 3);

        Assert.Equal(2.5f, x.quantile(tensor(0.5f)).ToSingle());
        Assert.Equal([1, 4], x.quantile(tensor(0.5f), dim: 1).ToArray<float>());
    }
}
