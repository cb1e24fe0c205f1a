using RobustVlm.Engine;
using RobustVlm.Methods;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Methods;

public sealed class ClipTrainerTests
{
    private static readonly ClipTrainerOptions Short = new() { Steps = 12, BatchSize = 8, WarmUpSteps = 4 };

    [Fact]
    public void Learns_thirty_two_pairs_by_heart()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 32);
        var options = new ClipTrainerOptions { Steps = 300, BatchSize = 32, LearningRate = 3e-3, WarmUpSteps = 20 };

        var losses = new ClipTrainer(options).Train(model, images, tokens, new torch.Generator(3));

        Assert.Equal(300, losses.Count);
        Assert.InRange(losses[0], 2.5, 6);   // log 32 is 3.47, and a fresh model is confidently wrong
        Assert.InRange(losses[^1], 0, 0.1);
        Assert.True(model.call(images, tokens).argmax(1).SameAs(torch.arange(32, dtype: torch.ScalarType.Int64)));
    }

    [Fact]
    public void Takes_the_steps_of_a_plain_training_loop()
    {
        // With all pairs in each batch the order does not matter, so the losses can be compared with a loop written out.
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 8);
        var options = Short with { MixedPrecision = false, GradientNorm = 0.5 };
        var plain = TinyClip.Create(seed: 1);
        using var optimizer = torch.optim.AdamW(plain.parameters(), 0.1, 0.9, 0.98, weight_decay: 0.05);
        var expected = new List<double>();
        for (var step = 0; step < 12; step++)
        {
            optimizer.ParamGroups.Single().LearningRate = options.Training.LearningRateAt(step);
            var loss = ContrastiveLoss.Paired(plain.call(images, tokens));
            var parameters = plain.parameters().ToArray();
            var gradients = torch.autograd.grad([loss], [.. parameters]);
            var length = Math.Sqrt(gradients.Sum(gradient => gradient.square().sum().item<float>()));
            foreach (var (parameter, gradient) in parameters.Zip(gradients))
            {
                parameter.grad = gradient * Math.Min(1, 0.5 / length);
            }

            optimizer.step();
            expected.Add(loss.item<float>());
        }

        var (_, losses) = TrainShort(images, tokens, seed: 3, options);

        Assert.All(expected.Zip(losses), pair => Assert.InRange(pair.Second - pair.First, -1e-3, 1e-3));
        Assert.True(expected[^1] < expected[0] - 0.5);   // far enough for a difference to show
    }

    [Fact]
    public void Same_seed_gives_the_same_weights()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);

        var (first, firstLosses) = TrainShort(images, tokens, seed: 3);
        var (second, secondLosses) = TrainShort(images, tokens, seed: 3);
        var (_, otherLosses) = TrainShort(images, tokens, seed: 4);

        Assert.Equal(firstLosses, secondLosses);
        Assert.NotEqual(firstLosses, otherLosses);
        var (a, b) = (first.state_dict(), second.state_dict());
        Assert.All(a.Keys, name => Assert.True(a[name].SameAs(b[name]), name));
    }

    [Fact]
    public void Short_and_full_numbers_train_alike()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);

        var (_, brief) = TrainShort(images, tokens, seed: 3);
        var (_, full) = TrainShort(images, tokens, seed: 3, Short with { MixedPrecision = false });

        Assert.All(brief.Zip(full), pair => Assert.InRange(pair.First - pair.Second, -0.2, 0.2));
    }

    [Fact]
    public void Reports_every_step_and_ends_in_evaluation_mode()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);
        var model = TinyClip.Create(seed: 1);
        var seen = new List<TrainingProgress>();

        var losses = new ClipTrainer(Short).Train(model, images, tokens, new torch.Generator(3), seen.Add);

        Assert.Equal(Enumerable.Range(1, 12), seen.Select(progress => progress.Step));
        Assert.Equal(losses, seen.Select(progress => progress.Loss));
        Assert.All(seen, progress => Assert.Equal(12, progress.Total));
        Assert.False(model.training);
    }

    [Fact]
    public void Fewer_pairs_than_a_batch_are_used_together()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 3);

        var (_, losses) = TrainShort(images, tokens, seed: 3);

        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
    }

    [Fact]
    public void Several_texts_per_image_are_drawn_from()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);
        var same = torch.stack([tokens, tokens, tokens], 1);   // (N, 3, T)
        var different = torch.stack([tokens, tokens.roll(1, 0), tokens.roll(2, 0)], 1);

        var (_, losses) = TrainShort(images, different, seed: 3);
        var (_, again) = TrainShort(images, different, seed: 3);
        var (_, equal) = TrainShort(images, same, seed: 3);

        Assert.Equal(losses, again);
        Assert.NotEqual(losses, equal);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_stops_the_training()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);
        images.fill_(float.NaN);

        var error = Assert.Throws<InvalidOperationException>(() => TrainShort(images, tokens, seed: 3));

        Assert.Contains("learning rate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interruption_stops_it_and_keeps_what_was_learned()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);
        var model = TinyClip.Create(seed: 1);
        var before = model.state_dict()["visual.proj"].clone();
        try
        {
            Assert.Throws<OperationCanceledException>(() => new ClipTrainer(Short).Train(
                model, images, tokens, new torch.Generator(3), progress =>
                {
                    if (progress.Step == 3)
                    {
                        Interruption.Request();
                    }
                }));
        }
        finally
        {
            Interruption.Clear();
        }

        Assert.False(model.training);
        Assert.False(before.SameAs(model.state_dict()["visual.proj"]));
    }

    [Fact]
    public void Memory_stays_flat()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);
        var model = TinyClip.Create(seed: 1);
        var live = new List<long>();

        new ClipTrainer(Short).Train(model, images, tokens, new torch.Generator(3), _ => live.Add(MemoryInfo.Now().LiveTensors));

        Assert.Equal(live[3], live[^1]);
    }

    [Fact]
    public void Images_and_texts_that_do_not_fit_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);

        Assert.Throws<ArgumentException>(() => TrainShort(images, tokens.narrow(0, 0, 5), seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipTrainer(new ClipTrainerOptions { Steps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipTrainer(new ClipTrainerOptions { BatchSize = 1 }));
    }

    private static (Clip Model, IReadOnlyList<double> Losses) TrainShort(
        torch.Tensor images, torch.Tensor tokens, ulong seed, ClipTrainerOptions? options = null)
    {
        var model = TinyClip.Create(seed: 1);
        return (model, new ClipTrainer(options ?? Short).Train(model, images, tokens, new torch.Generator(seed)));
    }
}
