using RobustVlm.Experiments.PrivacyStudy;
using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.PrivacyStudy;

/// <summary>Two steps at published size, on made data: everything but time and results.</summary>
public sealed class PrivacyPresetTests : IDisposable
{
    private static readonly bool[] s_members = [.. Enumerable.Range(0, 12).Select(i => i < 6)];

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact, Trait("Category", "Slow")]
    public void Two_steps_of_the_network_for_small_pictures_and_its_attacks()
    {
        var preset = PrivacyPreset.Cifar;
        preset = preset with
        {
            Trainer = preset.Trainer with { BatchSize = 2, Training = preset.Trainer.Training with { Steps = 2 } },
            Attacks = [new SecMi(new SecMiOptions { Level = 10 }), new SimA()],
            Queries = [("previews", preset.Queries[0].Options with { Start = TrajectoryStart.Image, Length = 2, Repeats = 1 })],
        };
        var images = rand([12, 3, preset.ImageSize, preset.ImageSize], generator: new Generator(1));

        var model = preset.Train(new CandidateImages(images.narrow(0, 0, 6)), new Generator(2));
        var numbers = preset.Attack(model, new CandidateImages(images), s_members, new Generator(3));

        Assert.Equal(4 * 2, numbers.Count);
        Assert.All(numbers, number => Assert.InRange(number.Value, 0, 1));
    }

    [Fact]
    public void A_latent_model_that_the_user_brings_is_attacked_with_guidance()
    {
        using var autoencoder = new AutoencoderOptions { ImageSize = 16, Width = 4, Depth = 2, Features = 64 }.Create(new Generator(1));
        autoencoder.eval();
        using var network = new DenoisingUNet(new DenoisingUNetOptions { Channels = 4, Width = 8, VocabularySize = 9 }, new Generator(2));
        var images = rand([12, 1, 16, 16], generator: new Generator(3));
        var model = new DiffusionModel(network, codec: AutoencoderCodec.For(autoencoder, 4, images));
        var preset = PrivacyPreset.StableDiffusion;
        preset = preset with { Queries = [.. preset.Queries.Select(query => (query.Name, query.Options with { Length = 2, Repeats = 1 }))] };

        var numbers = preset.Attack(model, new CandidateImages(images, randint(1, 9, [12, 4], dtype: ScalarType.Int64, generator: new Generator(4))), s_members, new Generator(5));

        Assert.Equal(2 * (3 + 8 + 1), numbers.Count);
        Assert.Contains(numbers, number => number.Row == PrivacyPreset.Blind && number is { Column: "AUC", Low: not null, High: not null });
        Assert.Contains(numbers, number => number.Row.Contains("guidance 7.5", StringComparison.Ordinal));
        Assert.All(numbers, number => Assert.InRange(number.Value, 0, 1));
    }

    [Fact]
    public void A_preset_without_a_network_says_who_brings_it() => Assert.Contains(
        "you bring", Assert.Throws<InvalidOperationException>(() => PrivacyPreset.StableDiffusion.Train(new CandidateImages(rand(2, 1, 8, 8)), new Generator(1))).Message, StringComparison.Ordinal);
}
