using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="SimA"/>.</summary>
public sealed record SimAOptions
{
    /// <summary>Noise level that the network is told; small ones are strong.</summary>
    public int Level { get; init; } = 50;

    /// <summary>Power of the size.</summary>
    public double Power { get; init; } = 4;

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>The noise that the network sees in an image without any: one question, no chance (SimA; formula as in its released code).</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class SimA(SimAOptions? options = null) : IMembershipAttack
{
    private readonly SimAOptions _options = options ?? new SimAOptions();

    /// <inheritdoc/>
    public string Name => $"SimA, t = {_options.Level}";

    /// <inheritdoc/>
    public AttackAccess Access => AttackAccess.GreyBox;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates.Map(_options.BatchSize, batch =>
            model.Noise(model.Codec.Encode(batch.Images), _options.Level, batch.Captions).abs().pow(_options.Power).sum([1, 2, 3]));
    }
}
