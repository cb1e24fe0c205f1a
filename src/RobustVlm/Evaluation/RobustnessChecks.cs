using System.Globalization;
using RobustVlm.Attacks;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>A sign that a robustness number may be wrong.</summary>
/// <param name="Code">Short fixed name of the check, e.g. <c>zero-gradients</c>.</param>
/// <param name="Message">What was seen and what to do, in one sentence.</param>
public sealed record RobustnessWarning(string Code, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Message}";
}

/// <summary>Looks for signs that an attack was weaker than it should be (after Carlini et al. 2019, arXiv:1902.06705, and AutoAttack's warnings).</summary>
public static partial class RobustnessChecks
{
    private const int Calls = 5;
    private const double LossChange = 0.02;
    private const double LogitChange = 1e-4;   // AutoAttack's, of the largest logit

    /// <summary>Runs every check that needs no second attack.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; a few dozen are enough.</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="clean">Result on the clean images.</param>
    /// <param name="attacked">Results of one attack over several budgets.</param>
    /// <returns>One record per doubt; empty when there is none.</returns>
    public static IReadOnlyList<RobustnessWarning> Examine(
        Classifier classifier, Tensor images, Tensor labels, ClassifierResult clean, IReadOnlyList<ClassifierResult> attacked)
    {
        var warnings = new[]
        {
            OutputsAreProbabilities(classifier, images),
            ForwardIsRandom(classifier, images),
            GradientsAreZero(GradientHealth.Measure(classifier, images, labels)),
        };
        return [.. warnings.OfType<RobustnessWarning>(), .. AttackHelps(clean, attacked), .. MoreBudgetHelps(attacked)];
    }

    /// <summary>Whether the attack made the classifier better.</summary>
    /// <param name="clean">Result on the clean images.</param>
    /// <param name="attacked">Results on the attacked images.</param>
    /// <returns>One record per budget concerned.</returns>
    public static IEnumerable<RobustnessWarning> AttackHelps(ClassifierResult clean, IEnumerable<ClassifierResult> attacked)
    {
        ArgumentNullException.ThrowIfNull(clean);
        return attacked.Where(result => result.Accuracy > clean.Accuracy).Select(result => new RobustnessWarning(
            "attacked-above-clean",
            $"Accuracy under {result.Attack} at {result.Epsilon} ({Percent(result.Accuracy)}) is above clean accuracy "
            + $"({Percent(clean.Accuracy)}); check the labels given to the attack and the direction of its step."));
    }

    /// <summary>Whether a larger budget left more images right, beyond what chance explains.</summary>
    /// <param name="attacked">Results of one attack over several budgets, on the same images.</param>
    /// <returns>One record per pair of neighbouring budgets concerned.</returns>
    public static IEnumerable<RobustnessWarning> MoreBudgetHelps(IEnumerable<ClassifierResult> attacked)
    {
        ArgumentNullException.ThrowIfNull(attacked);
        ClassifierResult[] results = [.. attacked];
        return results.Length == 0 ? [] : MoreBudgetHelps(results[0].Attack, [.. results.Select(result => (result.Epsilon, result.Accuracy))], results[0].Labels.Count);
    }

    /// <summary>Whether one step does better than many.</summary>
    /// <param name="singleStep">Result of a single-step attack.</param>
    /// <param name="iterative">Result of an iterative attack with the same budget and images.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? SingleStepIsStronger(ClassifierResult singleStep, ClassifierResult iterative)
    {
        ArgumentNullException.ThrowIfNull(singleStep);
        ArgumentNullException.ThrowIfNull(iterative);
        return iterative.Accuracy <= singleStep.Accuracy + StandardError(singleStep) ? null : new RobustnessWarning(
            "single-step-stronger",
            $"{singleStep.Attack} leaves {Percent(singleStep.Accuracy)} right but {iterative.Attack} {Percent(iterative.Accuracy)}, "
            + "a sign of masked gradients or of a wrong step size; try other step sizes and random starts.");
    }

