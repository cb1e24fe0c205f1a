using RobustVlm.Attacks;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.ZeroShot;

public sealed class VisualPromptTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Clip _model = TinyClip.Create(seed: 1);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void The_frame_changes_the_border_alone()
    {
        using var prompt = new VisualPrompt(_model, new VisualPromptOptions { PadWidth = 4 }, new Generator(1));
        using var noGradient = no_grad();
        var (images, _) = TinyClip.Pairs(seed: 2, count: 2);
        var inner = images.clone();
        inner.narrow(2, 4, 8).narrow(3, 4, 8).fill_(0.5f);

        var framed = prompt.Encoder()(images);

        Assert.False(framed.SameAs(_model.EncodeImage(images)));
        foreach (var weight in prompt.parameters())
        {
            weight.zero_();
        }

        Assert.InRange((prompt.Encoder()(inner) - _model.EncodeImage(inner)).abs().max().item<float>(), 0, 1e-6);
        Assert.Equal(4 * 16 * 4 - 4 * 16, prompt.parameters().Sum(weight => weight.numel()));
    }

    [Fact]
    public void Training_moves_the_prompt_and_leaves_the_model()
    {
        using var prompt = new VisualPrompt(_model, new VisualPromptOptions { PadWidth = 3, Tokens = 2 }, new Generator(1));
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 12);
        var (before, start) = (WeightChecksum.Of(_model), WeightChecksum.Of(prompt));
        Tensor[] prompts = [.. Enumerable.Range(0, 3).Select(i => tokens.narrow(0, i, 1))];
        var options = TeCoA.PromptRecipe with { BatchSize = 6, WarmUpShare = 0.2, Training = TeCoA.PromptRecipe.Training with { Steps = 30, LearningRate = 1 } };

        using var result = new ZeroShotFineTuning(new TeCoA(), options).Train(
            _model, prompts, images, arange(12, dtype: ScalarType.Int64).remainder(3), new Generator(3), prompt: prompt);

        Assert.Equal(before, WeightChecksum.Of(_model));
        Assert.NotEqual(start, WeightChecksum.Of(prompt));
        Assert.All(_model.parameters(), weight => Assert.True(weight.requires_grad));
        Assert.True(result.Losses.TakeLast(5).Average() < result.Losses.Take(5).Average(), result.ToString());
        Assert.Equal(["pad_down", "pad_left", "pad_right", "pad_up", "prompt"], prompt.named_parameters().Select(weight => weight.name).Order());
    }

    [Fact]
    public void Attacks_go_through_the_prompt()
    {
        using var prompt = new VisualPrompt(_model, new VisualPromptOptions { PadWidth = 0, Tokens = 3 }, new Generator(1));
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 4);
        using var classifier = ZeroShotClassifier.Create(_model, [tokens.narrow(0, 0, 1), tokens.narrow(0, 1, 1)], prompt.Encoder());
        using var plain = ZeroShotClassifier.Create(_model, [tokens.narrow(0, 0, 1), tokens.narrow(0, 1, 1)]);
        var labels = classifier.Logits(images).argmax(1);

        var attacked = new Pgd(new PgdOptions { Steps = 3 }).Perturb(classifier.Logits, images, labels, new Generator(1));

        Assert.False(classifier.Logits(images).SameAs(plain.Logits(images)));
        Assert.False(attacked.SameAs(images));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new VisualPrompt(_model, new VisualPromptOptions { PadWidth = 8 }, new Generator(1)));
        Assert.Throws<ArgumentException>(() => new VisualPrompt(_model, new VisualPromptOptions { PadWidth = 0 }, new Generator(1)));
        using var prompt = new VisualPrompt(_model, new VisualPromptOptions { PadWidth = 3 }, new Generator(1));
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 4);
        Assert.Throws<ArgumentException>(() => new ZeroShotFineTuning(new TeCoA(), new FineTuningOptions { BatchSize = 2, Training = new TrainingOptions { Steps = 1 } }).Train(
            TinyClip.Create(seed: 2), [tokens.narrow(0, 0, 1), tokens.narrow(0, 1, 1)], images, zeros([4], ScalarType.Int64), new Generator(1), prompt: prompt));
    }
}
