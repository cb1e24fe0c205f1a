using RobustVlm.Attacks;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>The two forms of PMG-AFT that are each consistent in themselves; parts of one in the other give a loss whose terms drown or die.</summary>
public enum PmgAftMode
{
    /// <summary>As the paper has it: scaled logits, divergences as a mean over the batch, CLIP's normalisation.</summary>
    Paper,

    /// <summary>As the released code computes it: bare cosines, divergences as a sum over the batch, ImageNet's normalisation.</summary>
    Repository,
}

/// <summary>Settings of <see cref="PmgAft"/>.</summary>
public sealed record PmgAftOptions
{
    /// <summary>Paper's or released code's form.</summary>
    public PmgAftMode Mode { get; init; }

    /// <summary>Weight of the divergence from the teacher on the attacked picture; 0 leaves the term and its pass out.</summary>
    public double GeneralWeight { get; init; } = 1;

    /// <summary>Weight of the divergence from the student on the clean picture; 0 leaves the term and its pass out.</summary>
    public double CleanWeight { get; init; } = 1;
}

/// <summary>
/// Pre-trained model guided adversarial fine-tuning (Wang et al. 2024, arXiv:2401.04350): cross-entropy on attacked pictures, plus the divergence of the student from the
/// original CLIP on the same attacked pictures, plus that from the student on the clean ones.
/// </summary>
/// <remarks>As in the released code, gradients flow through both sides of the last term.</remarks>
public sealed class PmgAft : IFineTuningMethod
{
    private readonly PmgAftOptions _options;

    /// <summary>Makes the method.</summary>
    /// <param name="options">Form and weights; null takes the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative or not finite.</exception>
    public PmgAft(PmgAftOptions? options = null)
    {
        _options = options ?? new PmgAftOptions();
        ClassifierLoss.CheckWeight(_options.GeneralWeight, nameof(PmgAftOptions.GeneralWeight));
        ClassifierLoss.CheckWeight(_options.CleanWeight, nameof(PmgAftOptions.CleanWeight));
        if (!Enum.IsDefined(_options.Mode))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.Mode, "Choose the paper's or the repository's mode.");
        }
    }

    /// <inheritdoc/>
    public string Name => IsPaper ? "PMG-AFT" : "PMG-AFT (repository)";

    /// <inheritdoc/>
    public FineTuningOptions Recipe => IsPaper
        ? new FineTuningOptions()
        : new FineTuningOptions { BatchSize = 256, Training = new FineTuningOptions().Training with { Optimizer = OptimizerKind.Sgd, LearningRate = 5e-5, Steps = 3910 } };

    /// <inheritdoc/>
    public ClipInput Input => IsPaper ? new ClipInput() : ClipInput.ImageNet;

    /// <inheritdoc/>
    public double? LogitScale => IsPaper ? null : 1;

    private bool IsPaper => _options.Mode == PmgAftMode.Paper;

    /// <inheritdoc/>
    public Tensor Climb(FineTuningBatch batch, EncodedImages attacked) => ClassifierLoss.CrossEntropySum(batch, attacked);

    /// <inheritdoc/>
    public IReadOnlyList<LossTerm> Terms(FineTuningBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var logits = batch.Adversarial.Logits;
        var terms = new List<LossTerm> { new("CE", nn.functional.cross_entropy(logits, batch.Labels)) };
        if (_options.GeneralWeight > 0)
        {
            terms.Add(new("general", Divergence(batch.TeacherOnAdversarial.Logits, logits), _options.GeneralWeight));
        }

        if (_options.CleanWeight > 0)
        {
            terms.Add(new("clean", Divergence(batch.Clean.Logits, logits), _options.CleanWeight));
        }

        return terms;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, weights 1, {_options.GeneralWeight}, {_options.CleanWeight}";

    private Tensor Divergence(Tensor from, Tensor to)
    {
        var rows = EmbeddingMath.Divergence(from, to);
        return IsPaper ? rows.mean() : rows.sum();
    }
}
