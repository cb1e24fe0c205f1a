using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>Settings of <see cref="FeatureTrainer"/>.</summary>
public sealed record FeatureTrainerOptions
{
    /// <summary>Number of weight updates, at least one.</summary>
    public int Steps { get; init; } = 300;

    /// <summary>How often the model is scored, at even distances; the best state is kept.</summary>
    public int Scorings { get; init; } = 10;

    /// <summary>Examples per batch; when there are fewer, all of them.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Largest learning rate of AdamW; it falls along half a cosine.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Weight decay of AdamW, of all weights.</summary>
    public double WeightDecay { get; init; } = 1e-4;
}

/// <summary>Trains what stands on frozen features, a head or a decoder, and keeps the state with the best validation score.</summary>
public sealed class FeatureTrainer
{
    private readonly FeatureTrainerOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public FeatureTrainer(FeatureTrainerOptions? options = null)
    {
        _options = options ?? new FeatureTrainerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Scorings, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.Scorings, _options.Steps, nameof(options));
    }

    /// <summary>Trains the model in place, gives it the state that scored best, and leaves it in evaluation mode.</summary>
    /// <param name="model">From features to logits.</param>
    /// <param name="features">Float tensor [N, D] or [N, L, D] to learn from.</param>
    /// <param name="targets">Tensor [N, ...] that the loss compares logits with.</param>
    /// <param name="validationFeatures">Float tensor [M, D] or [M, L, D] to choose the state by.</param>
    /// <param name="validationTargets">Tensor [M, ...].</param>
    /// <param name="loss">From logits and targets to a float tensor [].</param>
    /// <param name="score">From logits and targets of the validation part to a number, larger for better.</param>
    /// <param name="random">Source of order and dropout; the same state gives the same training.</param>
    /// <returns>The score of each scoring.</returns>
    /// <exception cref="ArgumentException">Features and targets do not fit each other.</exception>
    public IReadOnlyList<double> Train(
        nn.Module<Tensor, Tensor> model, Tensor features, Tensor targets, Tensor validationFeatures, Tensor validationTargets,
        Func<Tensor, Tensor, Tensor> loss, Func<Tensor, Tensor, double> score, Generator random)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(random);
        Check(features, targets);
        Check(validationFeatures, validationTargets);
        using var order = new BatchOrder(features.shape[0], _options.BatchSize, random);
        using var best = new BestWeights(model);
        var loop = new TrainingLoop(new TrainingOptions
        {
            Steps = _options.Steps,
            LearningRate = _options.LearningRate,
            WeightDecay = _options.WeightDecay,
            DecayVectors = true,
            MixedPrecision = false,
        });
        try
        {
            loop.Run(model, Loss, random, AfterStep);
            best.Restore();
            return best.Scores;
        }
        finally
        {
            if (model is IHasDropout dropping)
            {
                dropping.DropoutRandom = null;
            }
        }

        Tensor Loss(TrainingStep step)
        {
            if (model is IHasDropout dropping)
            {
                dropping.DropoutRandom = step.Random;
            }

            var chosen = order.Indices(step.Batch).to(features.device);
            return loss(model.call(features.index_select(0, chosen)), targets.index_select(0, chosen));
        }

        void AfterStep(TrainingProgress step)
        {
            // As many scorings as asked for, the last one behind the last step.
            if (step.Step * (long)_options.Scorings / _options.Steps > (step.Step - 1) * (long)_options.Scorings / _options.Steps)
            {
                using var logits = Logits(model, validationFeatures);
                best.Add(score(logits, validationTargets));
            }
        }
    }

    /// <summary>What a model answers, in evaluation mode, without gradients, batch by batch.</summary>
    /// <param name="model">From features to logits; it goes back to the mode it was in.</param>
    /// <param name="features">Float tensor [N, D] or [N, L, D].</param>
    /// <returns>Float tensor [N, ...], logits.</returns>
    public static Tensor Logits(nn.Module<Tensor, Tensor> model, Tensor features)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(features);
        return Batched.Answers(model, features);
    }

    private static void Check(Tensor features, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        if (features.dim() is not (2 or 3) || features.shape[0] == 0 || targets.shape[0] != features.shape[0])
        {
            throw new ArgumentException($"Give features [N, D] or [N, L, D] and as many targets, at least one, not [{string.Join(", ", features.shape)}] and [{string.Join(", ", targets.shape)}].", nameof(features));
        }
    }
}
