using RobustVlm.Attacks;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>Settings of <see cref="Trades"/>.</summary>
public sealed record TradesOptions
{
    /// <summary>Weight of the divergence between clean and attacked pictures.</summary>
    public double Weight { get; init; } = 1;
}

/// <summary>
/// TRADES (Zhang et al. 2019, arXiv:1901.08573) on the prompts of all classes: cross-entropy of clean pictures plus the divergence of the attacked from the clean answer,
/// which the attack climbs. As in LAAT's code (Li et al. 2024, arXiv:2301.13096), gradients flow through both sides.
/// </summary>
public sealed class Trades : IFineTuningMethod
{
    private readonly TradesOptions _options;

    /// <summary>Makes the method.</summary>
    /// <param name="options">Its weight; null takes the default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public Trades(TradesOptions? options = null)
    {
        _options = options ?? new TradesOptions();
        ClassifierLoss.CheckWeight(_options.Weight, nameof(TradesOptions.Weight));
    }

    /// <inheritdoc/>
    public string Name => "TRADES";

    /// <inheritdoc/>
    public FineTuningOptions Recipe => new();

    /// <inheritdoc/>
    public Tensor Climb(FineTuningBatch batch, EncodedImages attacked)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(attacked);
        return EmbeddingMath.Divergence(batch.Clean.Logits.detach(), attacked.Logits);
    }

    /// <inheritdoc/>
    public IReadOnlyList<LossTerm> Terms(FineTuningBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return
        [
            new("CE", nn.functional.cross_entropy(batch.Clean.Logits, batch.Labels)),
            new("divergence", EmbeddingMath.Divergence(batch.Clean.Logits, batch.Adversarial.Logits).mean(), _options.Weight),
        ];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, weight {_options.Weight}";
}
