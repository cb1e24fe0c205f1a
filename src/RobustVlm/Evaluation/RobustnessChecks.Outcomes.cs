using System.Globalization;
using RobustVlm.Attacks;

namespace RobustVlm.Evaluation;

/// <content>The checks that compare several attacks.</content>
public static partial class RobustnessChecks
{
    private const double LossMargin = 0.05;   // on honest models too, cross-entropy mixes classes and stays a few points behind
    private const double BlackBoxMargin = 0.002;   // AutoAttack's

    /// <summary>Every code that a warning can have; the notebook on warnings explains each.</summary>
    public static IReadOnlyList<string> Codes { get; } =
    [
        "probabilities", "random-forward", "zero-gradients", "attacked-above-clean", "more-budget-helps", "single-step-stronger",
        "more-steps-matter", "more-restarts-matter", "noise-beats-attack", "flat-loss", "loss-matters", "logit-scale",
        "black-box-stronger", "large-budget-fails", "few-classes", "not-a-number", "out-of-budget",
    ];

    /// <summary>Whether more random starts find more.</summary>
    /// <param name="result">Result of an attack with one start.</param>
    /// <param name="moreStarts">Result of the same attack with several starts, on the same images.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? RestartsMatter(ClassifierResult result, ClassifierResult moreStarts)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(moreStarts);
        return result.Accuracy - moreStarts.Accuracy <= Margin(result) ? null : new RobustnessWarning(
            "more-restarts-matter",
            $"{moreStarts.Attack} leaves {Percent(moreStarts.Accuracy)} right where {result.Attack} left {Percent(result.Accuracy)}; "
            + "report the attack with more random starts, and add more until nothing changes.");
    }

    /// <summary>Whether random noise of full size breaks images that the attack left right.</summary>
    /// <param name="attacked">Result of a gradient attack.</param>
    /// <param name="heldUnderNoise">For each image, whether it stayed right under all draws.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? NoiseFindsMore(ClassifierResult attacked, IReadOnlyList<bool> heldUnderNoise)
    {
        ArgumentNullException.ThrowIfNull(attacked);
        var found = attacked.Correct.Zip(heldUnderNoise).Count(pair => pair.First && !pair.Second);
        return found == 0 ? null : new RobustnessWarning(
            "noise-beats-attack",
            $"Random noise breaks {found} images that {attacked.Attack} left right at {attacked.Epsilon}, so its gradients mislead; "
            + "use more steps and starts, and average gradients if the model is random.");
    }

    /// <summary>Whether the loss of images that stay right did not move at all.</summary>
    /// <param name="clean">Result on the clean images.</param>
    /// <param name="attacked">Result of an attack on the same images.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? LossIsFlat(ClassifierResult clean, ClassifierResult attacked)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(attacked);
        int[] held = [.. Enumerable.Range(0, attacked.Labels.Count).Where(i => attacked.Correct[i])];
        var flat = held.Count(i => Math.Abs(Loss(attacked, i) - Loss(clean, i)) <= 1e-9);
        return flat <= 0.05 * held.Length ? null : new RobustnessWarning(
            "flat-loss",
            $"{attacked.Attack} did not change the loss of {flat} of the {held.Length} images that stayed right, so it had nothing to climb; "
            + "look for saturated losses and for steps that are not differentiable, such as rounding.");

        static double Loss(ClassifierResult result, int i) => -Math.Log(Math.Max(result.Probabilities[i][result.Labels[i]], double.Epsilon));
    }

    /// <summary>Whether a loss without saturation finds more than cross-entropy.</summary>
    /// <param name="crossEntropy">Result of an attack that climbs the cross-entropy.</param>
    /// <param name="scaleFree">Result of the same attack with the margin or the difference of logits ratio.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? LossMatters(ClassifierResult crossEntropy, ClassifierResult scaleFree)
    {
        ArgumentNullException.ThrowIfNull(crossEntropy);
        ArgumentNullException.ThrowIfNull(scaleFree);
        return crossEntropy.Accuracy - scaleFree.Accuracy <= Math.Max(LossMargin, Margin(crossEntropy)) ? null : new RobustnessWarning(
            "loss-matters",
            $"Climbing the difference of logits ratio or the margin {scaleFree.Attack} leaves {Percent(scaleFree.Accuracy)} right, climbing the cross-entropy "
            + $"{Percent(crossEntropy.Accuracy)}; report the former, set PgdOptions.Loss.");
    }

    /// <summary>Whether dividing the logits by ten, which changes no prediction, makes the attack stronger.</summary>
    /// <param name="result">Result of an attack.</param>
    /// <param name="scaled">Result of the same attack on a tenth of the logits.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? LogitScaleMatters(ClassifierResult result, ClassifierResult scaled)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(scaled);
        return result.Accuracy - scaled.Accuracy <= Margin(result) ? null : new RobustnessWarning(
            "logit-scale",
            $"On a tenth of the logits {scaled.Attack} leaves {Percent(scaled.Accuracy)} right, on the logits themselves {Percent(result.Accuracy)}: the cross-entropy is "
            + "saturated; use a loss that does not depend on the scale.");
    }

    /// <summary>Whether a budget of half the pixel range leaves more right than guessing.</summary>
    /// <param name="result">Result of an attack at 0.5, where every image can become flat grey.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? LargeBudgetFails(ClassifierResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var chance = 1.0 / result.Probabilities[0].Length;
        return result.Accuracy <= chance + (2 * Math.Sqrt(chance * (1 - chance) / result.Labels.Count)) ? null : new RobustnessWarning(
            "large-budget-fails",
            $"{result.Attack} at {result.Epsilon} still leaves {Percent(result.Accuracy)} right, though every image can be made flat grey and guessing gives "
            + $"{Percent(chance)}; the attack does not work on this model.");
    }

    /// <summary>Whether there are too few classes for AutoAttack's standard form.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <returns>The doubt, or null.</returns>
    public static RobustnessWarning? FewClasses(int classes) => classes >= 4 ? null : new RobustnessWarning(
        "few-classes",
        $"The classifier has {classes} classes, and the targeted difference of logits ratio needs four; use margins, and do not call the result AutoAttack's.");

    /// <summary>Whether an attack that sees outputs only broke images that attacks with gradients had left.</summary>
    /// <param name="outcomes">What the attacks did at one budget, in their order.</param>
    /// <param name="images">Number of images of the evaluation.</param>
    /// <returns>One record per attack concerned.</returns>
    public static IEnumerable<RobustnessWarning> BlackBoxIsStronger(IReadOnlyList<RobustnessOutcome> outcomes, int images)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var white = outcomes.Where(outcome => outcome.Backward > 0).ToArray();
        var left = white.SelectMany(outcome => outcome.Targets).Except(white.SelectMany(outcome => outcome.Broken)).ToHashSet();   // none that they never got
        return white.Length == 0 ? [] : outcomes.Where(outcome => outcome is { Backward: 0, Forward: > 0 })
            .Select(outcome => (Outcome: outcome, Extra: outcome.Broken.Count(left.Contains)))
            .Where(found => found.Extra > BlackBoxMargin * images)
            .Select(found => new RobustnessWarning(
                "black-box-stronger",
                $"{found.Outcome.Attack} at {found.Outcome.Epsilon} sees outputs only and yet breaks {found.Extra} images that the attacks with gradients left; "
                + "the gradients are masked, so try other losses, more steps and attacks adapted to the defence."));
    }

    internal static RobustnessWarning LeftTheBudget(RobustnessOutcome outcome) => new(
        "out-of-budget",
        $"{outcome.Attack} returned {outcome.OutOfBudget} images outside {outcome.Epsilon} or [0, 1], which were not counted as broken; its projection is wrong.");

    internal static RobustnessWarning OutputsNotFinite(RobustnessOutcome outcome) => new(
        "not-a-number",
        $"Under {outcome.Attack} at {outcome.Epsilon} the logits of {outcome.NotANumber} images are not numbers, which counts as broken; look for overflow in the model.");

    internal static IEnumerable<RobustnessWarning> MoreBudgetHelps(string attack, IReadOnlyList<(PixelBudget Epsilon, double Accuracy)> curve, int images)
    {
        var ordered = curve.OrderBy(point => point.Epsilon.Value).ToArray();
        return ordered.Zip(ordered.Skip(1))
            .Where(pair => pair.Second.Accuracy > pair.First.Accuracy + Math.Sqrt(pair.First.Accuracy * (1 - pair.First.Accuracy) / Math.Max(1, images)))
            .Select(pair => new RobustnessWarning(
                "more-budget-helps",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Accuracy under {attack} rises from {Percent(pair.First.Accuracy)} at {pair.First.Epsilon} to {Percent(pair.Second.Accuracy)} at ")
                + $"{pair.Second.Epsilon}, which a working attack never causes; use more steps or smaller ones."));
    }

    /// <summary>One point, but more than one image; rounding aside.</summary>
    private static double Margin(ClassifierResult result) => Math.Max(0.01, 1.0 / Math.Max(1, result.Labels.Count)) + 1e-9;
}
