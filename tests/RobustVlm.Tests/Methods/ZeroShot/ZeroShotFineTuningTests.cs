using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.ZeroShot;

public sealed class ZeroShotFineTuningTests : IDisposable
{
    private const int Classes = 4;

    private static readonly FineTuningOptions s_short = new()
    {
        BatchSize = 8,
        WarmUpShare = 0.25,
        Training = new TrainingOptions { Steps = 6, Optimizer = OptimizerKind.Sgd, LearningRate = 0.02 },
        Attack = new TrainingAttackOptions { Epsilon = PixelBudget.Of255(4) },
    };

    private static readonly Dictionary<string, IFineTuningMethod> s_methods = new IFineTuningMethod[]
    {
        new PmgAft(), new PmgAft(new PmgAftOptions { Mode = PmgAftMode.Repository }), new TeCoA(), new Fare(), new FineTuneClean(), new FineTuneAdversarial(), new Trades(),
        new OwnLoss("own", batch => nn.functional.cross_entropy(batch.Adversarial.Logits, batch.Labels) + batch.Clean.Embeddings.square().mean()),
    }.ToDictionary(method => method.Name);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images;
    private readonly Tensor[] _prompts;
    private readonly Tensor _labels = arange(20, dtype: ScalarType.Int64).remainder(Classes);

