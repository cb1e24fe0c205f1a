using System.Text.Json;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.Nullspaces;

/// <summary>Steps of the noise search, its stop, random noise, its effect and the loss of fine-tuning are those of the authors' functions, in float64.</summary>
/// <remarks>
/// nullspace-reference.json was made by PyTorch 1.13 with float64 as its default type, from Liu-Hy/easyrobust (f72cee0: encoder_level_epsilon_noise,
/// validate_encoder_noise and encoder_forward of dat/utils.py, adv_train of dat/train_hal.py) and, for the distance that is not squared, from Liu-Hy/NS-ViT (e7a89f1:
/// encoder_level_epsilon_noise of utils.py). The model has timm's structure (16 pixels, patches of 4, width 16, two blocks of two heads, five classes, mean and deviation
/// 0.5); weights, twelve images and the start of the noise are <see cref="FormulaWeights"/>. Stubs: cuda, the image folder, workers of the loader, and the random draws of the
/// start. Noise search: limit 3 (1 for the two that stop), learning rate 0.1, three batches of four images in order, two rounds (ten for the two that stop).
/// </remarks>
public sealed class EncoderNoiseReferenceTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Methods", "Nullspaces", "nullspace-reference.json"))).RootElement;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly VisionTransformer _model = SmallVit.Formula();
    private readonly Tensor _images = FormulaWeights.Images(12, 3, 16, 16);

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void One_step_of_the_noise_search_is_the_authors() => AssertNoise("one step", Search(new() { MaxSteps = 1, ScheduleSteps = 1, Epsilon = null }).Value);

    [Fact]
    public void Six_steps_of_the_noise_search_are_the_authors() => AssertNoise("six steps", Search(new() { MaxSteps = 6, ScheduleSteps = 6, Epsilon = null }).Value);

    [Fact]
    public void Six_steps_on_the_distance_are_the_official_repositorys() => AssertNoise(
        "six steps, distance", Search(new() { Objective = EncoderNoiseObjective.Distance, MaxSteps = 6, ScheduleSteps = 6, Epsilon = null }).Value);

    [Fact]
    public void The_search_stops_where_the_authors_stops()
    {
        var epsilon = s_reference.GetProperty("stopped").GetProperty("epsilon").GetDouble();

        var found = Search(new() { Limit = 1, MaxSteps = 30, ScheduleSteps = 30, Epsilon = epsilon });

        Assert.True(found.Reached);
        Assert.Equal("Image finished training at epoch 3 step 0", s_reference.GetProperty("stopped").GetProperty("text")[0].GetString());
        Assert.Equal(9, found.Steps);
        AssertNoise(s_reference.GetProperty("stopped").GetProperty("noise"), found.Value);
    }

    [Fact]
    public void Random_noise_shrinks_as_often_as_the_authors()
    {
        var epsilon = s_reference.GetProperty("stopped").GetProperty("epsilon").GetDouble();

        var found = Search(new() { Limit = 1, MaxSteps = 30, Epsilon = epsilon }, learn: false);

        Assert.Equal("Image finished training at epoch 2 step 0", s_reference.GetProperty("random").GetProperty("text")[0].GetString());
        Assert.Equal(6, found.Steps);
        AssertNoise(s_reference.GetProperty("random").GetProperty("noise"), found.Value);
    }

    [Fact]
    public void The_effect_of_a_noise_is_measured_as_the_authors_do()
    {
        var expected = s_reference.GetProperty("effect");

        var effect = EncoderNoiseEffect.Of(_model, _images, Stored("six steps"), batchSize: 5);

        Assert.Equal(expected.GetProperty("eq").GetDouble(), effect.Agreement, Tolerance);
        Assert.Equal(expected.GetProperty("mse_probs").GetDouble(), effect.ProbabilityDistance, Tolerance);
        Assert.Equal(expected.GetProperty("mse_conf").GetDouble(), effect.ConfidenceError, Tolerance);
        Assert.Equal(expected.GetProperty("abs_conf").GetDouble(), effect.ConfidenceChange, Tolerance);
        Assert.Equal(expected.GetProperty("mse_logits").GetDouble(), effect.LogitDistance, Tolerance);
    }

    [Fact]
    public void The_gradients_of_the_loss_are_the_authors()
    {
        var tuning = new NullspaceTuning(new NullspaceTuningOptions { LabelSmoothing = 0, MixedPrecision = false });
        using var random = new Generator(1);
        var step = new TrainingStep(0, 0, new TrainingOptions { MixedPrecision = false }, random, []);

        tuning.LossOf(_model, _images.narrow(0, 0, 4), arange(4, dtype: ScalarType.Int64), Stored("six steps"), step).backward();

        var expected = s_reference.GetProperty("loss gradients");
        Assert.All(_model.named_parameters(), weight =>
            Assert.Equal(expected.GetProperty(weight.name).GetDouble(), weight.parameter.grad!.norm().item<double>(), Tolerance));
    }

    private EncoderNoise Search(EncoderNoiseOptions options, bool learn = true) => new EncoderNoiseSearch(options with { BatchSize = 4 }).Run(
        _model, step => _images.narrow(0, step % 3 * 4, 4), (shape, _, _) => (FormulaWeights.Noise("start", 16 * 16) * (learn ? options.Limit : 1)).view(shape), null, learn);

    private static Tensor Stored(string name) => tensor(s_reference.GetProperty(name).EnumerateArray().Select(number => number.GetDouble()).ToArray()).view(1, 16, 16);

    private static void AssertNoise(string name, Tensor noise) => AssertNoise(s_reference.GetProperty(name), noise);

    private static void AssertNoise(JsonElement expected, Tensor noise)
    {
        double[] ours = [.. noise.flatten().data<double>()];
        Assert.Equal(expected.GetArrayLength(), ours.Length);
        Assert.All(expected.EnumerateArray().Zip(ours), pair => Assert.Equal(pair.First.GetDouble(), pair.Second, Tolerance));
    }
}
