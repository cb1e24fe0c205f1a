using RobustVlm.Engine;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;
using RobustVlm.Methods.Training;
using RobustVlm.Models.Diffusion;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods;

public sealed class DiffusionTrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("training").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = rand([12, 1, 8, 8], generator: new Generator(1));
    private readonly Tensor _captions = randint(0, 5, [12, 3], dtype: ScalarType.Int64, generator: new Generator(2));

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_loss_falls_and_the_seed_alone_makes_the_model()
    {
        var (first, losses) = Train(60);
        var (second, _) = Train(60);

        Assert.True(losses.TakeLast(15).Average() < 0.9 * losses.Take(5).Average(), $"{losses.Take(5).Average()} to {losses.TakeLast(15).Average()}");
        Assert.All(first.state_dict().Zip(second.state_dict()), pair => Assert.True(pair.First.Value.SameAs(pair.Second.Value), pair.First.Key));
    }

    [Fact]
    public void Checkpoints_are_handed_out_at_their_steps_and_the_last_is_what_the_network_ends_with()
    {
        var reached = new List<(int Step, Tensor Weight)>();
        using var network = Network();
        var start = network.state_dict()["enter.weight"].clone();

        using var result = Trainer(6).Train(network, _images, _captions, new Generator(4), checkpoints: [0, 3, 6], reached: (step, average) =>
        {
            using var copy = Network();
            average.CopyTo(copy);
            reached.Add((step, copy.state_dict()["enter.weight"].clone().DetachFromDisposeScope()));
        });

        Assert.Equal([0, 3, 6], reached.Select(entry => entry.Step));
        Assert.True(start.SameAs(reached[0].Weight));
        Assert.False(reached[1].Weight.SameAs(reached[2].Weight));
        Assert.True(network.state_dict()["enter.weight"].SameAs(reached[2].Weight));
        reached.ForEach(entry => entry.Weight.Dispose());
    }

    [Fact]
    public void An_interrupted_training_goes_on_and_ends_the_same()
    {
        var state = Path.Combine(_folder, "state.safetensors");
        using var whole = Network();
        using var parts = Network();
        using var all = Trainer(6).Train(whole, _images, _captions, new Generator(4));

        Assert.Throws<OperationCanceledException>(() => Trainer(6).Train(parts, _images, _captions, new Generator(4), progress: step => StopAfter(2, step), stateFile: state));
        Interruption.Clear();
        using var fresh = Network();
        using var rest = Trainer(6).Train(fresh, _images, _captions, new Generator(4), stateFile: state);

        Assert.Equal(2, rest.ResumedAt);
        Assert.Equal(all.Losses, rest.Losses);
        Assert.All(whole.state_dict().Zip(fresh.state_dict()), pair => Assert.True(pair.First.Value.SameAs(pair.Second.Value), pair.First.Key));
    }

    [Fact]
    public void Low_rank_updates_alone_are_trained_where_an_adapter_is_attached()
    {
        using var network = Network();
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        using var adapter = new LowRankAdapter(network, new LowRankOptions { Targets = LowRankTargets.All });
        adapter.AddTask("members", new Generator(1));

        using var result = Trainer(3).Train(network, _images, _captions, new Generator(4));

        Assert.All(before, entry => Assert.True(entry.Value.SameAs(network.state_dict()[entry.Key]), entry.Key));
        Assert.Contains(adapter.Matrices("members"), matrix => matrix.Name.EndsWith("lora_b", StringComparison.Ordinal) && matrix.Matrix.abs().max().ToDouble() > 0);
    }

    private (DenoisingUNet Network, IReadOnlyList<double> Losses) Train(int steps)
    {
        var network = Network();
        using var result = Trainer(steps).Train(network, _images, _captions, new Generator(4));
        return (network, result.Losses);
    }

    private static DiffusionTrainer Trainer(int steps) =>
        new(new DiffusionTrainerOptions { BatchSize = 12, Training = new DiffusionTrainerOptions().Training with { Steps = steps, LearningRate = 5e-3, WarmUpSteps = 5 } });

    private static void StopAfter(int steps, TrainingProgress progress)
    {
        if (progress.Step == steps)
        {
            Interruption.Request();
        }
    }

    private static DenoisingUNet Network() => new(new DenoisingUNetOptions { Width = 8, VocabularySize = 5 }, new Generator(3));
}
