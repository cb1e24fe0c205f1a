using RobustVlm.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Models;

public sealed class TextEncoderTests
{
    [Fact]
    public void Alone_it_equals_the_text_half_of_a_clip_with_the_same_weights()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var clip = TinyClip.Create(seed: 1);
        var alone = new TextEncoder(TinyClip.Options.Text, TinyClip.Options.EmbeddingSize, new torch.Generator(2));
        var names = alone.state_dict().Keys.ToHashSet();
        var (_, tokens) = TinyClip.Pairs(seed: 3, count: 4);

        alone.load_state_dict(clip.state_dict().Where(pair => names.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value));

        Assert.True(alone.call(tokens).SameAs(clip.EncodeText(tokens)));
    }

    [Fact]
    public void Every_weight_gets_a_gradient()
    {
        using var scope = torch.NewDisposeScope();
        var encoder = new TextEncoder(TinyClip.Options.Text, 4, new torch.Generator(2));
        var (_, tokens) = TinyClip.Pairs(seed: 3, count: 4);

        encoder.call(tokens).square().sum().backward();

        Assert.All(encoder.named_parameters(), pair => Assert.True(pair.parameter.grad is not null, pair.name));
    }
}
