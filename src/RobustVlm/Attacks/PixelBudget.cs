using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace RobustVlm.Attacks;

/// <summary>How the size of a change of an image is measured.</summary>
public enum PixelNorm
{
    /// <summary>The largest change of any pixel.</summary>
    LInfinity,

    /// <summary>The Euclidean length of the whole change, over all channels and pixels.</summary>
    L2,
}

/// <summary>A distance in pixel space, on the [0, 1] scale of the pixels, with the norm it is measured in; attacks follow the norm.</summary>
/// <remarks>
/// L-infinity ranges from 0 (no change) to 1 (black to white) and prints as grey levels, <c>8/255</c>; L2 is any finite length and
/// prints as <c>L2 0.5</c>. The default value is L-infinity 0.
/// </remarks>
public readonly record struct PixelBudget : IParsable<PixelBudget>
{
    private const string L2Mark = "L2 ";
    private const double Slack = 1e-6;   // of rounding in float32

    /// <summary>Makes a budget on the [0, 1] scale; for grey levels use <see cref="Of255"/>, for Euclidean lengths <see cref="L2"/>.</summary>
    /// <param name="value">The distance: 0 to 1, for L2 any finite length.</param>
    /// <param name="norm">How the distance is measured.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite or, for L-infinity, above 1.</exception>
    [JsonConstructor]
    public PixelBudget(double value, PixelNorm norm = PixelNorm.LInfinity)
    {
        if (!Fits(value, norm))
        {
            var given = value.ToString(CultureInfo.InvariantCulture);
            throw new ArgumentOutOfRangeException(nameof(value), norm == PixelNorm.L2
                ? $"An L2 budget is a length of 0 or more, not {given}; write PixelBudget.L2(0.5)."
                : $"A pixel budget lies between 0 and 1 (1 is black to white), not {given}; for grey levels write PixelBudget.Of255(8).");
        }

        Value = value;
        Norm = norm;
    }

    /// <summary>The distance; in L-infinity, 1 is the full range from black to white.</summary>
    public double Value { get; }

    /// <summary>How the distance is measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PixelNorm Norm { get; }

    /// <summary>Makes a budget from grey levels, e.g. <c>Of255(8)</c> for eight levels out of 255.</summary>
    /// <param name="levels">Grey levels, 0 to 255; fractions are allowed.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative, above 255 or not a number.</exception>
    public static PixelBudget Of255(double levels) => new(levels / 255.0);

    /// <summary>Makes a budget for the Euclidean length of the whole change.</summary>
    /// <param name="length">The length on the [0, 1] scale of the pixels, 0 or more; 0.5 is usual for 32-pixel images.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or not finite.</exception>
    public static PixelBudget L2(double length) => new(length, PixelNorm.L2);

    /// <summary>The same norm with another distance.</summary>
    /// <param name="value">The distance: 0 to 1, for L2 any finite length.</param>
    /// <returns>The budget.</returns>
    public PixelBudget WithValue(double value) => new(value, Norm);

    /// <summary>Reads <c>8/255</c> (grey levels), <c>0.03</c> (the [0, 1] scale) or <c>L2 0.5</c> (a Euclidean length).</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used; numbers have a decimal point.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static PixelBudget Parse(string s, IFormatProvider? provider = null) => TryParse(s, provider, out var budget)
        ? budget
        : throw new FormatException($"'{s}' is not a pixel budget; write 8/255 for grey levels, 0.03 for the [0, 1] scale or L2 0.5 for a Euclidean length.");

    /// <summary>Reads <c>8/255</c> (grey levels), <c>0.03</c> (the [0, 1] scale) or <c>L2 0.5</c> (a Euclidean length).</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used; numbers have a decimal point.</param>
    /// <param name="result">The budget, or zero.</param>
    /// <returns>Whether the text was a budget in range.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PixelBudget result)
    {
        result = default;
        var text = (s ?? "").Trim();
        var norm = text.StartsWith(L2Mark, StringComparison.OrdinalIgnoreCase) ? PixelNorm.L2 : PixelNorm.LInfinity;
        var parts = (norm == PixelNorm.L2 ? text[L2Mark.Length..] : text).Split('/');
        if (parts.Length > 2 || !TryNumber(parts[0], out var value))
        {
            return false;
        }

        if (parts.Length == 2)
        {
            if (!TryNumber(parts[1], out var whole))
            {
                return false;
            }

            value /= whole;
        }

        if (!Fits(value, norm))
        {
            return false;
        }

        result = new PixelBudget(value, norm);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Norm == PixelNorm.L2
        ? string.Create(CultureInfo.InvariantCulture, $"{L2Mark}{Value:0.####}")
        : string.Create(CultureInfo.InvariantCulture, $"{Value * 255.0:0.###}/255");

    /// <summary>Whether a change of this size keeps within the budget, rounding aside; false for NaN.</summary>
    /// <param name="size">Size of the change, in the norm of the budget.</param>
    internal bool Allows(double size) => size <= Value + (Slack * Math.Max(1, Value));

    /// <summary>Refuses a step that is measured in another norm than this budget.</summary>
    /// <param name="step">The step size; null stands for the attack's own choice.</param>
    /// <param name="parameter">Name of the caller's parameter.</param>
    /// <exception cref="ArgumentException">The norms differ.</exception>
    internal void RequireSameNorm(PixelBudget? step, string parameter)
    {
        if (step is { } given && given.Norm != Norm)
        {
            throw new ArgumentException($"The step {given} and the budget {this} must have the same norm; leave StepSize null and it follows the budget.", parameter);
        }
    }

    private static bool Fits(double value, PixelNorm norm) => double.IsFinite(value) && value >= 0 && (norm == PixelNorm.L2 || value <= 1);

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
