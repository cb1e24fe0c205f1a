namespace RobustVlm.Experiments.Results;

/// <summary>The columns of a table, found by name.</summary>
internal sealed class TableColumns
{
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    public TableColumns(IEnumerable<TableColumn> columns)
    {
        All = [.. columns];
        for (var i = 0; i < All.Count; i++)
        {
            if (!_positions.TryAdd(All[i].Name, i))
            {
                throw new ArgumentException($"A table cannot have two columns named '{All[i].Name}'; rename one.");
            }
        }
    }

    public IReadOnlyList<TableColumn> All { get; }

    public TableColumn this[string name] => All[IndexOf(name)];

    public int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _positions.TryGetValue(name, out var position)
            ? position
            : throw new KeyNotFoundException(
                $"There is no column '{name}'; the columns are: {string.Join(", ", All.Select(column => column.Name))}.");
    }
}
