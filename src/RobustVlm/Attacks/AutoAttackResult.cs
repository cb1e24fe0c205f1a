using System.Globalization;

namespace RobustVlm.Attacks;

/// <summary>What one attack of an ensemble did.</summary>
/// <param name="Attack">Name of the attack.</param>
/// <param name="Attacked">Number of images it was given: those that were still right.</param>
/// <param name="Broken">Number of them it broke.</param>
/// <param name="ForwardPasses">How often the classifier ran, counted in images.</param>
/// <param name="BackwardPasses">How often its gradient was taken at most, counted in images.</param>
public sealed record AutoAttackStep(string Attack, int Attacked, int Broken, long ForwardPasses, long BackwardPasses);

/// <summary>What <see cref="AutoAttack"/> found, image by image and attack by attack; complete after its last step.</summary>
/// <remarks>It can be stored as JSON after every step; with the images so far, <see cref="AutoAttack.Next"/> goes on from there.</remarks>
public sealed record AutoAttackResult
{
    /// <summary>In <see cref="FirstBreaker"/>: the classifier erred without any attack.</summary>
    public const string Clean = "clean";

    /// <summary>The label to print with the numbers: AutoAttack, AA-custom or AA-mini.</summary>
    public required string Name { get; init; }

    /// <summary>The attacks with all their settings; a run goes on with the same ones only.</summary>
    public required string Ensemble { get; init; }

    /// <summary>Largest change allowed, with its norm.</summary>
    public required PixelBudget Epsilon { get; init; }

    /// <summary>Where the random numbers of all attacks come from.</summary>
    public required long Seed { get; init; }

    /// <summary>For each image, the first attack that broke it; <see cref="Clean"/> if none was needed, null if all failed so far.</summary>
    public required IReadOnlyList<string?> FirstBreaker { get; init; }

    /// <summary>The attacks that ran, in order.</summary>
    public IReadOnlyList<AutoAttackStep> Steps { get; init; } = [];

    /// <summary>Largest change among the attacked images, in the norm of the budget; checked not to exceed it.</summary>
    public double LargestChange { get; init; }

    /// <summary>Smallest pixel of the attacked images; checked not to be below 0 nor a NaN.</summary>
    public double SmallestPixel { get; init; }

    /// <summary>Largest pixel of the attacked images; checked not to be above 1.</summary>
    public double LargestPixel { get; init; }

    /// <summary>Share of images that were right without an attack, 0 to 1.</summary>
    public double CleanAccuracy => Share(FirstBreaker.Count(breaker => breaker != Clean));

    /// <summary>Share of images, among all, that are right after every attack so far, 0 to 1.</summary>
    public double RobustAccuracy => Share(FirstBreaker.Count(breaker => breaker is null));

    /// <summary>Share of images, among all, that were right after the given number of attacks, 0 to 1.</summary>
    /// <param name="steps">Number of attacks, 0 to the number of <see cref="Steps"/>.</param>
    /// <returns>The share.</returns>
    public double AccuracyAfter(int steps) =>
        Share(FirstBreaker.Count(breaker => breaker != Clean) - Steps.Take(steps).Sum(step => step.Broken));

    /// <inheritdoc/>
    public override string ToString()
    {
        var course = string.Join(", ", Steps.Select((step, i) => string.Create(CultureInfo.InvariantCulture, $"{step.Attack} {AccuracyAfter(i + 1):P1}")));
        return string.Create(CultureInfo.InvariantCulture, $"{Name} at {Epsilon}: clean {CleanAccuracy:P1}, {course} of {FirstBreaker.Count} images");
    }

    private double Share(int count) => FirstBreaker.Count == 0 ? double.NaN : (double)count / FirstBreaker.Count;
}
