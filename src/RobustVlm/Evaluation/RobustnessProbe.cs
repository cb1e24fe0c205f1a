using RobustVlm.Attacks;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Small extra attacks whose disagreement shows masked gradients (after Carlini et al. 2019, arXiv:1902.06705, and the warnings of AutoAttack).</summary>
public static class RobustnessProbe
{
    private const int Steps = 20;
    private const int Restarts = 5;
    private const int NoiseDraws = 20;
    private const double LargeBudget = 0.5;
    private const double LogitDivisor = 10;

    /// <summary>Runs every check on a few images.</summary>
    /// <param name="classifier">The classifier; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; some dozens.</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="budget">An L-infinity budget at which some images still hold.</param>
    /// <param name="seed">Seed of the attacks.</param>
    /// <param name="batchSize">Images attacked at once, at least one.</param>
    /// <returns>One record per doubt; empty when there is none.</returns>
    /// <exception cref="ArgumentException">Images or labels cannot be used, or the budget has another norm.</exception>
    public static IReadOnlyList<RobustnessWarning> Examine(Classifier classifier, Tensor images, Tensor labels, PixelBudget budget, ulong seed = 0, int batchSize = 64)
    {
        AttackInput.Check(classifier, images, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (budget.Norm != PixelNorm.LInfinity)
        {
            throw new ArgumentException($"The checks need an L-infinity budget, not {budget}; write PixelBudget.Of255(4).", nameof(budget));
        }

        var clean = ClassifierEvaluation.OnClean(classifier, images, labels, batchSize);
        RobustnessWarning?[] first =
        [
            RobustnessChecks.OutputsAreProbabilities(classifier, images, batchSize),
            RobustnessChecks.ForwardIsRandom(classifier, images, batchSize),
            RobustnessChecks.FewClasses(clean.Probabilities[0].Length),
            RobustnessChecks.GradientsAreZero(GradientHealth.Measure(classifier, images, labels, batchSize)),
        ];
        var scaleFree = clean.Probabilities[0].Length < 3 ? AttackLoss.Margin : AttackLoss.LogitsRatio;
        var many = Attacked(classifier, new Pgd(new PgdOptions { Steps = Steps }), budget);
        RobustnessWarning?[] second =
        [
            RobustnessChecks.SingleStepIsStronger(Attacked(classifier, new Fgsm(), budget), many),
            RobustnessChecks.MoreStepsMatter(many, Attacked(classifier, new Pgd(new PgdOptions { Steps = 2 * Steps }), budget)),
            RobustnessChecks.RestartsMatter(many, Attacked(classifier, new Pgd(new PgdOptions { Steps = Steps, Restarts = Restarts }), budget)),
            RobustnessChecks.LogitScaleMatters(many, Attacked(batch => classifier(batch) / LogitDivisor, new Pgd(new PgdOptions { Steps = Steps }), budget)),
            RobustnessChecks.LossMatters(many, Attacked(classifier, new Pgd(new PgdOptions { Steps = Steps, Loss = scaleFree }), budget)),
            RobustnessChecks.LossIsFlat(clean, many),
            RobustnessChecks.NoiseFindsMore(many, UnderNoise(classifier, images, labels, budget, seed, batchSize)),
            RobustnessChecks.LargeBudgetFails(Attacked(classifier, new Pgd(new PgdOptions { Steps = 2 * Steps }), new PixelBudget(LargeBudget))),
        ];
        return [.. first.Concat(second).OfType<RobustnessWarning>(), .. RobustnessChecks.AttackHelps(clean, [many])];

        // Attacks the given function but scores the images on the classifier itself.
        ClassifierResult Attacked(Classifier seen, IImageAttack attack, PixelBudget size)
        {
            var sized = attack.WithEpsilon(size);
            using var random = new Generator(seed, images.device);
            using var scope = NewDisposeScope();
            var adversarial = cat([.. images.split(batchSize).Zip(labels.split(batchSize)).Select(batch => sized.Perturb(seen, batch.First, batch.Second, random))]);
            return ClassifierEvaluation.OnClean(classifier, adversarial, labels, batchSize) with { Attack = sized.Name, Epsilon = size };
        }
    }

    /// <summary>For each image, whether it stays right under every one of some random changes of full size.</summary>
    private static List<bool> UnderNoise(Classifier classifier, Tensor images, Tensor labels, PixelBudget budget, ulong seed, int batchSize)
    {
        using var random = new Generator(seed, images.device);
        var held = new List<bool>();
        RobustnessChecks.ForEachBatch(images, batchSize, batch =>
        {
            var truth = labels.narrow(0, held.Count, batch.shape[0]);
            var right = ones([batch.shape[0]], dtype: ScalarType.Bool, device: batch.device);
            for (var draw = 0; draw < NoiseDraws; draw++)
            {
                using var step = NewDisposeScope();
                Interruption.ThrowIfRequested();
                var signs = rand(batch.shape, dtype: batch.dtype, device: batch.device, generator: random).sub_(0.5).sign_();
                var logits = InputGradient.Logits(classifier, (batch + (signs * budget.Value)).clamp_(0, 1), truth, ScalarType.Float32);
                right.logical_and_(logits.argmax(1).eq(truth));
            }

            held.AddRange(right.Values<bool>());
        });
        return held;
    }
}
