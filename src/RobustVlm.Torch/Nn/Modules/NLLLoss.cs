using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Minus the log-probability of the right class.</summary>
public sealed class NLLLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="weight">Float tensor [K], weight of each class, or null.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public NLLLoss(Tensor? weight = null, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(NLLLoss), weight, reduction)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) => nn.functional.nll_loss(input, target, weight, reduction);
}
