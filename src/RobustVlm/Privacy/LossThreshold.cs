using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="LossThreshold"/>.</summary>
public sealed record LossThresholdOptions
{
    /// <summary>Noise level.</summary>
    public int Level { get; init; } = 100;

    /// <summary>Draws of noise that are averaged, at least one.</summary>
    public int Draws { get; init; } = 8;

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>The training loss of an image at one noise level (Carlini et al. 2023, arXiv:2301.13188; Hu and Pang 2023, arXiv:2302.09849; Matsumoto et al. 2023, arXiv:2302.03262).</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class LossThreshold(LossThresholdOptions? options = null) : IMembershipAttack
{
    private readonly LossThresholdOptions _options = options ?? new LossThresholdOptions();

    /// <inheritdoc/>
    public string Name => $"loss, t = {_options.Level}";

    /// <inheritdoc/>
    public AttackAccess Access => AttackAccess.GreyBox;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Draws, 1);
        return candidates.Map(_options.BatchSize, batch =>
        {
            var x = model.Codec.Encode(batch.Images);
            var losses = Enumerable.Range(0, _options.Draws).Select(draw => Of(model, x, batch, _options.Level, noise, Draw(_options.Level, draw)));
            return losses.Aggregate((sum, loss) => sum + loss) / _options.Draws;
        });
    }

    /// <summary>Draws of different levels are different.</summary>
    internal static long Draw(int level, int draw) => (level * 1000L) + draw;

    /// <summary>Mean squared error of the predicted noise, float tensor [N].</summary>
    internal static Tensor Of(DiffusionModel model, Tensor x, CandidateImages batch, int level, CounterNoise noise, long draw)
    {
        using var scope = NewDisposeScope();
        var eps = noise.Normal(batch.Ids, draw, x);
        return (model.Noise(model.Schedule.Noised(x, level, eps), level, batch.Captions) - eps).square().mean([1, 2, 3]).MoveToOuterDisposeScope();
    }
}
