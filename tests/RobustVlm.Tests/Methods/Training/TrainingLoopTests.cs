using RobustVlm.Engine;
using RobustVlm.Methods.Training;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;

namespace RobustVlm.Tests.Methods.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private static readonly TrainingOptions s_short = new() { Steps = 20, LearningRate = 0.05, WarmUpSteps = 4, MixedPrecision = false };

    private readonly string _folder = Directory.CreateTempSubdirectory("training").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Learning_rate_rises_linearly_and_falls_along_a_cosine()
    {
        var options = new TrainingOptions { Steps = 100, WarmUpSteps = 10, LearningRate = 1 };

        Assert.Equal(0.1, options.LearningRateAt(0), 12);
        Assert.Equal(1, options.LearningRateAt(9), 12);
        Assert.Equal(1, options.LearningRateAt(10), 12);
        Assert.Equal(0.5, options.LearningRateAt(55), 12);
        Assert.InRange(options.LearningRateAt(99), 1e-6, 1e-3);
        Assert.Equal(1, new TrainingOptions { Steps = 1, LearningRate = 1, WarmUpSteps = 5 }.LearningRateAt(0));
    }

    [Theory]
    [InlineData(LearningRateSchedule.Linear, 0.55)]
    [InlineData(LearningRateSchedule.Constant, 1.0)]
    public void Other_schedules_follow_their_lines(LearningRateSchedule schedule, double middle)
    {
        var options = new TrainingOptions { Steps = 100, LearningRate = 1, Schedule = schedule, FinalShare = 0.1 };

        Assert.Equal(1, options.LearningRateAt(0), 12);
        Assert.Equal(middle, options.LearningRateAt(50), 12);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.Sgd)]
    public void A_line_is_learned(OptimizerKind optimizer)
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();

        using var result = new TrainingLoop(s_short with { Steps = 200, Optimizer = optimizer }).Run(problem.Model, problem.Loss, new torch.Generator(1));

        Assert.InRange(result.Losses[^1], 0, 0.02 * result.Losses[0]);
        Assert.False(problem.Model.training);
    }

    [Fact]
    public void Two_half_batches_give_the_step_of_the_whole_batch()
    {
        using var scope = torch.NewDisposeScope();
        var (whole, halves) = (new Line(), new Line());
        var options = s_short with { Optimizer = OptimizerKind.Sgd };

        using var first = new TrainingLoop(options).Run(whole.Model, _ => whole.LossOf(0, 64), new torch.Generator(1));
        using var second = new TrainingLoop(options with { Accumulation = 2 })
            .Run(halves.Model, step => halves.LossOf(step.Batch % 2 * 32, 32), new torch.Generator(1));

        Assert.All(first.Losses.Zip(second.Losses), pair => Assert.Equal(pair.First, pair.Second, 5));
        Assert.True(whole.Model.weight!.allclose(halves.Model.weight!, 1e-4, 1e-5));
    }

    [Fact]
    public void Gradients_are_shortened()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();
        var before = problem.Model.weight!.detach().clone();
        var options = s_short with { Steps = 1, WarmUpSteps = 0, Optimizer = OptimizerKind.Sgd, LearningRate = 1, GradientNorm = 0.125 };

        using var result = new TrainingLoop(options).Run(problem.Model, step => 100 * problem.Loss(step), new torch.Generator(1));

        var moved = torch.cat([(problem.Model.weight! - before).flatten(), problem.Model.bias!.detach()]).norm().item<float>();
        Assert.Equal(0.125, moved, 3);
    }

    [Fact]
    public void The_running_mean_follows_its_formula()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();
        var means = problem.Model.weight!.detach().clone();
        var seen = 0;

        using var result = new TrainingLoop(s_short with { AverageDecay = 0.5 }).Run(problem.Model, problem.Loss, new torch.Generator(1), step =>
        {
            var decay = Math.Min(0.5, (1.0 + seen) / (10.0 + seen));
            means = decay * means + (1 - decay) * problem.Model.weight!.detach();
            seen++;
        });
        result.Average!.CopyTo(problem.Model);

        Assert.True(problem.Model.weight!.allclose(means, 1e-5, 1e-6));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW, null)]
    [InlineData(OptimizerKind.Sgd, 0.9)]
    public void An_interrupted_training_goes_on_exactly_where_it_stopped(OptimizerKind optimizer, double? average)
    {
        using var scope = torch.NewDisposeScope();
        var options = s_short with { Optimizer = optimizer, AverageDecay = average, GradientNorm = 1 };
        var (straight, halted) = (new Line(), new Line());
        using var whole = new TrainingLoop(options).Run(straight.Model, straight.Noisy, new torch.Generator(1));
        var file = Path.Combine(_folder, "state.safetensors");

        Assert.Throws<OperationCanceledException>(() => new TrainingLoop(options).Run(halted.Model, halted.Noisy, new torch.Generator(1), StopAfter(7), file));
        var resumed = new Line();
        using var rest = new TrainingLoop(options).Run(resumed.Model, resumed.Noisy, new torch.Generator(1), stateFile: file);

        Assert.Equal(7, rest.ResumedAt);
        Assert.Equal(whole.Losses, rest.Losses);
        Assert.Equal(whole.Terms["size"], rest.Terms["size"]);
        Assert.Equal(straight.Model.weight!.data<float>().ToArray(), resumed.Model.weight!.data<float>().ToArray());
        if (average is not null)
        {
            whole.Average!.CopyTo(straight.Model);
            rest.Average!.CopyTo(resumed.Model);
            Assert.Equal(straight.Model.weight!.data<float>().ToArray(), resumed.Model.weight!.data<float>().ToArray());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_real_interrupt_between_or_within_steps_keeps_the_finished_ones(bool within)
    {
        using var scope = torch.NewDisposeScope();
        var options = s_short with { AverageDecay = 0.9 };
        var (straight, halted, resumed) = (new Normalised(), new Normalised(), new Normalised());
        using var whole = new TrainingLoop(options).Run(straight.Model, straight.Loss, new torch.Generator(1));
        var file = Path.Combine(_folder, "state.safetensors");

        torch.Tensor Interrupted(TrainingStep step)
        {
            var loss = halted.Loss(step);
            if (within && step.Step == 7)
            {
                Interruption.Request();
            }

            return loss;
        }

        try
        {
            Assert.Throws<OperationCanceledException>(() => new TrainingLoop(options).Run(halted.Model, Interrupted, new torch.Generator(1), step =>
            {
                if (!within && step.Step == 7)
                {
                    Interruption.Request();
                }
            }, file));
        }
        finally
        {
            Interruption.Clear();
        }

        using var rest = new TrainingLoop(options).Run(resumed.Model, resumed.Loss, new torch.Generator(1), stateFile: file);
        whole.Average!.CopyTo(straight.Model);
        rest.Average!.CopyTo(resumed.Model);

        Assert.Equal(7, rest.ResumedAt);
        Assert.Equal(whole.Losses, rest.Losses);
        var (expected, actual) = (straight.Model.state_dict(), resumed.Model.state_dict());
        Assert.All(expected, pair => Assert.True(pair.Value.SameAs(actual[pair.Key]), pair.Key));
    }

    [Fact]
    public void The_running_mean_covers_the_statistics_of_batch_normalisation()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Normalised();
        var mean = problem.Statistics.clone();
        var seen = 0;

        using var result = new TrainingLoop(s_short with { AverageDecay = 0.5 }).Run(problem.Model, problem.Loss, new torch.Generator(1), step =>
        {
            var decay = Math.Min(0.5, (1.0 + seen) / (10.0 + seen));
            mean = decay * mean + (1 - decay) * problem.Statistics;
            seen++;
        });
        result.Average!.CopyTo(problem.Model);

        Assert.True(problem.Statistics.allclose(mean, 1e-5, 1e-6));
        Assert.Equal(20, problem.Model.state_dict()["0.num_batches_tracked"].item<long>());
    }

    [Fact]
    public void A_killed_training_goes_on_from_the_last_saved_state()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();
        var file = Path.Combine(_folder, "state.safetensors");
        Assert.Throws<IOException>(() => new TrainingLoop(s_short with { SaveEvery = 5 })
            .Run(problem.Model, problem.Loss, new torch.Generator(1), step => _ = step.Step == 13 ? throw new IOException() : 0, file));

        using var rest = new TrainingLoop(s_short).Run(new Line().Model, problem.Loss, new torch.Generator(1), stateFile: file);
        using var again = new TrainingLoop(s_short).Run(new Line().Model, problem.Loss, new torch.Generator(1), stateFile: file);

        Assert.Equal(10, rest.ResumedAt);
        Assert.Equal(20, again.ResumedAt);
        Assert.Equal(rest.Losses, again.Losses);
    }

    [Fact]
    public void A_state_of_other_settings_or_another_seed_or_another_model_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();
        var file = Path.Combine(_folder, "state.safetensors");
        using var done = new TrainingLoop(s_short).Run(problem.Model, problem.Loss, new torch.Generator(1), stateFile: file);

        string Refused(TrainingOptions options, ulong seed, torch.nn.Module model) => Assert.Throws<InvalidDataException>(
            () => new TrainingLoop(options).Run(model, problem.Loss, new torch.Generator(seed), stateFile: file)).Message;

        Assert.Contains("another training", Refused(s_short with { LearningRate = 1 }, 1, problem.Model), StringComparison.Ordinal);
        Assert.Contains("another training", Refused(s_short, 2, problem.Model), StringComparison.Ordinal);
        Assert.Contains("another model", Refused(s_short, 1, torch.nn.Linear(3, 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Different_seeds_draw_different_numbers_and_equal_seeds_the_same()
    {
        using var scope = torch.NewDisposeScope();

        double[] Drawn(ulong seed)
        {
            var problem = new Line();
            using var result = new TrainingLoop(s_short).Run(problem.Model, problem.Noisy, new torch.Generator(seed));
            return [.. result.Terms["size"]];
        }

        Assert.Equal(Drawn(1), Drawn(1));
        Assert.NotEqual(Drawn(1), Drawn(2));
        Assert.Equal(20, Drawn(1).Distinct().Count());
    }

    [Fact]
    public void A_loss_that_is_not_a_number_stops_the_training()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();

        var error = Assert.Throws<InvalidOperationException>(() => new TrainingLoop(s_short).Run(problem.Model, step => problem.Loss(step) / 0.0 * 0.0, new torch.Generator(1)));

        Assert.Contains("loss became NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frozen_weights_stay_and_a_frozen_model_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();
        var bias = problem.Model.bias!.detach().clone();
        problem.Model.bias!.requires_grad = false;

        using var result = new TrainingLoop(s_short).Run(problem.Model, problem.Loss, new torch.Generator(1));
        problem.Model.weight!.requires_grad = false;

        Assert.True(problem.Model.bias!.SameAs(bias));
        Assert.Throws<ArgumentException>(() => new TrainingLoop(s_short).Run(problem.Model, problem.Loss, new torch.Generator(1)));
    }

    [Theory]
    [InlineData("Steps")]
    [InlineData("LearningRate")]
    [InlineData("AverageDecay")]
    [InlineData("GradientNorm")]
    public void Impossible_settings_are_named(string setting)
    {
        var options = setting switch
        {
            "Steps" => s_short with { Steps = 0 },
            "LearningRate" => s_short with { LearningRate = double.NaN },
            "AverageDecay" => s_short with { AverageDecay = 1 },
            _ => s_short with { GradientNorm = 0 },
        };

        Assert.Contains(setting, Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingLoop(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        using var scope = torch.NewDisposeScope();
        var problem = new Line();
        using var warm = new TrainingLoop(s_short).Run(problem.Model, problem.Noisy, new torch.Generator(1));
        problem.Model.zero_grad(set_to_none: true);

        var before = TensorCount.Now();
        using (new TrainingLoop(s_short with { AverageDecay = 0.9 }).Run(problem.Model, problem.Noisy, new torch.Generator(1)))
        {
            problem.Model.zero_grad(set_to_none: true);
        }

        Assert.Equal(before, TensorCount.Now());
    }

    private static Action<TrainingProgress> StopAfter(int steps) => step =>
    {
        if (step.Step == steps)
        {
            throw new OperationCanceledException();
        }
    };

    /// <summary>A model with batch normalisation, whose buffers move in every forward pass.</summary>
    private sealed class Normalised
    {
        internal Normalised()
        {
            Model = torch.nn.Sequential(torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1));
            using var random = new torch.Generator(5);
            using var noGradient = torch.no_grad();
            foreach (var weight in Model.parameters().Where(weight => weight.dim() == 2))
            {
                weight.copy_(torch.randn(weight.shape, generator: random));
            }

            Model.parameters().Last().zero_();
        }

        internal torch.nn.Module<torch.Tensor, torch.Tensor> Model { get; }

        internal torch.Tensor Statistics => Model.state_dict()["0.running_mean"];

        internal torch.Tensor Loss(TrainingStep step)
        {
            var inputs = torch.randn([16, 3], generator: step.Random);
            return (Model.call(inputs) - inputs.sum(1, keepdim: true)).square().mean();
        }
    }

    /// <summary>A linear model that shall learn a line.</summary>
    private sealed class Line
    {
        private readonly torch.Tensor _inputs;
        private readonly torch.Tensor _targets;

        internal Line()
        {
            using var random = new torch.Generator(5);
            Model = torch.nn.Linear(3, 1);
            using (torch.no_grad())
            {
                Model.weight!.copy_(torch.randn([1, 3], generator: random));
                Model.bias!.zero_();
            }

            _inputs = torch.randn([64, 3], generator: random);
            _targets = _inputs.matmul(torch.tensor(new float[] { 1, -2, 0.5f }, [3, 1])) + 0.3;
        }

        internal Linear Model { get; }

        internal torch.Tensor Loss(TrainingStep step) => LossOf(0, 64);

        internal torch.Tensor LossOf(long from, long count) =>
            (Model.call(_inputs.narrow(0, from, count)) - _targets.narrow(0, from, count)).square().mean();

        internal torch.Tensor Noisy(TrainingStep step)
        {
            var noise = torch.randn([64, 1], generator: step.Random);
            step.Record("size", noise.abs().mean());
            return (Model.call(_inputs) - _targets + 0.1 * noise).square().mean();
        }
    }
}
