using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>
/// Text-guided contrastive adversarial training (Mao et al. 2023, arXiv:2212.07016): cross-entropy of attacked pictures over the prompts of all classes. With a
/// <see cref="VisualPrompt"/> it is that paper's visual prompt tuning.
/// </summary>
/// <remarks>The recipe's learning rate is that of the re-runs (1e-5); the published code's default is 1e-7.</remarks>
public sealed class TeCoA : IFineTuningMethod
{
    /// <summary>The published settings for a <see cref="VisualPrompt"/>: the learning rate is 40.</summary>
    public static FineTuningOptions PromptRecipe { get; } = Of(40);

    /// <inheritdoc/>
    public string Name => "TeCoA";

    /// <inheritdoc/>
    public FineTuningOptions Recipe => Of(1e-5);

    /// <inheritdoc/>
    public Tensor Climb(FineTuningBatch batch, EncodedImages attacked) => ClassifierLoss.CrossEntropySum(batch, attacked);

    /// <inheritdoc/>
    public IReadOnlyList<LossTerm> Terms(FineTuningBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return [new("CE", nn.functional.cross_entropy(batch.Adversarial.Logits, batch.Labels))];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static FineTuningOptions Of(double rate) =>
        new() { BatchSize = 256, Training = new FineTuningOptions().Training with { Optimizer = OptimizerKind.Sgd, LearningRate = rate, Steps = 3910 } };
}
