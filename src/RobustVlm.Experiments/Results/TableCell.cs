using System.Globalization;

namespace RobustVlm.Experiments.Results;

/// <summary>One value of a <see cref="ResultTable"/>, ready for comparison: <c>row["Attack"] == "PGD" &amp;&amp; row["Accuracy"] &lt; 0.5</c>.</summary>
/// <remarks>
/// An interval compares by its estimate. A missing cell equals only another missing cell (or null) and is neither
/// smaller nor larger than anything. Ordering text against numbers is an error.
/// </remarks>
public readonly struct TableCell : IEquatable<TableCell>, IComparable<TableCell>
{
    internal TableCell(object? value) => Value = value;

    /// <summary>A string, a double, a bool, an <see cref="Results.Interval"/>, or null when missing.</summary>
    public object? Value { get; }

    /// <summary>Whether there is no value.</summary>
    public bool IsMissing => Value is null;

    /// <summary>The number, or an interval's estimate.</summary>
    /// <exception cref="InvalidOperationException">The cell is missing or holds no number.</exception>
    public double Number => TryNumber() ?? throw new InvalidOperationException(
        IsMissing ? "This cell is missing, so it has no number." : $"This cell holds '{Text}', which is not a number.");

    /// <summary>The value as text, with all digits; empty when missing.</summary>
    public string Text => Value switch
    {
        null => "",
        bool yes => yes ? "yes" : "no",
        _ => Convert.ToString(Value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>Makes a text cell; null is a missing one.</summary>
    public static implicit operator TableCell(string? value) => new(value);

    /// <summary>Makes a number cell.</summary>
    public static implicit operator TableCell(double value) => new(value);

    /// <summary>Makes a yes-or-no cell.</summary>
    public static implicit operator TableCell(bool value) => new(value);

    /// <summary>Makes an interval cell.</summary>
    public static implicit operator TableCell(Interval value) => new(value);

    /// <summary>Whether both hold the same value.</summary>
    public static bool operator ==(TableCell left, TableCell right) => left.Equals(right);

    /// <summary>Whether the values differ.</summary>
    public static bool operator !=(TableCell left, TableCell right) => !left.Equals(right);

    /// <summary>Whether the left value is smaller; false when either is missing.</summary>
    public static bool operator <(TableCell left, TableCell right) => Order(left, right) is < 0;

    /// <summary>Whether the left value is larger; false when either is missing.</summary>
    public static bool operator >(TableCell left, TableCell right) => Order(left, right) is > 0;

    /// <summary>Whether the left value is smaller or equal; false when either is missing.</summary>
    public static bool operator <=(TableCell left, TableCell right) => Order(left, right) is <= 0;

    /// <summary>Whether the left value is larger or equal; false when either is missing.</summary>
    public static bool operator >=(TableCell left, TableCell right) => Order(left, right) is >= 0;

    /// <inheritdoc/>
    public bool Equals(TableCell other) => (TryNumber(), other.TryNumber()) switch
    {
        ({ } left, { } right) => left.Equals(right),
        (null, null) => Equals(Value, other.Value),
        _ => false,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TableCell other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => TryNumber()?.GetHashCode() ?? Value?.GetHashCode() ?? 0;

    /// <summary>Sort order: missing cells last, NaN before every number.</summary>
    public int CompareTo(TableCell other) =>
        IsMissing || other.IsMissing ? IsMissing.CompareTo(other.IsMissing) : Compare(this, other);

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal double? TryNumber() => Value switch
    {
        double number => number,
        Interval interval => interval.Value,
        _ => null,
    };

    private static int? Order(TableCell left, TableCell right)
    {
        var undefined = left.IsMissing || right.IsMissing
            || left.TryNumber() is double.NaN || right.TryNumber() is double.NaN;
        return undefined ? null : Compare(left, right);
    }

    private static int Compare(TableCell left, TableCell right) => (left.TryNumber(), right.TryNumber()) switch
    {
        ({ } a, { } b) => a.CompareTo(b),
        (null, null) => string.CompareOrdinal(left.Text, right.Text),
        _ => throw new InvalidOperationException(
            $"'{left.Text}' and '{right.Text}' cannot be ordered: one is text, the other a number."),
    };
}
