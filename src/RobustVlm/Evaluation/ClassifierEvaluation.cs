using RobustVlm.Attacks;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Runs a classifier over many images in batches, clean or attacked.</summary>
public static class ClassifierEvaluation
{
    /// <summary>Name of a result without an attack.</summary>
    public const string Clean = "clean";

    /// <summary>Scores clean images, in float32.</summary>
    /// <param name="classifier">The classifier; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="batchSize">Images scored at once, at least one.</param>
    /// <returns>Predictions and probabilities.</returns>
    /// <exception cref="ArgumentException">Images or labels have the wrong shape, type or range.</exception>
    public static ClassifierResult OnClean(Classifier classifier, Tensor images, Tensor labels, int batchSize = 64)
    {
        AttackInput.Check(classifier, images, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Run(Clean, default, classifier, images, labels, batchSize, (batch, _, _) => batch);
    }

    /// <summary>Attacks the images with each budget and scores the results, in float32.</summary>
    /// <param name="classifier">The attacked classifier; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="attack">The attack; its own budget is replaced.</param>
    /// <param name="budgets">The budgets.</param>
    /// <param name="random">Source of random starts; every budget gets the same ones, so budgets are compared fairly.</param>
    /// <param name="batchSize">Images attacked at once, at least one.</param>
    /// <param name="progress">Told the finished share of everything, 0 to 1.</param>
    /// <returns>One result per budget, in the given order.</returns>
    /// <exception cref="ArgumentException">Images or labels have the wrong shape, type or range.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public static IReadOnlyList<ClassifierResult> OnAttacked(
        Classifier classifier,
        Tensor images,
        Tensor labels,
        IImageAttack attack,
        IReadOnlyList<PixelBudget> budgets,
        Generator random,
        int batchSize = 64,
        Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels, random);
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentNullException.ThrowIfNull(budgets);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var seed = DrawSeed(random);
        var results = new List<ClassifierResult>();
        foreach (var budget in budgets)
        {
            var done = results.Count;
            var sized = attack.WithEpsilon(budget);
            using var starts = new Generator(seed, images.device);
            results.Add(Run(sized.Name, budget, classifier, images, labels, batchSize, (batch, truth, before) => sized.Perturb(
                classifier,
                batch,
                truth,
                starts,
                share => progress?.Invoke((done + before + (share * batch.shape[0] / images.shape[0])) / budgets.Count))));
        }

        return results;
    }

    /// <summary>Scores images after a change that is no attack.</summary>
    internal static ClassifierResult OnPrepared(
        string name, Classifier classifier, Tensor images, Tensor labels, int batchSize, Func<Tensor, Tensor> prepare) =>
        Run(name, default, classifier, images, labels, batchSize, (batch, _, _) => prepare(batch));

    private static ulong DrawSeed(Generator random)
    {
        using var drawn = randint(0, long.MaxValue, [1], dtype: ScalarType.Int64, device: random.device, generator: random);
        return (ulong)drawn.item<long>();
    }

    private static ClassifierResult Run(
        string attack,
        PixelBudget budget,
        Classifier classifier,
        Tensor images,
        Tensor labels,
        int batchSize,
        Func<Tensor, Tensor, double, Tensor> prepare)
    {
        using var noGradient = no_grad();
        var (predictions, probabilities, loss) = (new List<int>(), new List<double[]>(), 0.0);
        var count = images.shape[0];
        for (var start = 0L; start < count; start += batchSize)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var size = Math.Min(batchSize, count - start);
            var truth = labels.narrow(0, start, size);
            var shown = prepare(images.narrow(0, start, size), truth, (double)start / count);
            var logits = Score(classifier, shown, truth);
            predictions.AddRange(logits.argmax(1).Values<long>().Select(index => (int)index));
            var rows = logits.softmax(1).Values<double>();
            probabilities.AddRange(rows.Chunk((int)logits.shape[1]));
            loss += nn.functional.cross_entropy(logits, truth, reduction: nn.Reduction.Sum).item<double>();
        }

        using var truths = labels.cpu();
        return new ClassifierResult
        {
            Attack = attack,
            Epsilon = budget,
            Labels = [.. truths.Values<long>().Select(label => (int)label)],
            Predictions = predictions,
            Probabilities = probabilities,
            MeanLoss = loss / count,
        };
    }

    private static Tensor Score(Classifier classifier, Tensor images, Tensor labels)
    {
        using var fullPrecision = Autocast.Use(ScalarType.Float32, images.device_type);
        var logits = classifier(images);
        AttackInput.CheckLogits(logits, images, labels);
        return logits.to(ScalarType.Float64);   // probabilities near 0 and 1 keep their order
    }
}
