using System.Collections;
using System.Globalization;

namespace TorchSharp.Modules;

/// <summary>A list of modules that are registered as <c>0</c>, <c>1</c>, ...</summary>
/// <typeparam name="T">Type of the entries.</typeparam>
public class ModuleList<T> : torch.nn.Module, IList<T>
    where T : torch.nn.Module
{
    private readonly List<T> _list = [];

    /// <summary>Makes a list of the given modules.</summary>
    public ModuleList(params T[] modules)
        : base(nameof(ModuleList<T>))
    {
        append(modules);
    }

    /// <inheritdoc/>
    public int Count => _list.Count;

    /// <inheritdoc/>
    public bool IsReadOnly => false;

    /// <inheritdoc/>
    public T this[int index]
    {
        get => _list[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _list[index] = value;
            Renumber();
        }
    }

    /// <inheritdoc/>
    public void Add(T item)
    {
        register_module(_list.Count.ToString(CultureInfo.InvariantCulture), item ?? throw new ArgumentNullException(nameof(item)));
        _list.Add(item);
    }

    /// <summary>Adds modules at the end.</summary>
    public void append(params T[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        extend(parameters);
    }

    /// <summary>Adds modules at the end.</summary>
    public void extend(IEnumerable<T> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules)
        {
            Add(module);
        }
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _list.Clear();
        ClearModules();
    }

    /// <inheritdoc/>
    public bool Contains(T item) => _list.Contains(item);

    /// <inheritdoc/>
    public void CopyTo(T[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public int IndexOf(T item) => _list.IndexOf(item);

    /// <inheritdoc/>
    public void Insert(int index, T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        _list.Insert(index, item);
        Renumber();
    }

    /// <inheritdoc/>
    public bool Remove(T item)
    {
        var removed = _list.Remove(item);
        Renumber();
        return removed;
    }

    /// <inheritdoc/>
    public void RemoveAt(int index)
    {
        _list.RemoveAt(index);
        Renumber();
    }

    private void Renumber()
    {
        ClearModules();
        for (var i = 0; i < _list.Count; i++)
        {
            register_module(i.ToString(CultureInfo.InvariantCulture), _list[i]);
        }
    }
}
