using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace RobustVlm.Attacks;

/// <summary>A distance in pixel space, stored on the [0, 1] scale.</summary>
/// <remarks>
/// The range is 0 (no change) to 1 (black to white), both included; the default value is 0. It prints as grey levels, <c>8/255</c>.
/// </remarks>
public readonly record struct PixelBudget : IParsable<PixelBudget>
{
    /// <summary>Makes a budget on the [0, 1] scale; for grey levels use <see cref="Of255"/>.</summary>
    /// <param name="value">The distance, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, above 1 or not a number.</exception>
    [JsonConstructor]
    public PixelBudget(double value)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(value),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A pixel budget lies between 0 and 1 (1 is black to white), not {value}; for grey levels write PixelBudget.Of255(8)."));
        }

        Value = value;
    }

    /// <summary>The distance; 1 is the full range from black to white.</summary>
    public double Value { get; }

    /// <summary>Makes a budget from grey levels, e.g. <c>Of255(8)</c> for eight levels out of 255.</summary>
    /// <param name="levels">Grey levels, 0 to 255; fractions are allowed.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative, above 255 or not a number.</exception>
    public static PixelBudget Of255(double levels) => new(levels / 255.0);

    /// <summary>Reads <c>8/255</c> (grey levels) or <c>0.03</c> (the [0, 1] scale).</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used; numbers have a decimal point.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static PixelBudget Parse(string s, IFormatProvider? provider = null) => TryParse(s, provider, out var budget)
        ? budget
        : throw new FormatException($"'{s}' is not a pixel budget; write 8/255 for grey levels or 0.03 for the [0, 1] scale.");

    /// <summary>Reads <c>8/255</c> (grey levels) or <c>0.03</c> (the [0, 1] scale).</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used; numbers have a decimal point.</param>
    /// <param name="result">The budget, or zero.</param>
    /// <returns>Whether the text was a budget in range.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PixelBudget result)
    {
        result = default;
        var parts = (s ?? "").Split('/');
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

        if (!(value >= 0 && value <= 1))
        {
            return false;
        }

        result = new PixelBudget(value);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value * 255.0:0.###}/255");

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
