using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>
/// Fine-tuning on clean pictures by CLIP's contrastive loss within the batch, without any attack, as the comparisons of TGA-ZSR (Yu et al. 2024, arXiv:2410.21802) define it:
/// each picture must find its label's prompt among those of the batch and back; labels that repeat stay as repeated, wrong answers.
/// </summary>
public sealed class FineTuneClean : IFineTuningMethod
{
    /// <inheritdoc/>
    public string Name => "FT-Clean";

    /// <inheritdoc/>
    public FineTuningOptions Recipe => new() { Training = new FineTuningOptions().Training with { LearningRate = 1e-4 } };

    /// <inheritdoc/>
    public bool Attacks => false;

    /// <inheritdoc/>
    public Tensor Climb(FineTuningBatch batch, EncodedImages attacked) => ClassifierLoss.CrossEntropySum(batch, attacked);

    /// <inheritdoc/>
    public IReadOnlyList<LossTerm> Terms(FineTuningBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return [WithinBatch(batch.Clean, batch.Labels)];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal static LossTerm WithinBatch(EncodedImages said, Tensor labels) => new("contrastive", ContrastiveLoss.Paired(said.Logits.index_select(1, labels)));
}
