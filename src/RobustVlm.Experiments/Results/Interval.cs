using System.Globalization;

namespace RobustVlm.Experiments.Results;

/// <summary>An estimate with its interval.</summary>
/// <param name="Value">The estimate, e.g. an accuracy as a fraction.</param>
/// <param name="Low">Lower end of the interval, in the same unit.</param>
/// <param name="High">Upper end of the interval, in the same unit.</param>
/// <param name="N">How many samples (or pairs, or seeds) it rests on.</param>
public readonly record struct Interval(double Value, double Low, double High, int N)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value:0.####} [{Low:0.####}, {High:0.####}]");
}
