namespace RobustVlm.Experiments.Results;

/// <summary>One aggregated column of <see cref="ResultTable.GroupBy(string, Aggregation[])"/>.</summary>
/// <remarks>Missing cells are left out; a group without any value stays missing, except for its count.</remarks>
public sealed class Aggregation
{
    private Aggregation(string? column, string name, ColumnKind? kind, Func<IReadOnlyList<double>, object?> compute)
    {
        Column = column;
        Name = name;
        Kind = kind;
        Compute = compute;
    }

    /// <summary>The aggregated column; null counts rows.</summary>
    public string? Column { get; }

    /// <summary>Name of the new column.</summary>
    public string Name { get; }

    /// <summary>Kind of the new column; null keeps that of the aggregated one.</summary>
    internal ColumnKind? Kind { get; }

    internal Func<IReadOnlyList<double>, object?> Compute { get; }

    /// <summary>How many rows the group has.</summary>
    /// <param name="name">Name of the new column.</param>
    public static Aggregation Count(string name = "Count") =>
        new(null, name, ColumnKind.Number, values => (double)values.Count);

    /// <summary>Arithmetic mean.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Name of the new column; by default that of the old one.</param>
    public static Aggregation Mean(string column, string? name = null) => Of(column, name ?? column, values => values.Average());

    /// <summary>Middle value.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Name of the new column; by default that of the old one.</param>
    public static Aggregation Median(string column, string? name = null) =>
        Of(column, name ?? column, values => Statistics.Quantile([.. values.Order()], 0.5));

    /// <summary>Smallest value.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Name of the new column; by default that of the old one.</param>
    public static Aggregation Min(string column, string? name = null) => Of(column, name ?? column, values => values.Min());

    /// <summary>Largest value.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Name of the new column; by default that of the old one.</param>
    public static Aggregation Max(string column, string? name = null) => Of(column, name ?? column, values => values.Max());

    /// <summary>Sum.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Name of the new column; by default that of the old one.</param>
    public static Aggregation Sum(string column, string? name = null) => Of(column, name ?? column, values => values.Sum());

    /// <summary>Standard deviation of a sample (divided by n - 1); missing for fewer than two values.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Name of the new column; by default the old one's followed by <c>sd</c>.</param>
    public static Aggregation StandardDeviation(string column, string? name = null) =>
        new(column, name ?? $"{column} sd", null, values => Deviation(values));

    /// <summary>Mean with its 95 % bootstrap interval, e.g. over seeds.</summary>
    /// <param name="column">The column.</param>
    /// <param name="seed">Seed of the resampling; each group starts from it anew.</param>
    /// <param name="name">Name of the new column; by default that of the old one.</param>
    public static Aggregation MeanInterval(string column, int seed, string? name = null) =>
        new(column, name ?? column, ColumnKind.Interval, values =>
            values.Count == 0 ? null : Statistics.Bootstrap(values, new Random(seed)));

    /// <summary>Anything else.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Name of the new column.</param>
    /// <param name="compute">Takes the group's values, at least one.</param>
    public static Aggregation Of(string column, string name, Func<IReadOnlyList<double>, double> compute)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(compute);
        return new(column, name, null, values => values.Count == 0 ? null : compute(values));
    }

    internal static double? Deviation(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return null;
        }

        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }
}
