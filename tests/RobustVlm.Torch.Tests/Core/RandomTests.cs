using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

public class RandomTests
{
    // python3-torch 1.13.1, g = torch.Generator().manual_seed(11); rand(4), randn(3), randint(0, 100, (4,)), randperm(6).
    [Fact]
    public void The_stream_of_a_generator_is_pytorchs()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(11);

        Assert.Equal([0.14904171f, 0.48655313f, 0.98566151f, 0.16840142f], rand(4, generator: random).ToArray<float>());
        Assert.Equal([-0.69954163f, -1.30229735f, -0.51326221f], randn(3, generator: random).ToArray<float>());
        Assert.Equal([65, 4, 4, 85], randint(0, 100, [4], generator: random).ToArray<long>());
        Assert.Equal([2, 1, 0, 4, 3, 5], randperm(6, generator: random).ToArray<long>());
    }

    [Fact]
    public void A_generator_neither_reads_nor_changes_the_default_one()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var expected = rand(2).ToArray<float>();

        manual_seed(3);
        using var own = new Generator(99);
        rand(100, generator: own);

        Assert.Equal(expected, rand(2).ToArray<float>());
    }

    [Fact]
    public void A_saved_state_repeats_the_stream()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(4);
        using var state = random.get_state();
        var first = zeros(5).uniform_(0, 1, random).ToArray<float>();

        random.set_state(state);

        Assert.Equal(first, zeros(5).uniform_(0, 1, random).ToArray<float>());
        Assert.Equal(4, random.initial_seed());
    }

    [Fact]
    public void Factories_take_types_and_shapes()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(ScalarType.Int64, arange(5).dtype);
        Assert.Equal(ScalarType.Float32, arange(0.0, 1.0, 0.25).dtype);
        Assert.Equal([2, 3], tensor(new[,] { { 1f, 2f, 3f }, { 4f, 5f, 6f } }).shape);
        Assert.Equal(ScalarType.Float64, full([2], 1.5, ScalarType.Float64).dtype);
        Assert.Equal(ScalarType.Bool, tensor(new[] { true, false }).dtype);
        Assert.Equal(0, tensor(2f).dim());
        Assert.Equal([3, 3], eye(3).shape);
    }
}
