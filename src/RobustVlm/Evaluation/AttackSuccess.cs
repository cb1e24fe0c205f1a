using System.Globalization;

namespace RobustVlm.Evaluation;

/// <summary>How often an attack succeeded, by the two definitions in use.</summary>
/// <param name="Clean">Share of queries that are right without the attack, 0 to 1.</param>
/// <param name="Attacked">Share that are right under the attack, 0 to 1.</param>
/// <param name="OfRight">Share of the originally right queries that fail under the attack, as SGA counts; NaN when none was right.</param>
public sealed record AttackSuccess(double Clean, double Attacked, double OfRight)
{
    /// <summary>What the attack costs, clean minus attacked share, as Co-Attack counts; smaller than <see cref="OfRight"/> where few were right.</summary>
    public double Drop => Clean - Attacked;

    /// <summary>Compares outcomes without and with the attack.</summary>
    /// <param name="clean">For each query, whether it is right without the attack.</param>
    /// <param name="attacked">For the same queries, whether it is right under the attack.</param>
    /// <returns>Both rates.</returns>
    /// <exception cref="ArgumentException">There are no queries, or the numbers differ.</exception>
    public static AttackSuccess Of(IReadOnlyList<bool> clean, IReadOnlyList<bool> attacked)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(attacked);
        if (clean.Count == 0 || clean.Count != attacked.Count)
        {
            throw new ArgumentException($"Give the outcome of the same queries twice, at least one; there are {clean.Count} and {attacked.Count}.", nameof(attacked));
        }

        var right = clean.Count(outcome => outcome);
        var broken = clean.Zip(attacked, (before, after) => before && !after).Count(outcome => outcome);
        return new AttackSuccess(Accuracy.Of(clean), Accuracy.Of(attacked), right == 0 ? double.NaN : (double)broken / right);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{OfRight:P1} of the right queries fail (from {Clean:P1} to {Attacked:P1}, {Drop * 100:0.0} points)");
}