    public ZeroShotFineTuningTests()
    {
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 20);
        _images = images;
        _prompts = [.. Enumerable.Range(0, Classes).Select(i => tokens.narrow(0, i, 1))];
    }

    public static TheoryData<string> Methods => [.. s_methods.Keys];

    public void Dispose() => _scope.Dispose();

    [Theory, MemberData(nameof(Methods))]
    public void Changes_the_image_encoder_and_nothing_else(string name)
    {
        var (model, before) = (TinyClip.Create(seed: 1), TinyClip.Create(seed: 1));

        using var result = Train(model, name);

        Assert.Equal(6, result.Losses.Count);
        Assert.NotEqual(WeightChecksum.Of(before, IsVisual), WeightChecksum.Of(model, IsVisual));
        Assert.Equal(WeightChecksum.Of(before, key => !IsVisual(key)), WeightChecksum.Of(model, key => !IsVisual(key)));
        Assert.All(model.named_parameters(), weight => Assert.True(weight.parameter.requires_grad, weight.name));
        Assert.False(model.training);
    }

    [Theory, MemberData(nameof(Methods))]
    public void Same_seed_gives_the_same_weights_and_another_one_does_not(string name)
    {
        var (first, second, third) = (TinyClip.Create(seed: 1), TinyClip.Create(seed: 1), TinyClip.Create(seed: 1));

        using var a = Train(first, name, seed: 3);
        using var b = Train(second, name, seed: 3);
        using var c = Train(third, name, seed: 4);

        Assert.Equal(a.Losses, b.Losses);
        Assert.Equal(WeightChecksum.Of(first), WeightChecksum.Of(second));
        Assert.NotEqual(a.Losses, c.Losses);
    }

    [Theory, MemberData(nameof(Methods))]
    public void Memory_stays_flat(string name)
    {
        var live = new List<long>();

        using var result = Train(TinyClip.Create(seed: 1), name, progress: _ => live.Add(MemoryInfo.Now().LiveTensors));

        Assert.Equal(live[2], live[^1]);
    }

    [Fact]
    public void All_methods_see_the_same_pictures_from_the_same_start()
    {
        var seen = new List<Tensor>();
        IFineTuningMethod Watching() => new OwnLoss("watch", batch =>
        {
            seen.Add(batch.Images.clone().DetachFromDisposeScope());
            return batch.Adversarial.Logits.square().mean();
        });
        var own = Watching();

        using var first = new ZeroShotFineTuning(own, s_short with { Training = s_short.Training with { Steps = 2 } }).Train(TinyClip.Create(seed: 1), _prompts, _images, _labels, new Generator(3));
        using var second = new ZeroShotFineTuning(own, s_short with { Training = s_short.Training with { Steps = 2 }, GradientNorms = true }).Train(TinyClip.Create(seed: 1), _prompts, _images, _labels, new Generator(3));

        Assert.True(seen[0].SameAs(seen[2]));
        Assert.True(seen[1].SameAs(seen[3]));
        Assert.False(seen[0].SameAs(seen[1]));
        Assert.Equal(first.Losses, second.Losses);
        seen.ForEach(tensor => tensor.Dispose());
    }

    [Fact]
    public void An_interrupted_training_goes_on_where_it_stopped()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("robustvlm-pmg-").FullName, "state.safetensors");
        var (whole, parts) = (TinyClip.Create(seed: 1), TinyClip.Create(seed: 1));
        using var expected = Train(whole, "PMG-AFT");
        try
        {
            Assert.Throws<OperationCanceledException>(() => Train(parts, "PMG-AFT", stateFile: file, progress: step =>
            {
                if (step.Step == 3)
                {
                    Interruption.Request();
                }
            }));
        }
        finally
        {
            Interruption.Clear();
        }

        var again = TinyClip.Create(seed: 1);
        using var result = Train(again, "PMG-AFT", stateFile: file);

        Assert.Equal(3, result.ResumedAt);
        Assert.Equal(expected.Losses, result.Losses);
        Assert.Equal(WeightChecksum.Of(whole), WeightChecksum.Of(again));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);   // not null: it lies in a folder
    }

    [Fact]
    public void The_general_term_is_zero_at_the_first_step_and_the_clean_term_is_not()
    {
        using var result = Train(TinyClip.Create(seed: 1), "PMG-AFT", s_short with { GradientNorms = true });

        Assert.InRange(result.Terms["general"][0], -1e-7, 1e-7);
        Assert.InRange(result.Terms["gradient of general"][0], 0, 1e-6);
        Assert.True(result.Terms["clean"][0] > 1e-6);
        Assert.True(result.Terms["gradient of clean"][0] > 1e-5);
        Assert.True(result.Terms["general"][^1] > 1e-7);
        Assert.Contains("teacher accuracy", result.Terms.Keys);
    }

    [Fact]
    public void A_weight_of_zero_leaves_a_term_out()
    {
        var method = new PmgAft(new PmgAftOptions { GeneralWeight = 0, CleanWeight = 0 });
        var (model, other) = (TinyClip.Create(seed: 1), TinyClip.Create(seed: 1));

        using var result = new ZeroShotFineTuning(method, s_short).Train(model, _prompts, _images, _labels, new Generator(3));
        using var tecoa = Train(other, "TeCoA");

        Assert.Equal(tecoa.Losses, result.Losses);
        Assert.Equal(WeightChecksum.Of(other), WeightChecksum.Of(model));
        Assert.DoesNotContain("general", result.Terms.Keys);
    }

    [Fact]
    public void The_attack_leaves_no_gradient_in_the_weights_and_the_teacher_stays()
    {
        var model = TinyClip.Create(seed: 1);
        var method = new PmgAft();
        using var models = new FineTuningModels(model, _prompts, method, null, null);
        using var pass = no_grad();
        var before = models.Teacher(_images).clone();
        using var on = enable_grad();
        var batch = new FineTuningBatch(models, new TrainingStep(0, 0, s_short.Training, new Generator(1), []), _images, _labels);

        batch.AttackedImages = TrainingPgd.Perturb(points => method.Climb(batch, batch.Probe(points)).sum(), _images, s_short.Attack, new Generator(5));

        Assert.All(model.parameters(), weight => Assert.Null(weight.grad));
        Assert.All(model.Visual.parameters(), weight => Assert.True(weight.requires_grad));
        Assert.False(batch.AttackedImages.requires_grad);
        Assert.InRange((batch.AttackedImages - _images).abs().max().item<float>(), 3.9f / 255, 4.001f / 255);
        var loss = method.Terms(batch).Select(term => term.Value).Aggregate((sum, term) => sum + term);
        loss.backward();
        using var optimizer = optim.SGD(model.Visual.parameters(), 0.1);
        optimizer.step();
        Assert.True(models.Teacher(_images).SameAs(before));
        Assert.False(models.Student(_images).SameAs(before));
    }

    [Fact]
    public void The_attack_raises_what_it_climbs()
    {
        var model = TinyClip.Create(seed: 1);
        foreach (var (name, method) in s_methods.Where(entry => entry.Value.Attacks))
        {
            using var scope = NewDisposeScope();
            using var models = new FineTuningModels(model, _prompts, method, null, null);
            var batch = new FineTuningBatch(models, new TrainingStep(0, 0, s_short.Training with { MixedPrecision = false }, new Generator(1), []), _images, _labels);
            double Climbed(Tensor points) => method.Climb(batch, batch.Probe(points)).sum().item<float>();
            var options = s_short.Attack with { Steps = 4, StepSize = PixelBudget.Of255(2) };

            var attacked = TrainingPgd.Perturb(points => method.Climb(batch, batch.Probe(points)).sum(), _images, options, new Generator(5));

            Assert.True(Climbed(attacked) > Climbed(_images), name);
        }
    }

    [Fact]
    public void Only_the_last_tensors_move_when_asked_for()
    {
        var (model, before) = (TinyClip.Create(seed: 1), TinyClip.Create(seed: 1));

        using var result = Train(model, "TeCoA", s_short with { LastTensors = 2 });

        var changed = model.named_parameters().Zip(before.named_parameters()).Where(pair => !pair.First.parameter.SameAs(pair.Second.parameter)).Select(pair => pair.First.name);
        Assert.Equal(["visual.ln_post.weight", "visual.ln_post.bias"], changed);
    }

    [Fact]
    public void Brief_numbers_train_like_full_ones()
    {
        using var brief = Train(TinyClip.Create(seed: 1), "PMG-AFT");
        using var full = Train(TinyClip.Create(seed: 1), "PMG-AFT", s_short with { Training = s_short.Training with { MixedPrecision = false } });

        Assert.All(brief.Losses.Zip(full.Losses), pair => Assert.InRange(pair.First / pair.Second, 0.95, 1.05));
    }

    [Fact]
    public void Pictures_of_another_size_are_attacked_in_it()
    {
        var small = nn.functional.interpolate(_images, [10, 10], mode: InterpolationMode.Bilinear, align_corners: false);
        var sizes = new List<long>();
        var method = new OwnLoss("size", batch =>
        {
            sizes.Add(batch.AttackedImages.shape[3]);
            return nn.functional.cross_entropy(batch.Adversarial.Logits, batch.Labels);
        });

        using var result = new ZeroShotFineTuning(method, s_short).Train(TinyClip.Create(seed: 1), _prompts, small, _labels, new Generator(3));

        Assert.All(sizes, size => Assert.Equal(10, size));
    }

    [Theory, InlineData(PmgAftMode.Paper), InlineData(PmgAftMode.Repository)]
    public void A_model_of_the_papers_geometry_from_a_file_takes_two_steps_on_32_pixel_pictures(PmgAftMode mode)
    {
        var sizes = ClipOptions.ViTB32 with
        {
            EmbeddingSize = 16,
            Image = ClipOptions.ViTB32.Image with { Width = 48, Depth = 2, Heads = 2 },
            Text = ClipOptions.ViTB32.Text with { VocabularySize = 60, Width = 32, Depth = 1, Heads = 2 },
        };
        var folder = Directory.CreateTempSubdirectory("robustvlm-geometry-");
        var file = Path.Combine(folder.FullName, "model.safetensors");
        using (var made = new Clip(sizes, new Generator(1)))
        {
            Checkpoint.Save(made, file);
        }

        var model = Checkpoint.Load(file, sizes);
        var images = rand([6, 3, 32, 32], generator: new Generator(2));
        var options = s_short with { BatchSize = 3, Training = s_short.Training with { Steps = 2, LearningRate = 1e-5 } };

        using var result = new ZeroShotFineTuning(new PmgAft(new PmgAftOptions { Mode = mode }), options).Train(
            model, _prompts, images, arange(6, dtype: ScalarType.Int64).remainder(Classes), new Generator(3));

        Assert.All(result.Losses, loss => Assert.True(double.IsFinite(loss) && loss > 0));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Training_lowers_the_loss_under_attack()
    {
        var options = s_short with { Training = s_short.Training with { Steps = 80, LearningRate = 0.05 } };

        using var result = Train(TinyClip.Create(seed: 1), "TeCoA", options);

        Assert.True(result.Losses.TakeLast(5).Average() < result.Losses.Take(5).Average() - 0.3, result.ToString());
        Assert.True(result.Terms["accuracy"].TakeLast(5).Average() > result.Terms["accuracy"].Take(5).Average());
    }

    [Fact]
    public void Drift_is_zero_before_and_grows()
    {
        var (model, original) = (TinyClip.Create(seed: 1), TinyClip.Create(seed: 1));

        var none = WeightDrift.Between(model, original, _images);
        using var result = Train(model, "TeCoA");
        var some = WeightDrift.Between(model, original, _images);

        Assert.Equal(0, none.WeightDistance);
        Assert.Equal(1, none.MeanCosine, 5);
        var expected = Math.Sqrt(model.Visual.parameters().Zip(original.Visual.parameters(), (a, b) => (double)(a - b).square().sum().item<float>()).Sum());
        Assert.Equal(expected, some.WeightDistance, 5);
        Assert.InRange(some.MeanCosine, -1, 0.99999);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_a_sentence()
    {
        var model = TinyClip.Create(seed: 1);
        var trainer = new ZeroShotFineTuning(new TeCoA(), s_short);

        Assert.Throws<ArgumentException>(() => trainer.Train(model, _prompts, _images, _labels.narrow(0, 0, 3), new Generator(1)));
        Assert.Throws<ArgumentException>(() => trainer.Train(model, _prompts, _images, _labels + 1, new Generator(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZeroShotFineTuning(new TeCoA(), s_short with { BatchSize = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZeroShotFineTuning(new TeCoA(), s_short with { WarmUpShare = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZeroShotFineTuning(new TeCoA(), s_short with { LastTensors = 0 }));
        Assert.Throws<ArgumentException>(() => new ZeroShotFineTuning(new TeCoA(), s_short with { Attack = new TrainingAttackOptions { Epsilon = PixelBudget.L2(1) } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PmgAft(new PmgAftOptions { CleanWeight = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Trades(new TradesOptions { Weight = double.NaN }));
    }

    private static bool IsVisual(string name) => name.StartsWith("visual.", StringComparison.Ordinal);

    private TrainingResult Train(
        Clip model, string name, FineTuningOptions? options = null, ulong seed = 3, Action<TrainingProgress>? progress = null, string? stateFile = null) =>
        new ZeroShotFineTuning(s_methods[name], options ?? s_short).Train(model, _prompts, _images, _labels, new Generator(seed), progress, stateFile);
}
