using RobustVlm.Methods.Training;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>
/// Fine-tunes the image encoder of a <see cref="Clip"/>, or a <see cref="VisualPrompt"/> in front of it, on one labelled set, so that attacks fail on other sets too.
/// Text encoder and logit scale stay as they are. All methods share this code and differ by their loss alone.
/// </summary>
/// <remarks>
/// A step makes one pass for each step of its attack, and then only the passes that the loss asks for, once each. The encoder stays in evaluation mode, so that
/// statistics of batch normalisation stay CLIP's. Recorded in every step: each term without its weight; <c>accuracy</c> on what the student is trained on;
/// <c>teacher accuracy</c> where the teacher sees attacked pictures; <c>gradient of …</c> when asked for.
/// </remarks>
public sealed class ZeroShotFineTuning
{
    private readonly IFineTuningMethod _method;
    private readonly FineTuningOptions _options;
    private readonly TrainingLoop _loop;

    /// <summary>Makes a trainer.</summary>
    /// <param name="method">The loss.</param>
    /// <param name="options">Settings; null takes the method's <see cref="IFineTuningMethod.Recipe"/>.</param>
    /// <exception cref="ArgumentException">A setting cannot be used.</exception>
    public ZeroShotFineTuning(IFineTuningMethod method, FineTuningOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        _method = method;
        _options = options ?? method.Recipe;
        _options.Check();
        _loop = new TrainingLoop(_options.EffectiveTraining);
    }

    /// <summary>The settings that are used.</summary>
    public FineTuningOptions Options => _options;

    /// <summary>Trains on pictures in memory, in place, and leaves the model in evaluation mode.</summary>
    /// <param name="model">The pre-trained model; a frozen copy of its image encoder is the teacher.</param>
    /// <param name="prompts">For each class, long tensor [P, T]: the tokens of its prompts.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], of any size; they are attacked in it.</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="random">Source of all randomness; equal seeds give all methods the same batches.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>. Start again from the same pre-trained model.</param>
    /// <param name="prompt">What is trained in place of the encoder's weights; null trains these.</param>
    /// <returns>The curves.</returns>
    /// <exception cref="ArgumentException">Pictures, labels and prompts do not fit each other.</exception>
    /// <exception cref="InvalidOperationException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the model keeps what it has learned.</exception>
    public TrainingResult Train(
        Clip model, IReadOnlyList<Tensor> prompts, Tensor images, Tensor labels, Generator random,
        Action<TrainingProgress>? progress = null, string? stateFile = null, VisualPrompt? prompt = null)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        if (images.dim() != 4 || labels.dim() != 1 || labels.dtype != ScalarType.Int64 || images.shape[0] != labels.shape[0] || images.shape[0] < 2)
        {
            throw new ArgumentException("Give images [N, C, H, W] and int64 labels [N] with the same N, at least two.", nameof(images));
        }

        using (var known = labels.ge(0).logical_and(labels.lt(prompts.Count)).all())
        {
            if (!known.item<bool>())
            {
                throw new ArgumentException($"Some labels lie outside the {prompts.Count} classes that have prompts; labels count from 0.", nameof(labels));
            }
        }

        using var order = new BatchOrder(images.shape[0], _options.BatchSize, random);
        return Train(model, prompts, Batch, random, progress, stateFile, prompt);

        (Tensor Images, Tensor Labels) Batch(TrainingStep step)
        {
            var chosen = order.Indices(step.Batch).to(images.device);
            return (images.index_select(0, chosen), labels.index_select(0, chosen));
        }
    }

    /// <summary>Trains on pictures that are made or read as they are needed, in place, and leaves the model in evaluation mode.</summary>
    /// <param name="model">The pre-trained model; a frozen copy of its image encoder is the teacher.</param>
    /// <param name="prompts">For each class, long tensor [P, T]: the tokens of its prompts.</param>
    /// <param name="batch">Gives a step's pictures, float tensor [B, C, H, W], and labels, long tensor [B]. It may depend on the step's number and random source alone.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>. Start again from the same pre-trained model.</param>
    /// <param name="prompt">What is trained in place of the encoder's weights; null trains these.</param>
    /// <returns>The curves.</returns>
    /// <exception cref="InvalidOperationException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the model keeps what it has learned.</exception>
    public TrainingResult Train(
        Clip model, IReadOnlyList<Tensor> prompts, Func<TrainingStep, (Tensor Images, Tensor Labels)> batch, Generator random,
        Action<TrainingProgress>? progress = null, string? stateFile = null, VisualPrompt? prompt = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        prompt?.CheckModel(model);
        model.eval();
        using var models = new FineTuningModels(model, prompts, _method, _options.LastTensors, prompt);
        var result = _loop.Run(models.Trained, Loss, random, progress, stateFile);
        result.Average?.CopyTo(models.Trained);
        return result;

        Tensor Loss(TrainingStep step)
        {
            models.Trained.eval();
            var (images, labels) = batch(step);
            return LossOf(new FineTuningBatch(models, step, images, labels), step);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_method.Name}: {_options.Training.Steps} steps of {_options.BatchSize} pictures, {_options.Training.Optimizer} at {_options.Training.LearningRate}";

    private Tensor LossOf(FineTuningBatch batch, TrainingStep step)
    {
        if (_method.Attacks)
        {
            batch.AttackedImages = TrainingPgd.Perturb(points => _method.Climb(batch, batch.Probe(points)).sum(), batch.Images, _options.Attack, step.Random);
        }

        var terms = _method.Terms(batch);
        var loss = terms.Select(term => term.Weight == 1 ? term.Value : term.Value * term.Weight).Aggregate((sum, term) => sum + term);
        foreach (var term in terms)
        {
            step.Record(term.Name, term.Value.detach());
        }

        if (_options.GradientNorms && batch.StudentCosines.ToArray() is { Length: > 0 } cosines)
        {
            foreach (var term in terms)
            {
                step.Record($"gradient of {term.Name}", Length(term, cosines));
            }
        }

        RecordAccuracy(batch, step);
        return loss;
    }

    // The way from a term to the cosines is short; nothing goes through an encoder.
    private static Tensor Length(LossTerm term, Tensor[] cosines)
    {
        var gradients = autograd.grad([term.Value * term.Weight], cosines, retain_graph: true, allow_unused: true);
        using var noGradient = no_grad();
        return gradients.Where(gradient => gradient is not null).Select(gradient => gradient.square().sum()).Aggregate(zeros(1, device: cosines[0].device).sum(), (sum, part) => sum + part).sqrt();
    }

    private void RecordAccuracy(FineTuningBatch batch, TrainingStep step)
    {
        using var noGradient = no_grad();
        step.Record("accuracy", Accuracy(_method.Attacks ? batch.Adversarial : batch.Clean));
        if (batch.TeacherSawAdversarial)
        {
            step.Record("teacher accuracy", Accuracy(batch.TeacherOnAdversarial));
        }

        Tensor Accuracy(EncodedImages said) => said.Cosines.argmax(1).eq(batch.Labels).to(ScalarType.Float32).mean();
    }
}
