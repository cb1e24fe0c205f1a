using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Mean absolute error.</summary>
public sealed class L1Loss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">Mean, sum or none.</param>
    public L1Loss(nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(L1Loss), reduction)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) => nn.functional.l1_loss(input, target, reduction);
}
