using System.Globalization;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>How the numbers of a verdict are printed.</summary>
/// <param name="Decimals">Digits after the point.</param>
/// <param name="InPercent">Whether a fraction is printed as percent.</param>
/// <param name="Unit">Unit behind the number, e.g. <c>ms</c>.</param>
public sealed record EstimateFormat(int Decimals = 3, bool InPercent = false, string Unit = "")
{
    /// <summary>An estimate with its interval; a single seed has none.</summary>
    /// <param name="estimate">The estimate.</param>
    public string Print(Interval estimate) => $"{Print(estimate.Value)}{Suffix}" + (estimate.N == 1 ? "" : $" [{Print(estimate.Low)}, {Print(estimate.High)}]");

    /// <summary>The format for a quantity: percent minus percent are points.</summary>
    /// <param name="quantity">What is printed.</param>
    internal EstimateFormat For(Quantity quantity) => InPercent && Unit.Length == 0 && quantity is (Quantity.Difference or Quantity.LeadOverMean) ? this with { Unit = "points" } : this;

    private string Suffix => Unit.Length > 0 ? " " + Unit : InPercent ? "%" : "";

    private string Print(double number)
    {
        var text = (InPercent ? 100 * number : number).ToString("0." + new string('0', Decimals), CultureInfo.InvariantCulture);
        text = text.StartsWith('-') && text.All(c => c is '-' or '0' or '.') ? text[1..] : text;
        return text.Replace('-', '−');
    }
}
