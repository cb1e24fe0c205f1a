using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using RobustVlm.Tests.Methods.LowRank;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods;

public sealed class MeLoTests
{
    private static readonly MeLoOptions s_short = new() { Epochs = 3, BatchSize = 8, LearningRate = 5e-3, MixedPrecision = false };

    [Theory]
    [InlineData(MeLoMode.LowRank, 768 + 34)]
    [InlineData(MeLoMode.LinearProbe, 34)]
    [InlineData(MeLoMode.DeepHead, 272 + 34)]
    [InlineData(MeLoMode.FullFineTuning, -1)]
    [InlineData(MeLoMode.FromScratch, -1)]
    public void Every_mode_learns_and_leaves_what_is_frozen_as_it_was(MeLoMode mode, long trained)
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();
        var before = WeightChecksum.Of(vit);
        bool Backbone(string name) => name.StartsWith("backbone.", StringComparison.Ordinal) && !name.Contains(".update.", StringComparison.Ordinal);

        using var result = Train(s_short with { Mode = mode, Epochs = 6, LearningRate = 2e-2 }, vit, images, labels);

        using var headless = (vit.Options with { Classes = 0 }).Create(new Generator(1));
        headless.load_state_dict(vit.state_dict().Where(entry => !entry.Key.StartsWith("head.", StringComparison.Ordinal)).ToDictionary());
        var own = WeightChecksum.Of((nn.Module)result.Classifier.children().First(), name => Backbone($"backbone.{name}"));
        Assert.Equal(before, WeightChecksum.Of(vit));
        Assert.Equal(mode is MeLoMode.LowRank or MeLoMode.LinearProbe or MeLoMode.DeepHead, own == WeightChecksum.Of(headless));
        Assert.Equal(trained < 0 ? headless.Options.CountParameters() + 34 : trained, result.TrainedParameters);
        Assert.Equal(6, result.Scores.Count);
        Assert.InRange(result.BestScore, 0.9, 1);
        Assert.False(result.Classifier.training);
        Assert.Equal(result.BestScore, Auroc.Macro(MeLo.Logits(result.Classifier, images), labels), 1e-12);
        Assert.All(vit.parameters(), weight => Assert.True(weight.requires_grad));
    }

    [Fact]
    public void Modes_with_the_same_head_start_alike_and_see_the_same_images()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();

        var losses = new[] { MeLoMode.LowRank, MeLoMode.LinearProbe, MeLoMode.FullFineTuning }.Select(mode =>
        {
            using var result = Train(s_short with { Mode = mode, LearningRate = 1e-9, Epochs = 1 }, vit, images, labels);
            return result.Losses;
        }).ToArray();

        Assert.Equal(4, losses[0].Distinct().Count());
        Assert.All(losses, curve => Assert.All(curve.Zip(losses[0]), pair => Assert.Equal(pair.Second, pair.First, 1e-5)));
    }

    [Fact]
    public void Gives_the_weights_of_the_best_epoch()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();
        var seen = new List<Tensor>();
        var scores = new Queue<double>([double.NaN, 0.7, 0.7, 0.6]);

        using var result = new MeLo(s_short with { Epochs = 4 }).Train(vit, "bright", 2, images, labels, images, labels, Keep, new Generator(1));

        Assert.Equal(1, result.BestEpoch);
        Assert.True(MeLo.Logits(result.Classifier, images).SameAs(seen[1]));
        Assert.False(seen[1].SameAs(seen[3]));

        double Keep(Tensor logits, Tensor _)
        {
            seen.Add(logits.clone());
            return scores.Dequeue();
        }
    }

    [Fact]
    public void Learns_several_labels_and_the_same_again_from_the_same_seed_with_dropout()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();
        var several = stack([labels, 1 - labels], 1).to(ScalarType.Float32);
        var options = s_short with { Epochs = 6, LearningRate = 2e-2, LowRank = new LowRankOptions { Dropout = 0.1, Targets = LowRankTargets.All } };

        using var one = Train(options, vit, images, several);
        using var two = Train(options, vit, images, several);

        Assert.InRange(one.BestScore, 0.9, 1);
        Assert.Equal(one.Losses, two.Losses);
        Assert.True(MeLo.Logits(one.Classifier, images).SameAs(MeLo.Logits(two.Classifier, images)));
    }

    [Fact]
    public void A_trained_task_is_served_from_its_file_on_the_backbone_it_was_trained_from()
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();
        using var result = Train(s_short, vit, images, labels);
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "task.safetensors");
        ((LowRankClassifier)result.Classifier).Save("bright", path);
        using var served = new LowRankClassifier(vit);

        served.Load(path);

        served.eval();
        Assert.True(served.call(images).SameAs(result.Classifier.call(images)));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);   // it was just made
    }

    [Theory]
    [InlineData(MeLoMode.LowRank)]
    [InlineData(MeLoMode.DeepHead)]
    public void Training_leaves_no_tensor_behind(MeLoMode mode)
    {
        using var vit = LowRankFixture.Vit();
        using var data = NewDisposeScope();
        var (images, labels) = Problem();
        Train(s_short with { Mode = mode }, vit, images, labels).Dispose();
        var before = TensorCount.Now();

        Train(s_short with { Mode = mode }, vit, images, labels).Dispose();

        Assert.Equal(before, TensorCount.Now());
    }

    [Theory]
    [InlineData(MeLoMode.LinearProbe)]
    [InlineData(MeLoMode.DeepHead)]
    public void A_frozen_backbone_answers_as_its_features_said_in_training(MeLoMode mode)
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();
        var seen = new List<Tensor>();

        using var result = new MeLo(s_short with { Mode = mode }).Train(vit, "bright", 2, images, labels, images[..8], labels[..8], Keep, new Generator(1));

        Assert.All(seen, logits => Assert.Equal([8L, 2L], logits.shape));
        Assert.InRange((seen[result.BestEpoch] - MeLo.Logits(result.Classifier, images[..8])).abs().max().item<float>(), 0, 1e-5f);

        double Keep(Tensor logits, Tensor _)
        {
            seen.Add(logits.clone());
            return seen.Count;
        }
    }

    [Theory]
    [InlineData(MeLoMode.LowRank)]
    [InlineData(MeLoMode.LinearProbe)]
    public void Training_stops_when_it_is_asked_to(MeLoMode mode)
    {
        using var scope = NewDisposeScope();
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();
        var steps = 0;
        try
        {
            Assert.Throws<OperationCanceledException>(() => new MeLo(s_short with { Mode = mode }).Train(
                vit, "bright", 2, images, labels, images, labels, Auroc.Macro, new Generator(1), step =>
                {
                    steps = step.Step;
                    Interruption.Request();
                }));
        }
        finally
        {
            Interruption.Clear();
        }

        Assert.Equal(1, steps);
    }

    [Fact]
    public void Wrong_labels_are_refused()
    {
        using var vit = LowRankFixture.Vit();
        var (images, labels) = Problem();

        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentException>(() => Train(s_short, vit, images, labels + 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Train(s_short, vit, images, labels[..3]));
    }

    private static MeLoResult Train(MeLoOptions options, VisionTransformer vit, Tensor images, Tensor labels) =>
        new MeLo(options).Train(vit, "bright", 2, images, labels, images, labels, Auroc.Macro, new Generator(1));

    private static (Tensor Images, Tensor Labels) Problem()
    {
        var labels = arange(32, dtype: ScalarType.Int64).remainder(2);
        return ((LowRankFixture.Images(32) * 0.5) + (0.4 * labels.view(-1, 1, 1, 1)), labels);
    }
}
