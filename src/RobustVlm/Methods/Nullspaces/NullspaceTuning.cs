using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Data;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>What the second half of the loss of <see cref="NullspaceTuning"/> is computed on; the first half is always the cross-entropy of clean images.</summary>
public enum NullspaceArm
{
    /// <summary>Nothing is trained.</summary>
    None,

    /// <summary>The same steps without noise: the clean cross-entropy counts twice.</summary>
    Control,

    /// <summary>Random noise on the embedded patches, as long as epsilon allows.</summary>
    RandomNoise,

    /// <summary>Learned noise from the approximate nullspace: the paper's method.</summary>
    Nullspace,

    /// <summary>Attacked images, cross-entropy (Madry et al. 2018, arXiv:1706.06083).</summary>
    Madry,

    /// <summary>Attacked images, divergence from the answer to the clean ones (Zhang et al. 2019, arXiv:1901.08573).</summary>
    Trades,

    /// <summary>The learned noise with its numbers in another order.</summary>
    PermutedNoise,

    /// <summary>Learned noise without the early stop at epsilon: the paper's ablation.</summary>
    NullspaceWithoutStop,
}

/// <summary>Settings of <see cref="NullspaceTuning"/>. The defaults are those of the reported runs on 224-pixel ImageNet, without mixup, RandAugment and drop path.</summary>
public sealed record NullspaceTuningOptions
{
    /// <summary>What is compared.</summary>
    public NullspaceArm Arm { get; init; } = NullspaceArm.Nullspace;

    /// <summary>Rounds, at least one; noise is learned anew at the start of each, and the model is scored at its end.</summary>
    public int Rounds { get; init; } = 20;

    /// <summary>Weight updates of a round, at least one.</summary>
    public int StepsPerRound { get; init; } = 41;

    /// <summary>Images per batch, at least one.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Largest learning rate of AdamW; it falls along half a cosine.</summary>
    public double LearningRate { get; init; } = 1e-5;

    /// <summary>Share of it at which the cosine ends, in [0, 1].</summary>
    public double FinalShare { get; init; } = 0.1;

    /// <summary>Weight decay of matrices.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Share of the target that is spread over all classes, in [0, 1).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>Weight of the second half of the loss.</summary>
    public double SecondWeight { get; init; } = 1;

    /// <summary>How noise is looked for.</summary>
    public EncoderNoiseOptions Noise { get; init; } = new();

    /// <summary>The attack of the adversarial arms.</summary>
    public TrainingAttackOptions Attack { get; init; } = new() { Epsilon = PixelBudget.Of255(8), StepSize = PixelBudget.Of255(2), Steps = 10 };

    /// <summary>Random changes of the images, also while noise is learned; null leaves them.</summary>
    public AugmentationOptions? Augmentation { get; init; }

    /// <summary>Whether the model runs in bfloat16 in training where that is fast.</summary>
    public bool MixedPrecision { get; init; } = true;

    internal int Steps => Rounds * StepsPerRound;
}

/// <summary>
/// Fine-tunes a vision transformer with noise from its approximate nullspace (Liu et al. 2024, arXiv:2403.10476), or with what that is compared with. All arms share
/// data order, steps, optimiser, augmentation and the choice of the round; they differ by the second half of the loss alone.
/// </summary>
/// <remarks>
/// The published comparison lacks <see cref="NullspaceArm.Control"/>, and chooses the round on the test sets. Noise is learned in evaluation mode in float32, added to
/// the patches of all images of a round, and constant in the loss; gradients flow through all weights, the patch embedding included.
/// </remarks>
public sealed class NullspaceTuning
{
    private readonly NullspaceTuningOptions _options;
    private readonly TrainingLoop _loop;
    private readonly EncoderNoiseSearch _search;
    private readonly Augmentation? _augmentation;

