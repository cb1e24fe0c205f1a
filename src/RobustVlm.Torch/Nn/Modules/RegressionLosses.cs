using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Squared error below delta, absolute above.</summary>
public sealed class HuberLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="delta">Where it turns linear, above 0.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public HuberLoss(double delta = 1.0, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(HuberLoss), reduction)
    {
        this.delta = delta;
    }

    /// <summary>Where it turns linear, above 0.</summary>
    public double delta { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.huber_loss(input, target, delta, reduction);
}

/// <summary>Minus the log-likelihood of counts.</summary>
public sealed class PoissonNLLLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="log_input">Whether the input is the logarithm of the rate.</param>
    /// <param name="full">Whether to add Stirling's term.</param>
    /// <param name="eps">Added to a rate before its logarithm.</param>
    /// <param name="reduction">Mean, sum or none.</param>
    public PoissonNLLLoss(bool log_input = true, bool full = false, float eps = 1e-8f, nn.Reduction reduction = nn.Reduction.Mean)
        : base(nameof(PoissonNLLLoss), reduction)
    {
        this.log_input = log_input;
        this.full = full;
        this.eps = eps;
    }

    /// <summary>Whether the input is the logarithm of the rate.</summary>
    public bool log_input { get; }

    /// <summary>Whether to add Stirling's term.</summary>
    public bool full { get; }

    /// <summary>Added to a rate before its logarithm.</summary>
    public float eps { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.poisson_nll_loss(input, target, log_input, full, eps, reduction);
}

/// <summary>Squared error below beta, absolute above, divided by beta.</summary>
public sealed class SmoothL1Loss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">Mean, sum or none.</param>
    /// <param name="beta">Where it turns linear, at least 0.</param>
    public SmoothL1Loss(nn.Reduction reduction = nn.Reduction.Mean, double beta = 1.0)
        : base(nameof(SmoothL1Loss), reduction)
    {
        this.beta = beta;
    }

    /// <summary>Where it turns linear, at least 0.</summary>
    public double beta { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) =>
        nn.functional.smooth_l1_loss(input, target, reduction, beta);
}
