using System.Globalization;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>The noise of one round.</summary>
/// <param name="StartNorm">Its length at the start of the search.</param>
/// <param name="Norm">Its length.</param>
/// <param name="Steps">Steps of the search.</param>
/// <param name="Reached">Whether the search ended below epsilon.</param>
/// <param name="ProbabilityDistance">Mean squared distance of the probabilities on images that the search did not see.</param>
/// <param name="Agreement">Share of these images whose class stays the same.</param>
public sealed record NullspaceRound(double StartNorm, double Norm, int Steps, bool Reached, double ProbabilityDistance, double Agreement);

/// <summary>How a <see cref="NullspaceTuning"/> went.</summary>
/// <param name="Arm">What was compared.</param>
/// <param name="Rounds">The noise of every round; empty for arms without noise.</param>
/// <param name="Scores">The score after every round; of the untouched model where nothing was trained.</param>
/// <param name="Losses">Loss of every step.</param>
/// <param name="Terms">Both halves of the loss at every step: <c>clean</c> and <c>second</c>, without its weight.</param>
public sealed record NullspaceTuningResult(
    NullspaceArm Arm, IReadOnlyList<NullspaceRound> Rounds, IReadOnlyList<double> Scores, IReadOnlyList<double> Losses,
    IReadOnlyDictionary<string, IReadOnlyList<double>> Terms)
{
    /// <summary>The round, from 0, whose weights the model has: the first with the largest score.</summary>
    public int BestRound => BestWeights.BestOf(Scores);

    /// <summary>Share of the rounds after the first whose noise came below epsilon; NaN where there are none.</summary>
    public double ReachedShare => Rounds.Count > 1 ? Rounds.Skip(1).Average(round => round.Reached ? 1.0 : 0) : double.NaN;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Arm}: best score {Scores[BestRound]:0.000} after round {BestRound + 1} of {Scores.Count}")
        + (Rounds.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $", length of the noise {Rounds[0].Norm:0.##} to {Rounds[^1].Norm:0.##}") : "");
}
