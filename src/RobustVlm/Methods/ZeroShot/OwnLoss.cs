using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>A method of one's own in one line; its attack climbs cross-entropy unless told otherwise.</summary>
/// <example><code>new OwnLoss("mine", batch => nn.functional.cross_entropy(batch.Adversarial.Logits, batch.Labels))</code></example>
public sealed class OwnLoss : IFineTuningMethod
{
    private readonly Func<FineTuningBatch, Tensor> _loss;
    private readonly Func<FineTuningBatch, EncodedImages, Tensor> _climb;

    /// <summary>Makes a method.</summary>
    /// <param name="name">Name for tables and legends.</param>
    /// <param name="loss">From a batch after the attack to the loss, a float tensor [].</param>
    /// <param name="climb">What the attack climbs, a float tensor [B]; null takes cross-entropy over all classes.</param>
    public OwnLoss(string name, Func<FineTuningBatch, Tensor> loss, Func<FineTuningBatch, EncodedImages, Tensor>? climb = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(loss);
        Name = name;
        _loss = loss;
        _climb = climb ?? ClassifierLoss.CrossEntropySum;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public FineTuningOptions Recipe => new();

    /// <inheritdoc/>
    public Tensor Climb(FineTuningBatch batch, EncodedImages attacked) => _climb(batch, attacked);

    /// <inheritdoc/>
    public IReadOnlyList<LossTerm> Terms(FineTuningBatch batch) => [new("loss", _loss(batch))];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
