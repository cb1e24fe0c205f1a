using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Engine;

public sealed class ChannelsLastTests
{
    [Fact]
    public void Conversion_changes_the_order_in_memory_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        var images = rand([2, 3, 4, 5], generator: new Generator(1)).requires_grad_();

        var converted = ChannelsLast.Convert(images);
        converted.square().sum().backward();

        Assert.False(ChannelsLast.Is(images));
        Assert.True(ChannelsLast.Is(converted));
        Assert.Equal([60L, 1, 15, 3], converted.stride());
        Assert.Equal(images.ToArray<float>(), converted.ToArray<float>());
        Assert.Equal((images * 2).ToArray<float>(), images.grad!.ToArray<float>());
    }

    [Fact]
    public void A_converted_network_computes_the_same_and_keeps_the_order()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var network = nn.Sequential(nn.Conv2d(3, 8, 3, padding: 1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3));
        var images = rand([2, 3, 9, 9], generator: new Generator(1));
        var weight = network.parameters().First();
        var plain = network.call(images).ToArray<float>();

        var same = ChannelsLast.Convert(network);
        var output = network.call(ChannelsLast.Convert(images));

        Assert.Same(network, same);
        Assert.Same(weight, network.parameters().First());
        Assert.True(ChannelsLast.Is(weight));
        Assert.True(weight.requires_grad && weight.is_leaf);
        Assert.True(ChannelsLast.Is(output));
        Assert.All(plain.Zip(output.ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        output.sum().backward();
        Assert.Equal(weight.shape, weight.grad!.shape);
    }

    [Fact]
    public void Other_ranks_are_refused()
    {
        using var tokens = ones(2, 3, 4);

        Assert.False(ChannelsLast.Is(tokens));
        Assert.Contains("[N, C, H, W]", Assert.Throws<ArgumentException>(() => ChannelsLast.Convert(tokens)).Message, StringComparison.Ordinal);
    }
}
