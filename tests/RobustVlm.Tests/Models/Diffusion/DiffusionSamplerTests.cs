using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models.Diffusion;

public sealed class DiffusionSamplerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _start = randn([2, 1, 4, 4], dtype: ScalarType.Float64, generator: new Generator(2));

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Levels_go_from_the_first_evenly_down()
    {
        Assert.Equal([199, 149, 99, 49], Sampler(new DiffusionSamplerOptions { Steps = 4 }).Levels(199));
        Assert.Equal([2, 1, 0], Sampler(new DiffusionSamplerOptions { Steps = 50 }).Levels(2));
        Assert.Equal(Enumerable.Range(0, 1000).Reverse(), Sampler(DiffusionSamplerOptions.Ddpm).Levels(999));
    }

    [Fact]
    public void A_network_that_knows_the_image_leads_back_to_it()
    {
        var image = full([2, 1, 4, 4], 0.3, dtype: ScalarType.Float64);
        var schedule = new NoiseSchedule();
        var model = new DiffusionModel(new Toy((x, level) => (x - (image * Math.Sqrt(schedule.AlphaBar(level)))) / Math.Sqrt(1 - schedule.AlphaBar(level))));

        foreach (var options in new[] { new DiffusionSamplerOptions { Steps = 7 }, new DiffusionSamplerOptions { Steps = 7, Chance = 1 } })
        {
            var drawn = new DiffusionSampler(model, options).Run(_start, 999, chance: step => _start * step);

            Assert.InRange((drawn - image).abs().max().ToDouble(), 0, 1e-9);
        }
    }

    [Fact]
    public void A_step_of_ddpm_has_the_mean_and_variance_of_the_posterior()
    {
        // Ho et al. 2020, eq. 7, for neighbouring levels.
        var (schedule, t) = (new NoiseSchedule(), 400);
        var (kept, before) = (schedule.AlphaBar(t), schedule.AlphaBar(t - 1));
        var (beta, z) = (1 - (kept / before), ones_like(_start));
        var steps = new List<Tensor>();
        var model = new DiffusionModel(new Toy((x, level) =>
        {
            steps.Add(x.clone().DetachFromDisposeScope());
            return x * 0.5;
        }));
        _ = new DiffusionSampler(model, DiffusionSamplerOptions.Ddpm with { Clip = false }).Run(_start, t, chance: step => step == 0 ? z : zeros_like(z));

        var clean = schedule.Denoised(_start, t, _start * 0.5);
        var mean = (clean * (Math.Sqrt(before) * beta / (1 - kept))) + (_start * (Math.Sqrt(kept / before) * (1 - before) / (1 - kept)));
        Assert.InRange((steps[1] - mean - Math.Sqrt(beta * (1 - before) / (1 - kept))).abs().max().ToDouble(), 0, 1e-10);
        steps.ForEach(step => step.Dispose());
    }

    [Fact]
    public void Guidance_goes_beyond_what_the_caption_changes()
    {
        var model = new DiffusionModel(new Toy((x, _) => x * 0, told: 1));
        var captions = ones([2, 3], dtype: ScalarType.Int64);

        Assert.Equal(1, model.Noise(_start, 5, captions).max().ToDouble());
        Assert.Equal(7.5, model.Noise(_start, 5, captions, 7.5).max().ToDouble());
        Assert.Equal(0, model.Noise(_start, 5, null, 7.5).max().ToDouble());
    }

    [Fact]
    public void Chance_needs_noise() => Assert.Throws<ArgumentException>(() => Sampler(DiffusionSamplerOptions.Ddpm).Run(_start, 10));

    [Fact]
    public void Latents_of_an_autoencoder_have_the_asked_side_and_size_one()
    {
        using var autoencoder = new AutoencoderOptions { ImageSize = 16, Width = 4, Depth = 2, Features = 32 }.Create(new Generator(1));
        autoencoder.eval();
        var images = rand([20, 1, 16, 16], generator: new Generator(3));
        var codec = AutoencoderCodec.For(autoencoder, 4, images);

        var latents = codec.Encode(images);

        Assert.Equal([20, 2, 4, 4], latents.shape);
        Assert.Equal(1, latents.std().ToDouble(), 1e-3);
        Assert.InRange((codec.Decode(latents) - autoencoder.call(images)).abs().max().ToDouble(), 0, 1e-5);
    }

    [Fact]
    public void An_empty_caption_is_the_same_as_none()
    {
        using var network = new DenoisingUNet(new DenoisingUNetOptions { Width = 8, VocabularySize = 5 }, new Generator(1));
        var (x, levels) = (rand([2, 1, 8, 8], generator: new Generator(3)), tensor(new long[] { 3, 900 }));

        var none = network.Predict(x, levels, null);

        Assert.True(none.SameAs(network.Predict(x, levels, zeros([2, 4], dtype: ScalarType.Int64))));
        Assert.False(none.SameAs(network.Predict(x, levels, ones([2, 4], dtype: ScalarType.Int64))));
        Assert.InRange((network.Predict(x, levels, tensor(new long[,] { { 1, 0, 0 }, { 2, 0, 0 } })) - network.Predict(x, levels, tensor(new long[,] { { 1 }, { 2 } }))).abs().max().ToDouble(), 0, 1e-5);
    }

    private static DiffusionSampler Sampler(DiffusionSamplerOptions options) => new(new DiffusionModel(new Toy((x, _) => x)), options);

    private sealed class Toy(Func<Tensor, int, Tensor> noise, double told = 0) : INoisePredictor
    {
        public Tensor Predict(Tensor noisy, Tensor levels, Tensor? captions) => noise(noisy, (int)levels[0].item<long>()) + (captions is null ? 0 : told);
    }
}
