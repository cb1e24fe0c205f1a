using System.Data;

namespace RobustVlm.Experiments.Results;

/// <content>Filter, sort, group, pivot, describe.</content>
public sealed partial class ResultTable
{
    /// <summary>The rows that satisfy a condition, e.g. <c>table.Where(row => row["Accuracy"] > 0.5)</c>.</summary>
    /// <param name="condition">The condition.</param>
    public ResultTable Where(Func<TableRow, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return With(Columns, _values.Where((_, i) => condition(Rows[i])));
    }

    /// <summary>The rows sorted by a column; equal ones keep their order, missing cells come last either way.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="descending">Whether the largest come first.</param>
    public ResultTable OrderBy(string column, bool descending = false)
    {
        var position = _columns.IndexOf(column);
        var present = _values.Where(row => row[position] is not null);
        var sorted = descending
            ? present.OrderByDescending(row => new TableCell(row[position]))
            : present.OrderBy(row => new TableCell(row[position]));
        return With(Columns, sorted.Concat(_values.Where(row => row[position] is null)));
    }

    /// <summary>The first rows.</summary>
    /// <param name="count">How many; fewer when there are fewer.</param>
    public ResultTable Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return With(Columns, _values.Take(count));
    }

    /// <summary>Only these columns, in this order.</summary>
    /// <param name="columns">The columns' names.</param>
    public ResultTable Select(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var positions = columns.Select(_columns.IndexOf).ToArray();
        return With(
            positions.Select(position => Columns[position]),
            _values.Select(row => positions.Select(position => row[position]).ToArray()));
    }

    /// <summary>The table with a column under another name.</summary>
    /// <param name="column">The old name.</param>
    /// <param name="name">The new name.</param>
    public ResultTable Rename(string column, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Change(column, old => old with { Name = name });
    }

    /// <summary>The table with one more column, computed from each row.</summary>
    /// <param name="name">Name of the new column.</param>
    /// <param name="value">Computes a cell: a number, text, an <see cref="Interval"/>, or null for missing.</param>
    public ResultTable AddColumn(string name, Func<TableRow, object?> value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        object?[] added = [.. Rows.Select(value).Select(item => CellValue(item is TableCell cell ? cell.Value : item))];
        var kind = added.Any(item => item is string or bool) ? ColumnKind.Text
            : added.Any(item => item is Interval) ? ColumnKind.Interval
            : ColumnKind.Number;
        return With(
            Columns.Append(new TableColumn(name, kind)),
            _values.Select((row, i) => (object?[])[.. row, added[i]]));
    }

    /// <summary>The table with columns of fractions printed as percent; the numbers stay fractions.</summary>
    /// <param name="columns">Names of number or interval columns.</param>
    /// <exception cref="ArgumentException">A column holds text.</exception>
    public ResultTable AsPercent(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return columns.Aggregate(this, (table, name) => table.Change(name, column => column.Kind switch
        {
            ColumnKind.Text => throw new ArgumentException($"The column '{name}' holds text and cannot be percent."),
            ColumnKind.Interval => column with { InPercent = true },
            _ => column with { Kind = ColumnKind.Percent },
        }));
    }

    /// <summary>The table with a column printed to a fixed number of digits after the point.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="decimals">Digits after the point, in [0, 15].</param>
    public ResultTable WithDecimals(string column, int decimals)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, 15);
        return Change(column, old => old with { Decimals = decimals });
    }

    /// <summary>One row per distinct value of a column, with aggregated columns beside it.</summary>
    /// <param name="column">The column to group by.</param>
    /// <param name="aggregations">The columns to compute; none counts the rows.</param>
    public ResultTable GroupBy(string column, params Aggregation[] aggregations) => GroupBy([column], aggregations);

    /// <summary>One row per distinct combination of several columns, with aggregated columns beside them.</summary>
    /// <param name="columns">The columns to group by.</param>
    /// <param name="aggregations">The columns to compute; none counts the rows.</param>
    public ResultTable GroupBy(IReadOnlyList<string> columns, params Aggregation[] aggregations)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(aggregations);
        var keys = columns.Select(_columns.IndexOf).ToArray();
        var wanted = aggregations.Length > 0 ? aggregations : [Aggregation.Count()];
        var groups = new OrderedDictionary<RowKey, List<TableRow>>();
        for (var i = 0; i < _values.Count; i++)
        {
            var key = new RowKey([.. keys.Select(position => new TableCell(_values[i][position]))]);
            if (!groups.TryGetValue(key, out var rows))
            {
                groups.Add(key, rows = []);
            }

            rows.Add(Rows[i]);
        }

        return With(
            keys.Select(position => Columns[position]).Concat(wanted.Select(AggregatedColumn)),
            groups.Select(group => group.Key.Cells.Select(cell => cell.Value)
                .Concat(wanted.Select(aggregation => Aggregate(aggregation, group.Value)))
                .ToArray()));
    }

    /// <summary>A cross table: one row per value of one column, one column per value of another.</summary>
    /// <param name="rows">The column whose values become rows.</param>
    /// <param name="columns">The column whose values become columns.</param>
    /// <param name="values">The column whose values fill the table.</param>
    /// <param name="combine">Combines the numbers that fall into one cell, e.g. <c>Enumerable.Average</c>; without it there may be only one.</param>
    /// <exception cref="InvalidOperationException">Several rows fall into one cell and there is no <paramref name="combine"/>.</exception>
    public ResultTable Pivot(string rows, string columns, string values, Func<IEnumerable<double>, double>? combine = null)
    {
        var across = Rows.Select(row => row[columns]).Distinct().ToArray();
        var filled = _columns[values];
        var shape = combine is not null && filled.Kind == ColumnKind.Interval
            ? filled with { Kind = filled.InPercent ? ColumnKind.Percent : ColumnKind.Number }
            : filled;
        return With(
            across.Select(cell => shape with { Name = cell.IsMissing ? "(missing)" : cell.Text }).Prepend(_columns[rows]),
            Rows.GroupBy(row => row[rows]).Select(group => (object?[])[group.Key.Value, .. across.Select(Cell(group))]));

        Func<TableCell, object?> Cell(IGrouping<TableCell, TableRow> group) => column =>
            Combine(group.Key, column, [.. group.Where(row => row[columns] == column).Select(row => row[values])], combine);
    }

    /// <summary>One row per column: how many values, how many missing and distinct, and for numbers mean, sd, extremes and quartiles.</summary>
    public ResultTable Describe()
    {
        string[] statistics = ["Mean", "SD", "Min", "25%", "Median", "75%", "Max"];
        string[] counts = ["Count", "Missing", "Distinct"];
        return new ResultTable(
            [
                new TableColumn("Column", ColumnKind.Text),
                .. counts.Select(name => new TableColumn(name, ColumnKind.Number, 0)),
                .. statistics.Select(name => new TableColumn(name, ColumnKind.Number)),
            ],
            Columns.Select((column, position) => DescribeColumn(column.Name, Cells(position))),
            Caption,
            Footnotes);
    }

    /// <summary>The same table for System.Data; an interval becomes three columns (value, low, high), a missing cell DBNull.</summary>
    public DataTable ToDataTable()
    {
        var (names, rows) = Flatten();
        var table = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
        foreach (var (name, isText) in names)
        {
            table.Columns.Add(name, isText ? typeof(string) : typeof(double));
        }

        foreach (var row in rows)
        {
            table.Rows.Add([.. row.Select(value => value switch
            {
                null => (object)DBNull.Value,
                double number => number,
                _ => new TableCell(value).Text,
            })]);
        }

        return table;
    }

    private ResultTable Change(string column, Func<TableColumn, TableColumn> change)
    {
        var position = _columns.IndexOf(column);
        return With(Columns.Select((old, i) => i == position ? change(old) : old), _values);
    }

    private TableColumn AggregatedColumn(Aggregation aggregation)
    {
        var source = aggregation.Column is null ? null : _columns[aggregation.Column];
        if (source is { Kind: ColumnKind.Text })
        {
            throw new ArgumentException($"The column '{source.Name}' holds text; only numbers can be aggregated.");
        }

        var isRate = source is { Kind: ColumnKind.Percent } or { InPercent: true };
        return aggregation.Kind switch
        {
            ColumnKind.Interval => new TableColumn(aggregation.Name, ColumnKind.Interval, source?.Decimals, isRate),
            ColumnKind.Number => new TableColumn(aggregation.Name, ColumnKind.Number, 0),
            _ => new TableColumn(aggregation.Name, isRate ? ColumnKind.Percent : ColumnKind.Number, source?.Decimals),
        };
    }

    private static object? Aggregate(Aggregation aggregation, List<TableRow> rows) => aggregation.Column is { } column
        ? aggregation.Compute([.. rows.Select(row => row[column].TryNumber()).OfType<double>()])
        : aggregation.Compute(new double[rows.Count]);

    private static object? Combine(TableCell row, TableCell column, TableCell[] cells, Func<IEnumerable<double>, double>? combine)
    {
        if (combine is not null)
        {
            var numbers = cells.Where(cell => !cell.IsMissing).Select(cell => cell.Number).ToArray();
            return numbers.Length == 0 ? null : combine(numbers);
        }

        return cells.Length <= 1
            ? cells.FirstOrDefault().Value
            : throw new InvalidOperationException(
                $"{cells.Length} rows fall into the cell {row.Text} / {column.Text}; say how to combine them, e.g. Enumerable.Average.");
    }

    private static object?[] DescribeColumn(string name, TableCell[] cells)
    {
        var present = cells.Where(cell => !cell.IsMissing).ToArray();
        double[] numbers = [.. present.Select(cell => cell.TryNumber()).OfType<double>().Order()];
        object?[] counts = [name, (double)present.Length, (double)(cells.Length - present.Length), (double)present.Distinct().Count()];
        return numbers.Length == 0
            ? [.. counts, null, null, null, null, null, null, null]
            : [
                .. counts,
                numbers.Average(),
                Aggregation.Deviation(numbers),
                numbers[0],
                Statistics.Quantile(numbers, 0.25),
                Statistics.Quantile(numbers, 0.5),
                Statistics.Quantile(numbers, 0.75),
                numbers[^1],
            ];
    }

    private sealed class RowKey(TableCell[] cells) : IEquatable<RowKey>
    {
        public TableCell[] Cells { get; } = cells;

        public bool Equals(RowKey? other) => other is not null && Cells.SequenceEqual(other.Cells);

        public override bool Equals(object? obj) => Equals(obj as RowKey);

        public override int GetHashCode() => Cells.Aggregate(17, HashCode.Combine);
    }
}
