using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

/// <summary>Models whose blocks run as one operator beside the same models part by part, which is how they run outside attacks.</summary>
public sealed class FusedBlockTests
{
    public static TheoryData<string> Kinds => ["timm", "CLIP"];

    [Theory, MemberData(nameof(Kinds))]
    public void Logits_are_those_of_the_parts(string kind)
    {
        using var scope = NewDisposeScope();
        var (model, images) = Problem(kind);
        var parts = model.call(images);
        using var parameters = FusedBlock.ParametersAreFixed();
        using var noGradient = no_grad();
        Assert.InRange((model.call(images) - parts).abs().max().ToDouble(), 0, 1e-5);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void An_attack_sees_the_gradient_of_the_parts(string kind)
    {
        using var scope = NewDisposeScope();
        var (model, images) = Problem(kind);
        var labels = tensor([0L, 1, 2]);
        var pixels = images.detach().requires_grad_();
        var expected = autograd.grad([nn.functional.cross_entropy(model.call(pixels), labels, reduction: nn.Reduction.Sum)], [pixels])[0];
        var gradient = InputGradient.Of(model.call, images, labels, ScalarType.Float32).Gradient;
        Assert.InRange((gradient - expected).abs().max().ToDouble() / expected.abs().max().ToDouble(), 0, 1e-4);
        Assert.All(model.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.grad is null));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Training_after_an_evaluation_is_seen_by_the_next(string kind)
    {
        using var scope = NewDisposeScope();
        var (model, images) = Problem(kind);
        using (FusedBlock.ParametersAreFixed())
        using (no_grad())
        {
            model.call(images);
        }

        using var descent = optim.SGD(model.parameters(), 0.1);
        using var moments = optim.AdamW(model.parameters(), 0.01);
        foreach (var optimizer in new optim.Optimizer[] { descent, moments })
        {
            optimizer.zero_grad();
            model.call(images).square().sum().backward();
            optimizer.step();
            var parts = model.call(images);
            using var parameters = FusedBlock.ParametersAreFixed();
            using var noGradient = no_grad();
            Assert.InRange((model.call(images) - parts).abs().max().ToDouble(), 0, 1e-5);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Outside_attacks_a_frozen_model_has_the_bits_of_a_trained_one(string kind)
    {
        using var scope = NewDisposeScope();
        var (model, images) = Problem(kind);
        var trained = model.call(images);
        using var noGradient = no_grad();
        Assert.True(model.call(images).SameAs(trained));
        using var parameters = FusedBlock.ParametersAreFixed();
        Assert.False(model.call(images).SameAs(trained));   // the operator is in use there: it sums in another order
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Hooks_within_a_block_run(string kind)
    {
        using var scope = NewDisposeScope();
        var (model, images) = Problem(kind);
        var calls = 0;
        var norms = model.named_modules().Select(named => named.module).OfType<LayerNorm>().ToArray();
        foreach (var norm in norms)
        {
            norm.register_forward_hook(_ => calls++);
        }

        using var parameters = FusedBlock.ParametersAreFixed();
        using var noGradient = no_grad();
        model.call(images);
        Assert.Equal(norms.Length, calls);
    }

    private static (nn.Module<Tensor, Tensor> Model, Tensor Images) Problem(string kind)
    {
        using var random = new Generator(1);
        nn.Module<Tensor, Tensor> model = kind == "timm"
            ? new VisionTransformer(new VisionTransformerOptions { ImageSize = 16, PatchSize = 4, Width = 32, Depth = 2, Heads = 2, Classes = 5 }, random)
            : new ClipVisionTransformer(new ClipVisionOptions { ImageSize = 16, PatchSize = 4, Channels = 3, Width = 32, Depth = 2, Heads = 2 }, 5, random);
        foreach (var (_, parameter) in model.named_parameters())
        {
            using var noGradient = no_grad();
            parameter.add_(randn(parameter.shape, generator: random) * 0.05);
        }

        return (model, rand([3, 3, 16, 16], generator: random));
    }
}
