using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>The loss of <see cref="FineTuneClean"/> on attacked pictures; the attack itself climbs cross-entropy over all classes (as in TGA-ZSR, Yu et al. 2024, arXiv:2410.21802).</summary>
public sealed class FineTuneAdversarial : IFineTuningMethod
{
    /// <inheritdoc/>
    public string Name => "FT-Adv";

    /// <inheritdoc/>
    public FineTuningOptions Recipe => new FineTuneClean().Recipe;

    /// <inheritdoc/>
    public Tensor Climb(FineTuningBatch batch, EncodedImages attacked) => ClassifierLoss.CrossEntropySum(batch, attacked);

    /// <inheritdoc/>
    public IReadOnlyList<LossTerm> Terms(FineTuningBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return [FineTuneClean.WithinBatch(batch.Adversarial, batch.Labels)];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
