using RobustVlm.Engine;
using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="GanLeaks"/>.</summary>
public sealed record GanLeaksOptions
{
    /// <summary>Images that are generated once, at least one.</summary>
    public int Samples { get; init; } = 400;

    /// <summary>Moves of the sampler.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>Distance of an image to the nearest of many generated ones (GAN-Leaks, full black box; Chen et al. 2020, arXiv:1909.03935).</summary>
/// <remarks>Images are generated for the candidates' captions in turn, those of members and of others alike.</remarks>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class GanLeaks(GanLeaksOptions? options = null) : IMembershipAttack
{
    private const long FirstId = 1L << 40;   // apart from any candidate's number

    private readonly GanLeaksOptions _options = options ?? new GanLeaksOptions();

    /// <inheritdoc/>
    public string Name => "GAN-Leaks";

    /// <inheritdoc/>
    public AttackAccess Access => AttackAccess.Generation;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(noise);
        using var scope = NewDisposeScope();
        return Nearest(candidates, Generate(model, candidates, noise)).MoveToOuterDisposeScope();
    }

    /// <summary>Scores candidates by images that were generated before.</summary>
    /// <param name="candidates">The images.</param>
    /// <param name="generated">Float tensor [G, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float64 tensor [N] on the CPU, the distance to the nearest.</returns>
    public Tensor Nearest(CandidateImages candidates, Tensor generated)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(generated);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var flat = generated.flatten(1);
        return candidates.Map(_options.BatchSize, batch => cdist(batch.Images.flatten(1), flat).amin([1])).MoveToOuterDisposeScope();
    }

    /// <summary>Generates images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="candidates">Where captions and sizes come from.</param>
    /// <param name="noise">Source of all randomness.</param>
    /// <returns>Float tensor [G, C, H, W], pixels in [0, 1].</returns>
    public Tensor Generate(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Samples, 1);
        using var noGradient = no_grad();
        using var whole = NewDisposeScope();
        var sampler = new DiffusionSampler(model, new DiffusionSamplerOptions { Steps = _options.Steps, Clip = model.Codec is PixelCodec });
        var parts = new List<Tensor>();
        for (var start = 0; start < _options.Samples; start += _options.BatchSize)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var places = Enumerable.Range(start, Math.Min(_options.BatchSize, _options.Samples - start)).Select(i => (long)i).ToArray();
            var index = tensor(places.Select(place => place % candidates.Count).ToArray(), device: candidates.Images.device);
            var like = model.Codec.Encode(candidates.Images.index_select(0, index));
            var start0 = noise.Normal([.. places.Select(place => FirstId + place)], 0, like);
            parts.Add(model.Codec.Decode(sampler.Run(start0, model.Schedule.Levels - 1, candidates.Captions?.index_select(0, index))).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }
}