    /// <summary>Makes a method.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public NullspaceTuning(NullspaceTuningOptions? options = null)
    {
        _options = options ?? new NullspaceTuningOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Rounds, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.StepsPerRound, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        ClassifierLoss.CheckWeight(_options.SecondWeight, nameof(NullspaceTuningOptions.SecondWeight));
        if (!Enum.IsDefined(_options.Arm))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.Arm, "Choose one of the eight arms.");
        }

        if (_options.LabelSmoothing is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.LabelSmoothing, "Choose LabelSmoothing from 0 up to, but not including, 1.");
        }

        _search = new EncoderNoiseSearch(_options.Arm == NullspaceArm.NullspaceWithoutStop ? _options.Noise with { Epsilon = null } : _options.Noise);
        _augmentation = _options.Augmentation is { } changes ? new Augmentation(changes) : null;
        _loop = new TrainingLoop(new TrainingOptions
        {
            Steps = _options.Steps,
            LearningRate = _options.LearningRate,
            FinalShare = _options.FinalShare,
            WeightDecay = _options.WeightDecay,
            MixedPrecision = _options.MixedPrecision,
            SaveEvery = _options.StepsPerRound,   // see NullspaceTuningState
        });
    }

    /// <summary>Fine-tunes a model in place and leaves it in evaluation mode, with the weights of the round that scored best.</summary>
    /// <param name="model">The trained classifier to start from.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], to learn from.</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="validationImages">Float tensor [M, C, H, W], pixels in [0, 1], on which the noises are measured again.</param>
    /// <param name="score">What is best when largest, of the model after a round, on images that are not reported.</param>
    /// <param name="random">Source of all randomness; equal seeds give all arms the same batches.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>. Scores, noises and best weights lie beside it, in a file whose name ends in
    /// <c>.rounds</c>. Start again from the same trained model; a search for noise that was interrupted begins anew. Null keeps none.</param>
    /// <returns>How it went.</returns>
    /// <exception cref="ArgumentException">Images and labels do not fit each other.</exception>
    /// <exception cref="InvalidDataException">The state belongs to another fine-tuning or is damaged.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public NullspaceTuningResult Train(
        VisionTransformer model, Tensor images, Tensor labels, Tensor validationImages, Func<VisionTransformer, double> score, Generator random,
        Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(validationImages);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(random);
        if (images.dim() != 4 || labels.dim() != 1 || images.shape[0] != labels.shape[0] || images.shape[0] == 0)
        {
            throw new ArgumentException("Give images [N, C, H, W] and labels [N] with the same N, at least one.", nameof(labels));
        }

        model.eval();
        if (_options.Arm == NullspaceArm.None)
        {
            return new NullspaceTuningResult(NullspaceArm.None, [], [score(model)], [], new Dictionary<string, IReadOnlyList<double>>());
        }

        // Drawn apart, so that all arms see the same batches, whatever they draw for their noise.
        using var order = EncoderNoise.Stream(random);
        var noises = TrainingSeeds.Draw(random);
        using var training = EncoderNoise.Stream(random);
        using var batches = new BatchOrder(images.shape[0], _options.BatchSize, order);
        using var best = new BestWeights(model);
        using var state = new NullspaceTuningState(stateFile, _options, noises, best);
        state.ReadIfThere(images.device);
        using var result = _loop.Run(model, Loss, training, AfterStep, stateFile);
        ScoreUpTo(_options.Rounds);
        best.Restore();
        return new NullspaceTuningResult(_options.Arm, state.Rounds, best.Scores, result.Losses, result.Terms);

        Tensor Loss(TrainingStep step)
        {
            var (round, place) = Math.DivRem(step.Step, _options.StepsPerRound);
            state.Check(round, place == 0);
            ScoreUpTo(round);
            if (state.NoiseRound != round)
            {
                using var drawn = new Generator(TrainingSeeds.For(noises, round), random.device);
                state.Begin(round, NewNoise(model, images, validationImages, drawn));
            }

            var chosen = batches.Indices(step.Batch).to(images.device);
            return LossOf(model, Changed(images.index_select(0, chosen), step.Random), labels.index_select(0, chosen), state.Noise, step);
        }

        void AfterStep(TrainingProgress step)
        {
            progress?.Invoke(step);
            ScoreUpTo(step.Step / _options.StepsPerRound);
        }

        // Also called where a stop may have come between the last step of a round and its score.
        void ScoreUpTo(int rounds)
        {
            if (best.Scores.Count < rounds)
            {
                using var evaluation = new EvaluationMode(model);
                state.Score(score(model));
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{_options.Arm}: {_options.Rounds} rounds of {_options.StepsPerRound} steps of {_options.BatchSize} images, learning rate {_options.LearningRate}");

    /// <summary>The loss of one batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [B, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [B].</param>
    /// <param name="noise">Float tensor [1, L, D]; null for arms without noise.</param>
    /// <param name="step">Precision, randomness, curves.</param>
    /// <returns>Float tensor [].</returns>
    internal Tensor LossOf(VisionTransformer model, Tensor images, Tensor labels, Tensor? noise, TrainingStep step)
    {
        var adversarial = _options.Arm is NullspaceArm.Madry or NullspaceArm.Trades ? Attacked(model, images, labels, step) : null;
        Tensor logits;
        Tensor? second;
        using (step.UsePrecision(images.device_type))
        {
            var patches = model.EmbedPatches(images);
            logits = model.ForwardEmbedded(patches);
            second = adversarial is not null ? model.call(adversarial) : noise is not null ? model.ForwardEmbedded(patches + noise) : null;
        }

        var clean = Entropy(logits, labels);
        var other = second is null ? clean
            : _options.Arm == NullspaceArm.Trades ? EmbeddingMath.Divergence(Full(logits), Full(second)).mean()
            : Entropy(second, labels);
        step.Record("clean", clean.detach());
        step.Record("second", other.detach());
        return clean + (_options.SecondWeight * other);
    }

    private static Tensor Full(Tensor logits) => logits.dtype == ScalarType.Float64 ? logits : logits.to(ScalarType.Float32);

    private Tensor Entropy(Tensor logits, Tensor labels) => nn.functional.cross_entropy(Full(logits), labels, label_smoothing: _options.LabelSmoothing);

    private Tensor Changed(Tensor images, Generator random) => _augmentation?.Apply(images, random) ?? images;

    private Tensor Attacked(VisionTransformer model, Tensor images, Tensor labels, TrainingStep step)
    {
        const double nudge = 1e-3;   // the divergence is flat at the clean image itself
        using var frozen = new FrozenWeights(model);
        if (_options.Arm == NullspaceArm.Madry)
        {
            return TrainingPgd.Perturb(points => nn.functional.cross_entropy(Answer(points), labels, reduction: nn.Reduction.Sum), images, _options.Attack, step.Random);
        }

        Tensor clean;
        using (no_grad())
        {
            clean = Answer(images);
        }

        var start = images + (nudge * randn(images.shape, dtype: images.dtype, device: step.Random.device, generator: step.Random).to(images.device));
        return TrainingPgd.Perturb(points => EmbeddingMath.Divergence(clean, Answer(points)).sum(), images, start, _options.Attack);

        Tensor Answer(Tensor points)
        {
            using var precision = step.UsePrecision(images.device_type);
            return Full(model.call(points));
        }
    }

    private (Tensor Noise, NullspaceRound Facts)? NewNoise(VisionTransformer model, Tensor images, Tensor validationImages, Generator random)
    {
        if (_options.Arm is NullspaceArm.Control or NullspaceArm.Madry or NullspaceArm.Trades)
        {
            return null;
        }

        using var found = _options.Arm == NullspaceArm.RandomNoise ? _search.FindRandom(model, images, random, Changed) : _search.Find(model, images, random, Changed);
        var noise = _options.Arm == NullspaceArm.PermutedNoise ? EncoderNoise.Permuted(found.Value, random) : found.Value.alias();
        var effect = EncoderNoiseEffect.Of(model, validationImages, noise);
        return (noise, new NullspaceRound(found.StartNorm, found.Norm, found.Steps, found.Reached, effect.ProbabilityDistance, effect.Agreement));
    }
}