    /// <summary>Whether the attack had not finished: more steps change accuracy by over one point or the mean loss by 2 % or more.</summary>
    /// <param name="result">Result of an attack.</param>
    /// <param name="moreSteps">Result of the same attack with twice the steps, on the same images.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? MoreStepsMatter(ClassifierResult result, ClassifierResult moreSteps)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(moreSteps);
        var change = Math.Abs(moreSteps.MeanLoss - result.MeanLoss) / Math.Max(result.MeanLoss, double.Epsilon);
        return Math.Abs(result.Accuracy - moreSteps.Accuracy) <= Margin(result) && change < LossChange ? null : new RobustnessWarning(
            "more-steps-matter",
            string.Create(CultureInfo.InvariantCulture, $"{moreSteps.Attack} leaves {Percent(moreSteps.Accuracy)} right at a mean loss of {moreSteps.MeanLoss:G3}, ")
            + string.Create(CultureInfo.InvariantCulture, $"{result.Attack} {Percent(result.Accuracy)} at {result.MeanLoss:G3}; ")
            + "report the attack with more steps, and double them until nothing changes.");
    }

    /// <summary>Whether many gradients are exactly zero.</summary>
    /// <param name="health">Measured gradients.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? GradientsAreZero(GradientHealth health)
    {
        ArgumentNullException.ThrowIfNull(health);
        return health.ZeroImageShare == 0 && health.ZeroPixelShare <= 0.5 ? null : new RobustnessWarning(
            "zero-gradients",
            $"The gradient is zero for {Percent(health.ZeroImageShare)} of the images and {Percent(health.ZeroPixelShare)} of the pixels, "
            + "so gradient attacks look weaker than they are; use a loss that does not saturate or an attack without gradients.");
    }

    /// <summary>Whether five calls with the same images differ in a prediction or by more than rounding.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="batchSize">Images shown at once, at least one.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? ForwardIsRandom(Classifier classifier, Tensor images, int batchSize = 64)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        var (largest, difference, changed) = (0.0, 0.0, 0L);
        ForEachBatch(images, batchSize, batch =>
        {
            var first = classifier(batch).to(ScalarType.Float64);
            var unscored = first.isfinite().logical_not();   // a class that is ruled out has no logit to compare
            largest = Math.Max(largest, first.masked_fill(unscored, 0).abs().max().item<double>());
            for (var call = 1; call < Calls; call++)
            {
                var again = classifier(batch).to(ScalarType.Float64);
                changed = Math.Max(changed, again.argmax(1).ne(first.argmax(1)).sum().item<long>());
                difference = Math.Max(difference, (again - first).masked_fill(unscored, 0).abs().max().item<double>());
            }
        });
        return changed == 0 && difference <= LogitChange * largest ? null : new RobustnessWarning(
            "random-forward",
            string.Create(CultureInfo.InvariantCulture, $"{Calls} calls with the same images give logits that differ by up to {difference / largest:G2} of the largest")
            + "; put the model in evaluation mode, or average gradients over several calls if the randomness is meant.");
    }

    /// <summary>Whether the outputs are probabilities where logits are expected.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="batchSize">Images shown at once, at least one.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? OutputsAreProbabilities(Classifier classifier, Tensor images, int batchSize = 64)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        var (inRange, sums) = (true, true);
        ForEachBatch(images, batchSize, batch =>
        {
            var outputs = classifier(batch).to(ScalarType.Float64);
            inRange &= outputs.min().item<double>() >= 0 && outputs.max().item<double>() <= 1;
            sums &= (outputs.sum(1) - 1).abs().max().item<double>() <= 1e-5;
        });
        return !(inRange && sums) ? null : new RobustnessWarning(
            "probabilities",
            "The classifier's outputs lie in [0, 1] and sum to one, so they are probabilities and their gradients vanish; return logits, "
            + "without the softmax.");
    }

    /// <summary>Shows images without a gradient, in batches that each have a dispose scope.</summary>
    internal static void ForEachBatch(Tensor images, int batchSize, Action<Tensor> visit)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using var noGradient = no_grad();
        for (var start = 0L; start < images.shape[0]; start += batchSize)
        {
            using var scope = NewDisposeScope();
            visit(images.narrow(0, start, Math.Min(batchSize, images.shape[0] - start)));
        }
    }

    private static double StandardError(ClassifierResult result) =>
        Math.Sqrt(result.Accuracy * (1 - result.Accuracy) / Math.Max(1, result.Labels.Count));

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
