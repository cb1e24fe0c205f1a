using RobustVlm.Data;
using RobustVlm.Methods;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Methods;

public sealed class ClassifierTrainerTests
{
    private static readonly ClassifierTrainerOptions s_short = new() { BatchSize = 16, Training = new() { Steps = 200, LearningRate = 0.1 } };

    [Fact]
    public void Tells_bright_from_dark_and_records_its_accuracy()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Problem();
        var model = Model(2);

        using var result = new ClassifierTrainer(s_short with { Augmentation = new AugmentationOptions() }).Train(model, images, labels, new torch.Generator(1));

        Assert.Equal(1, model.call(images).argmax(1).eq(labels).to(torch.ScalarType.Float32).mean().item<float>());
        Assert.Equal(200, result.Terms["accuracy"].Count);
        Assert.InRange(result.Terms["accuracy"].TakeLast(20).Average(), 0.9, 1);
    }

    [Fact]
    public void Learns_several_labels_per_image()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Problem();
        var both = torch.stack([labels, 1 - labels, torch.ones_like(labels)], 1).to(torch.ScalarType.Float32);
        var model = Model(3);

        using var result = new ClassifierTrainer(s_short).Train(model, images, both, new torch.Generator(1));

        Assert.True(model.call(images).gt(0).to(torch.ScalarType.Float32).SameAs(both));
    }

    [Fact]
    public void Label_smoothing_bounds_the_loss_from_below()
    {
        using var scope = torch.NewDisposeScope();
        var (images, labels) = Problem();

        using var result = new ClassifierTrainer(s_short with { LabelSmoothing = 0.2 }).Train(Model(2), images, labels, new torch.Generator(1));

        var least = -(0.9 * Math.Log(0.9) + 0.1 * Math.Log(0.1));   // the entropy of the smoothed target
        Assert.InRange(result.Losses[^1], least - 1e-3, least + 0.3);
    }

    [Fact]
    public void Images_and_labels_of_different_number_are_refused() => Assert.Throws<ArgumentException>(
        () => new ClassifierTrainer(s_short).Train(Model(2), torch.ones([4, 1, 4, 4]), torch.zeros([3], dtype: torch.ScalarType.Int64), new torch.Generator(1)));

    private static torch.nn.Module<torch.Tensor, torch.Tensor> Model(int outputs) =>
        torch.nn.Sequential(torch.nn.AvgPool2d(4), torch.nn.Flatten(), torch.nn.Linear(4, outputs));

    private static (torch.Tensor Images, torch.Tensor Labels) Problem()
    {
        var labels = torch.arange(64, dtype: torch.ScalarType.Int64).remainder(2);
        var noise = torch.rand([64, 1, 8, 8], generator: new torch.Generator(3));
        return (noise * 0.3 + 0.6 * labels.view(-1, 1, 1, 1), labels);
    }
}
