using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="ReDiffuse"/>.</summary>
public sealed record ReDiffuseOptions
{
    /// <summary>Noise level up to which an image is noised.</summary>
    public int Level { get; init; } = 200;

    /// <summary>Moves back to the clean image.</summary>
    public int Steps { get; init; } = 2;

    /// <summary>Variations that are averaged, at least one.</summary>
    public int Variations { get; init; } = 10;

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>How far an image is from the mean of its variations; asks for nothing but variations (ReDiffuse, Li et al. 2024, arXiv:2405.20771).</summary>
/// <remarks>With one variation it is the last image of an image-to-image question by itself.</remarks>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class ReDiffuse(ReDiffuseOptions? options = null) : IMembershipAttack
{
    private readonly ReDiffuseOptions _options = options ?? new ReDiffuseOptions();

    /// <inheritdoc/>
    public string Name => _options.Variations == 1 ? "last image" : "ReDiffuse";

    /// <inheritdoc/>
    public AttackAccess Access => AttackAccess.Variations;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Variations, 1);
        var sampler = new DiffusionSampler(model, new DiffusionSamplerOptions { Steps = _options.Steps, Clip = model.Codec is PixelCodec });
        return candidates.Map(_options.BatchSize, batch =>
        {
            var x = model.Codec.Encode(batch.Images);
            var varied = Enumerable.Range(0, _options.Variations).Select(draw =>
            {
                using var scope = NewDisposeScope();
                var noisy = model.Schedule.Noised(x, _options.Level, noise.Normal(batch.Ids, LossThreshold.Draw(_options.Level, draw), x));
                return model.Codec.Decode(sampler.Run(noisy, _options.Level, batch.Captions)).MoveToOuterDisposeScope();
            });
            var mean = varied.Aggregate((sum, image) => sum + image) / _options.Variations;
            return ImageDistances.Squared(batch.Images, mean);
        });
    }
}
