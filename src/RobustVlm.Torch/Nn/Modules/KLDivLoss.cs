using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Kullback-Leibler divergence; the input holds log-probabilities, the target too unless told otherwise.</summary>
public sealed class KLDivLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="log_target">Whether the target holds logarithms. True here as in TorchSharp; PyTorch's default is false.</param>
    /// <param name="reduction">Mean over all elements (not over the batch), sum or none.</param>
    public KLDivLoss(bool log_target = true, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(KLDivLoss), reduction)
    {
        this.log_target = log_target;
    }

    /// <summary>Whether the target holds logarithms.</summary>
    public bool log_target { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) => nn.functional.kl_div(input, target, log_target, reduction);
}
