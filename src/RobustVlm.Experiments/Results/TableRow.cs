namespace RobustVlm.Experiments.Results;

/// <summary>One row of a <see cref="ResultTable"/>.</summary>
public sealed class TableRow
{
    private readonly TableColumns _columns;
    private readonly object?[] _values;

    internal TableRow(TableColumns columns, object?[] values)
    {
        _columns = columns;
        _values = values;
    }

    /// <summary>The cell of a column.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public TableCell this[string column] => new(_values[_columns.IndexOf(column)]);

    /// <summary>The cell of a column, by position from 0.</summary>
    /// <param name="column">The column's position.</param>
    public TableCell this[int column] => new(_values[column]);

    /// <summary>The number in a column; short for <c>row[column].Number</c>.</summary>
    /// <param name="column">The column's name.</param>
    public double Number(string column) => this[column].Number;

    /// <summary>The text in a column; short for <c>row[column].Text</c>.</summary>
    /// <param name="column">The column's name.</param>
    public string Text(string column) => this[column].Text;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(", ", _columns.All.Select((column, i) => $"{column.Name}: {this[i].Text}"));
}
