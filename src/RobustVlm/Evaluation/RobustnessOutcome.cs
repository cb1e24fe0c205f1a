using System.Globalization;
using RobustVlm.Attacks;

namespace RobustVlm.Evaluation;

/// <summary>What one attack did at one budget.</summary>
public sealed record RobustnessOutcome
{
    /// <summary>Name of the attack.</summary>
    public required string Attack { get; init; }

    /// <summary>Its budget.</summary>
    public required PixelBudget Epsilon { get; init; }

    /// <summary>Numbers of the images it was run on: by default those that were still right.</summary>
    public required IReadOnlyList<int> Targets { get; init; }

    /// <summary>How many of them it has tried; fewer than there are after an interruption.</summary>
    public int Tried { get; init; }

    /// <summary>Numbers of the images it turned from right to wrong.</summary>
    public IReadOnlyList<int> Broken { get; init; } = [];

    /// <summary>Time it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Images that went through the classifier.</summary>
    public long Forward { get; init; }

    /// <summary>How many of them with a gradient; none for an attack that sees the outputs only.</summary>
    public long Backward { get; init; }

    /// <summary>Largest size of a change, in the budget's norm.</summary>
    public double LargestChange { get; init; }

    /// <summary>Returned images that left the budget or [0, 1]; they do not count as broken.</summary>
    public int OutOfBudget { get; init; }

    /// <summary>Images whose logits were not finite under attack; they count as broken.</summary>
    public int NotANumber { get; init; }

    /// <summary>Whether all images were tried.</summary>
    public bool IsFinished => Tried == Targets.Count;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Attack} at {Epsilon}: broke {Broken.Count} of {Tried}; {Seconds:0.0} s, {Forward} forward, {Backward} with a gradient");
}
