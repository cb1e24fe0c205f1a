using System.Globalization;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>How the numbers of a verdict are printed.</summary>
/// <param name="Decimals">Digits after the point.</param>
/// <param name="InPercent">Whether a fraction is printed as percent.</param>
/// <param name="Unit">Unit behind the number, e.g. <c>ms</c>.</param>
public sealed record EstimateFormat(int Decimals = 3, bool InPercent = false, string Unit = "")
{
    /// <summary>An estimate with its interval.</summary>
    /// <param name="estimate">The estimate.</param>
    public string Print(Interval estimate) => $"{Print(estimate.Value)}{Suffix} [{Print(estimate.Low)}, {Print(estimate.High)}]";

    private string Suffix => InPercent ? "%" : Unit.Length > 0 ? " " + Unit : "";

    private string Print(double number)
    {
        var text = (InPercent ? 100 * number : number).ToString("0." + new string('0', Decimals), CultureInfo.InvariantCulture);
        text = text.StartsWith('-') && text.All(c => c is '-' or '0' or '.') ? text[1..] : text;
        return text.Replace('-', '−');
    }
}
