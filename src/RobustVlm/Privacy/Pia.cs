using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="Pia"/>.</summary>
public sealed record PiaOptions
{
    /// <summary>Noise level of the second question.</summary>
    public int Level { get; init; } = 200;

    /// <summary>Power p of the distance; the released code takes 4.</summary>
    public double Power { get; init; } = 4;

    /// <summary>Whether the first answer is scaled to the mean size of normal numbers (PIAN).</summary>
    public bool Normalised { get; init; }

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>Proximal initialisation: the noise predicted for the clean image is put on it; a member's is predicted again (PIA and PIAN, Kong et al. 2024, arXiv:2305.18355).</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class Pia(PiaOptions? options = null) : IMembershipAttack
{
    private readonly PiaOptions _options = options ?? new PiaOptions();

    /// <inheritdoc/>
    public string Name => _options.Normalised ? "PIAN" : "PIA";

    /// <inheritdoc/>
    public AttackAccess Access => AttackAccess.GreyBox;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates.Map(_options.BatchSize, batch =>
        {
            var x = model.Codec.Encode(batch.Images);
            var first = model.Noise(x, 0, batch.Captions);
            if (_options.Normalised)
            {
                first = first / first.abs().mean([1, 2, 3], keepdim: true).clamp_min(1e-30) * Math.Sqrt(2 / Math.PI);
            }

            var second = model.Noise(model.Schedule.Noised(x, _options.Level, first), _options.Level, batch.Captions);
            return (first - second).abs().pow(_options.Power).sum([1, 2, 3]);
        });
    }
}
