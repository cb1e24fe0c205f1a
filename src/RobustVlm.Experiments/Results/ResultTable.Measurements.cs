namespace RobustVlm.Experiments.Results;

/// <content>From measurements to a table.</content>
public sealed partial class ResultTable
{
    /// <summary>A table from measurements: one row per <see cref="Measurement.Row"/>, one column per <see cref="Measurement.Column"/>.</summary>
    /// <remarks>A column whose measurements carry the paper's number is followed by one named <c>… (paper)</c>.</remarks>
    /// <param name="measurements">The measurements; rows and columns appear in the order of their first mention.</param>
    /// <param name="rowHeader">Name of the first column.</param>
    /// <exception cref="ArgumentException">Two measurements share a cell, or a column mixes rates with other numbers.</exception>
    public static ResultTable FromMeasurements(IEnumerable<Measurement> measurements, string rowHeader = "Method")
    {
        ArgumentNullException.ThrowIfNull(measurements);
        var all = measurements.ToArray();
        var twin = all.GroupBy(measurement => (measurement.Row, measurement.Column)).FirstOrDefault(cell => cell.Count() > 1);
        if (twin is not null)
        {
            throw new ArgumentException($"Two measurements share the cell {twin.Key.Row} / {twin.Key.Column}; average them first.");
        }

        var columns = all.GroupBy(measurement => measurement.Column).SelectMany(MeasuredColumns).ToArray();
        var rows = all.GroupBy(measurement => measurement.Row).Select(row =>
        {
            var byColumn = row.ToDictionary(measurement => measurement.Column);
            return columns
                .Select(column => byColumn.TryGetValue(column.Source, out var measurement) ? column.Read(measurement) : null)
                .Prepend(row.Key)
                .ToArray();
        });
        return new ResultTable(columns.Select(column => column.Shown).Prepend(new TableColumn(rowHeader, ColumnKind.Text)), rows);
    }

    private static IEnumerable<MeasuredColumn> MeasuredColumns(IGrouping<string, Measurement> group)
    {
        var name = group.Key;
        var rate = group.First().IsRate;
        if (group.Any(measurement => measurement.IsRate != rate))
        {
            throw new ArgumentException($"The column '{name}' mixes rates with other numbers; give them two names.");
        }

        var number = rate ? ColumnKind.Percent : ColumnKind.Number;
        yield return group.Any(measurement => measurement is { Low: not null, High: not null })
            ? new MeasuredColumn(name, new TableColumn(name, ColumnKind.Interval, InPercent: rate), Estimate)
            : new MeasuredColumn(name, new TableColumn(name, number), measurement => measurement.Value);
        if (group.Any(measurement => measurement.Reported is not null))
        {
            yield return new MeasuredColumn(
                name, new TableColumn($"{name} (paper)", number), measurement => measurement.Reported);
        }
    }

    private static object Estimate(Measurement measurement) => measurement is { Low: { } low, High: { } high }
        ? new Interval(measurement.Value, low, high, measurement.N ?? 0)
        : measurement.Value;

    private sealed record MeasuredColumn(string Source, TableColumn Shown, Func<Measurement, object?> Read);
}
