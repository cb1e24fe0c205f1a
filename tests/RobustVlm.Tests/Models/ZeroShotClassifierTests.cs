using RobustVlm.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Models;

public sealed class ZeroShotClassifierTests
{
    [Fact]
    public void With_one_prompt_per_class_it_equals_the_models_own_logits()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 5);

        using var classifier = ZeroShotClassifier.Create(model, [tokens.narrow(0, 0, 1), tokens.narrow(0, 1, 1), tokens.narrow(0, 2, 1)]);
        var logits = classifier.Logits(images);

        Assert.Equal(3, classifier.ClassCount);
        Assert.InRange((logits - model.call(images, tokens.narrow(0, 0, 3))).abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void Several_prompts_are_averaged_as_unit_vectors()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 5);
        var vectors = Clip.UnitLength(model.EncodeText(tokens));
        var mean = Clip.UnitLength(vectors.narrow(0, 0, 4).mean([0]).unsqueeze(0));

        using var classifier = ZeroShotClassifier.Create(model, [tokens.narrow(0, 0, 4), tokens.narrow(0, 4, 1)]);
        var logits = classifier.Logits(images);

        var expected = model.LogitScale() * Clip.UnitLength(model.EncodeImage(images)).matmul(mean.t()).squeeze(1);
        Assert.InRange((logits.select(1, 0) - expected).abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void Gradients_reach_the_pixels_but_no_weight()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 4);
        using var classifier = ZeroShotClassifier.Create(model, [tokens.narrow(0, 0, 2), tokens.narrow(0, 2, 2)]);
        var pixels = images.requires_grad_();

        var gradient = torch.autograd.grad([classifier.Logits(pixels).sum()], [pixels])[0];

        Assert.True(gradient.abs().max().item<float>() > 0);
        Assert.All(model.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void A_training_model_is_in_training_mode_again_afterwards()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 4);
        model.train();

        using var classifier = ZeroShotClassifier.Create(model, [tokens.narrow(0, 0, 2), tokens.narrow(0, 2, 2)]);
        classifier.Logits(images);

        Assert.True(model.training);
    }

    [Fact]
    public void Too_few_classes_or_prompts_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);
        var (_, tokens) = TinyClip.Pairs(seed: 2, count: 4);

        Assert.Throws<ArgumentException>(() => ZeroShotClassifier.Create(model, [tokens]));
        Assert.Throws<ArgumentException>(() => ZeroShotClassifier.Create(model, [tokens, tokens.narrow(0, 0, 0)]));
        Assert.Throws<ArgumentException>(() => ZeroShotClassifier.Create(model, [tokens, tokens[0]]));
    }
}
