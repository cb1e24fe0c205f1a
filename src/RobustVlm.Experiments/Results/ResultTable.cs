using System.Collections;
using System.Globalization;
using System.Reflection;

namespace RobustVlm.Experiments.Results;

/// <summary>A table of results: filter, sort, group, pivot and describe it in a cell; it shows itself.</summary>
/// <remarks>Every operation returns a new table and leaves the old one as it was. For anything else there is LINQ over <see cref="Rows"/>.</remarks>
public sealed partial class ResultTable
{
    private readonly TableColumns _columns;
    private readonly IReadOnlyList<object?[]> _values;

    private ResultTable(
        IEnumerable<TableColumn> columns,
        IEnumerable<object?[]> values,
        string? caption = null,
        IReadOnlyList<string>? footnotes = null)
    {
        _columns = new TableColumns(columns);
        _values = [.. values];
        Rows = [.. _values.Select(row => new TableRow(_columns, row))];
        Caption = caption;
        Footnotes = footnotes ?? [];
    }

    /// <summary>The columns, from left to right.</summary>
    public IReadOnlyList<TableColumn> Columns => _columns.All;

    /// <summary>The rows, from top to bottom.</summary>
    public IReadOnlyList<TableRow> Rows { get; }

    /// <summary>Text above the table.</summary>
    public string? Caption { get; }

    /// <summary>Lines below the table: environment, warnings, explanations.</summary>
    public IReadOnlyList<string> Footnotes { get; }

    /// <summary>All cells of a column.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public IReadOnlyList<TableCell> this[string column] => Cells(_columns.IndexOf(column));

    /// <summary>A row, by position from 0.</summary>
    /// <param name="row">The row's position.</param>
    public TableRow this[int row] => Rows[row];

    /// <summary>One cell.</summary>
    /// <param name="row">The row's position.</param>
    /// <param name="column">The column's name.</param>
    public TableCell this[int row, string column] => Rows[row][column];

    /// <summary>A table from a list of records: one row per record, one column per public property.</summary>
    /// <remarks>
    /// Numbers of any type become number columns, <see cref="Interval"/> an interval column, lists are joined with
    /// commas, everything else is text. Use <see cref="AsPercent"/> for rates. Plain strings and numbers become one
    /// column named <c>Value</c>.
    /// </remarks>
    /// <param name="records">The records; the type decides the columns, so an empty list is fine.</param>
    public static ResultTable From<T>(IEnumerable<T> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (KindOf(typeof(T)) != ColumnKind.Text || typeof(T) == typeof(string) || typeof(T).IsPrimitive || typeof(T).IsEnum)
        {
            return new ResultTable([new TableColumn("Value", KindOf(typeof(T)))], records.Select(item => new[] { CellValue(item) }));
        }

        var properties = typeof(T)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0)
            .ToArray();
        return new ResultTable(
            properties.Select(property => new TableColumn(property.Name, KindOf(property.PropertyType))),
            records.Select(record => properties.Select(property => CellValue(property.GetValue(record))).ToArray()));
    }

    /// <summary>The same table with a caption.</summary>
    /// <param name="caption">Text above the table.</param>
    public ResultTable WithCaption(string caption) => new(Columns, _values, caption, Footnotes);

    /// <summary>The same table with more lines below it.</summary>
    /// <param name="footnotes">The lines.</param>
    public ResultTable WithFootnotes(params string[] footnotes) =>
        new(Columns, _values, Caption, [.. Footnotes, .. footnotes]);

    private ResultTable With(IEnumerable<TableColumn> columns, IEnumerable<object?[]> values) =>
        new(columns, values, Caption, Footnotes);

    private TableCell[] Cells(int column) => [.. _values.Select(row => new TableCell(row[column]))];

    private static ColumnKind KindOf(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(Interval) ? ColumnKind.Interval
            : IsNumeric(bare) ? ColumnKind.Number
            : ColumnKind.Text;
    }

    private static bool IsNumeric(Type type) => !type.IsEnum && Type.GetTypeCode(type) is
        TypeCode.Byte or TypeCode.SByte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32
        or TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Single or TypeCode.Double or TypeCode.Decimal;

    private static object? CellValue(object? value) => value switch
    {
        null or string or bool or double or Interval => value,
        // Through text, so that 0.1f stays 0.1 and not 0.10000000149.
        float number => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        _ when IsNumeric(value.GetType()) => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(item => new TableCell(CellValue(item)).Text)),
        DateTimeOffset time => time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
