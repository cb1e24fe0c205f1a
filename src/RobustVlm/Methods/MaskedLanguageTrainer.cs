using RobustVlm.Methods.Training;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Trains a <see cref="Bert"/> to guess hidden tokens (Devlin et al. 2019, arXiv:1810.04805).</summary>
public sealed class MaskedLanguageTrainer
{
    private readonly TrainingLoop _loop;
    private readonly TokenMaskingOptions _masking;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">The loop's settings; null takes the defaults.</param>
    /// <param name="masking">Shares of hidden tokens; null takes BERT's.</param>
    public MaskedLanguageTrainer(TrainingOptions? options = null, TokenMaskingOptions? masking = null)
    {
        _loop = new TrainingLoop(options);
        _masking = masking ?? new TokenMaskingOptions();
    }

    /// <summary>Trains the model in place and leaves it in evaluation mode.</summary>
    /// <param name="model">The model, with a language head. Its last token stands for hidden ones.</param>
    /// <param name="batch">Gives a step's texts: long tensor [B, T]. It may depend on the step's number and random source alone.</param>
    /// <param name="special">Tokens that are never hidden: padding, start, end.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>The curves; the running mean of the weights, when asked for, is already in the model.</returns>
    public TrainingResult Train(
        Bert model, Func<TrainingStep, Tensor> batch, IReadOnlyCollection<long> special, Generator random,
        Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(special);
        var result = _loop.Run(model, Loss, random, progress, stateFile);
        result.Average?.CopyTo(model);
        return result;

        Tensor Loss(TrainingStep step)
        {
            var (hidden, targets) = TokenMasking.Apply(batch(step), MaskToken(model), special, step.Random, _masking);
            Tensor logits;
            using (step.UsePrecision(hidden.device_type))
            {
                logits = model.PredictTokens(hidden);
            }

            logits = logits.to(ScalarType.Float32).flatten(0, 1);
            targets = targets.flatten();
            var guessed = targets.ne(TokenMasking.Ignored);
            var right = logits.detach().argmax(1).eq(targets).logical_and(guessed).to(ScalarType.Float32).sum() / guessed.sum();
            step.Record("accuracy", right);
            return nn.functional.cross_entropy(logits, targets, ignore_index: TokenMasking.Ignored);
        }
    }

    /// <summary>The token that stands for hidden ones: the last of the model's vocabulary.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Its index.</returns>
    public static long MaskToken(Bert model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Options.VocabularySize - 1;
    }
}
