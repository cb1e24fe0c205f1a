using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>
/// Unsupervised adversarial fine-tuning of embeddings (Schlarmann et al. 2024, arXiv:2402.12336): the student's embedding of the attacked picture stays near the original
/// model's embedding of the clean one, in squared distance, without normalisation; the attack climbs that distance. No label and no text is used.
/// </summary>
/// <remarks>The published attack's random start may leave [0, 1] until the first step; here it is cut before.</remarks>
public sealed class Fare : IFineTuningMethod
{
    /// <inheritdoc/>
    public string Name => "FARE";

    /// <summary>The published settings (ten steps with momentum, AdamW), for two rounds through ImageNet, with the smaller of the published budgets.</summary>
    public FineTuningOptions Recipe => new()
    {
        Training = new TrainingOptions
        {
            Steps = 20_000,
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 1e-5,
            WeightDecay = 1e-4,
            DecayVectors = true,
            WarmUpSteps = 1400,
        },
        Attack = new TrainingAttackOptions { Steps = 10, StepSize = Attacks.PixelBudget.Of255(1), Momentum = 0.9 },
    };

    /// <inheritdoc/>
    public Tensor Climb(FineTuningBatch batch, EncodedImages attacked)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(attacked);
        return Distance(batch, attacked);
    }

    /// <inheritdoc/>
    public IReadOnlyList<LossTerm> Terms(FineTuningBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return [new("distance", Distance(batch, batch.Adversarial).mean())];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Tensor Distance(FineTuningBatch batch, EncodedImages said) => (said.Embeddings - batch.TeacherOnClean.Embeddings).square().sum(1);
}
