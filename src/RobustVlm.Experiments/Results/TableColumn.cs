namespace RobustVlm.Experiments.Results;

/// <summary>What a column of a <see cref="ResultTable"/> holds, which decides how it is sorted, aligned and printed.</summary>
public enum ColumnKind
{
    /// <summary>Words; left-aligned.</summary>
    Text,

    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Rates: stored as fractions, printed as percent.</summary>
    Percent,

    /// <summary>Estimates with an interval, printed as value and ends.</summary>
    Interval,
}

/// <summary>A column of a <see cref="ResultTable"/>.</summary>
/// <param name="Name">Name, unique in its table.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Decimals">Digits after the point; null chooses them by the size of the numbers (one for percent).</param>
/// <param name="InPercent">For intervals: whether they are rates, printed as percent.</param>
public sealed record TableColumn(string Name, ColumnKind Kind, int? Decimals = null, bool InPercent = false);
