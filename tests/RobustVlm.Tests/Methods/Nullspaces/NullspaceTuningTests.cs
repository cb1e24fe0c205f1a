using RobustVlm.Attacks;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Nullspaces;

public sealed class NullspaceTuningTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = SmallVit.Images(16);
    private readonly Tensor _labels = arange(16, dtype: ScalarType.Int64).remainder(5);

    public static TheoryData<NullspaceArm> Arms => [.. Enum.GetValues<NullspaceArm>()];

    public void Dispose() => _scope.Dispose();

    [Theory, MemberData(nameof(Arms))]
    public void Every_arm_trains_by_the_same_code_and_leaves_the_best_rounds_weights(NullspaceArm arm)
    {
        using var model = SmallVit.Random();
        var sums = new List<string>();
        double Score(VisionTransformer scored)
        {
            Assert.False(scored.training);
            sums.Add(WeightChecksum.Of(scored));
            return sums.Count == 2 ? 1 : 0;
        }

        var result = Train(model, arm, Score);

        var trained = arm != NullspaceArm.None;
        Assert.Equal(trained ? 3 : 1, result.Scores.Count);
        Assert.Equal(trained ? 6 : 0, result.Losses.Count);
        Assert.Equal(trained ? sums[1] : sums[0], WeightChecksum.Of(model));
        Assert.False(model.training);
        var hasNoise = arm is NullspaceArm.Nullspace or NullspaceArm.RandomNoise or NullspaceArm.PermutedNoise or NullspaceArm.NullspaceWithoutStop;
        Assert.Equal(hasNoise ? 3 : 0, result.Rounds.Count);
        Assert.All(model.parameters(), weight => Assert.True(weight.requires_grad));
    }

    [Fact]
    public void All_arms_see_the_same_batches()
    {
        // At a learning rate near zero the clean half of the loss shows what was seen.
        var curves = Enum.GetValues<NullspaceArm>().Where(arm => arm != NullspaceArm.None).Select(arm =>
        {
            using var model = SmallVit.Random();
            return Train(model, arm, _ => 0, rate: 1e-12, augmented: true).Terms["clean"];
        }).ToArray();

        Assert.True(curves[0].Distinct().Count() > 1);
        Assert.All(curves.Skip(1), curve => Assert.All(curve.Zip(curves[0]), pair => Assert.Equal(pair.Second, pair.First, 1e-4)));
    }

    [Fact]
    public void The_control_counts_the_clean_loss_twice()
    {
        using var model = SmallVit.Random();

        var result = Train(model, NullspaceArm.Control, _ => 0);

        Assert.Equal(result.Terms["clean"], result.Terms["second"]);
        Assert.All(result.Losses.Zip(result.Terms["clean"]), pair => Assert.Equal(2 * pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void Without_the_stop_every_search_makes_all_its_steps()
    {
        using var first = SmallVit.Random();
        using var second = SmallVit.Random();

        var stopped = Train(first, NullspaceArm.Nullspace, _ => 0, epsilon: 1.9);
        var whole = Train(second, NullspaceArm.NullspaceWithoutStop, _ => 0, epsilon: 1.9);

        Assert.All(stopped.Rounds, round => Assert.Equal((0, true), (round.Steps, round.Reached)));
        Assert.All(whole.Rounds, round => Assert.Equal((3, false), (round.Steps, round.Reached)));
        Assert.Equal((1, 0), (stopped.ReachedShare, whole.ReachedShare));
    }

    [Fact]
    public void Attacked_images_raise_the_second_half_of_the_loss()
    {
        using var model = SmallVit.Formula();
        model.to(ScalarType.Float32);

        var madry = Train(model, NullspaceArm.Madry, _ => 0, rate: 1e-12);

        Assert.True(madry.Terms["second"].Average() > madry.Terms["clean"].Average() + 0.05);
    }

    [Fact]
    public void Nothing_stays_alive()
    {
        using var model = SmallVit.Random();
        _ = Train(model, NullspaceArm.Nullspace, _ => 0);
        foreach (var weight in model.parameters())
        {
            weight.grad = null;
        }

        var before = TensorCount.Now();
        _ = Train(model, NullspaceArm.Nullspace, _ => 0);
        foreach (var weight in model.parameters())
        {
            weight.grad = null;
        }

        Assert.Equal(before, TensorCount.Now());
    }

    [Theory]
    [InlineData(NullspaceArm.Nullspace, 1, false)]     // inside a round
    [InlineData(NullspaceArm.Nullspace, 4, false)]     // after the last step of a round, before its score
    [InlineData(NullspaceArm.Nullspace, 5, true)]
    [InlineData(NullspaceArm.PermutedNoise, 6, false)] // after the last step of all
    [InlineData(NullspaceArm.Control, 3, false)]
    [InlineData(NullspaceArm.Control, 3, true)]
    public void A_stopped_fine_tuning_goes_on_to_the_same_weights(NullspaceArm arm, int stop, bool killed)
    {
        var folder = Directory.CreateTempSubdirectory("nullspace-").FullName;
        try
        {
            var file = Path.Combine(folder, "state.safetensors");
            using var whole = SmallVit.Random();
            var expected = Train(whole, arm, Score);
            using var model = SmallVit.Random();
            var exception = Record.Exception(() => Train(model, arm, Score, stateFile: file, progress: step =>
            {
                if (step.Step == stop)
                {
                    throw killed ? new IOException("killed") : new OperationCanceledException();
                }
            }));
            Assert.NotNull(exception);
            using var again = SmallVit.Random();

            var result = Train(again, arm, Score, stateFile: file);

            Assert.Equal(WeightChecksum.Of(whole), WeightChecksum.Of(again));
            Assert.Equal(expected.Losses, result.Losses);
            Assert.Equal(expected.Scores, result.Scores);
            Assert.Equal(expected.Rounds, result.Rounds);
            Assert.Contains("delete both", Assert.Throws<InvalidDataException>(() => Train(again, arm, Score, stateFile: file, epsilon: 0.5)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // Best after the first round, so that its weights have to survive.
        static double Score(VisionTransformer scored) => -scored.named_parameters().Where(weight => weight.name == "head.bias").Sum(weight => weight.parameter.abs().sum().item<float>());
    }

    private NullspaceTuningResult Train(
        VisionTransformer model, NullspaceArm arm, Func<VisionTransformer, double> score, double rate = 1e-3, double epsilon = 1e-4, bool augmented = false, string? stateFile = null,
        Action<TrainingProgress>? progress = null)
    {
        using var random = new Generator(7);
        return new NullspaceTuning(new NullspaceTuningOptions
        {
            Arm = arm,
            Rounds = 3,
            StepsPerRound = 2,
            BatchSize = 8,
            LearningRate = rate,
            LabelSmoothing = 0,
            MixedPrecision = false,
            Noise = new EncoderNoiseOptions { Limit = 2, IsRelative = true, MaxSteps = 3, BatchSize = 8, Epsilon = epsilon },
            Attack = new TrainingAttackOptions { Epsilon = PixelBudget.Of255(8), StepSize = PixelBudget.Of255(4), Steps = 2 },
            Augmentation = augmented ? new() : null,
        }).Train(model, _images, _labels, _images, score, random, progress, stateFile);
    }
}
