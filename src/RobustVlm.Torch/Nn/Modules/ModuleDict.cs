using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Modules;

/// <summary>Modules by name, in order of insertion; the name is the key part.</summary>
/// <typeparam name="T">Type of the entries.</typeparam>
public class ModuleDict<T> : torch.nn.Module, IEnumerable<(string, T)>
    where T : torch.nn.Module
{
    private readonly OrderedDictionary<string, T> _modules = [];

    /// <summary>Makes an empty dictionary.</summary>
    public ModuleDict()
        : base(nameof(ModuleDict<T>))
    {
    }

    /// <summary>Number of entries.</summary>
    public int Count => _modules.Count;

    /// <summary>Names in order of insertion.</summary>
    public ICollection<string> Keys => _modules.Keys;

    /// <summary>Modules in order of insertion.</summary>
    public ICollection<T> Values => _modules.Values;

    /// <summary>The module of a name; setting replaces it in place or adds it.</summary>
    public T this[string key]
    {
        get => _modules[key];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _modules[key] = value;
            ClearModules();
            foreach (var (name, module) in _modules)
            {
                register_module(name, module);
            }
        }
    }

    /// <summary>Adds a module.</summary>
    public void Add(string key, T value)
    {
        register_module(key, value ?? throw new ArgumentNullException(nameof(value)));
        _modules.Add(key, value);
    }

    /// <summary>Adds a module.</summary>
    public void Add((string, T) item) => Add(item.Item1, item.Item2);

    /// <summary>Names in order of insertion.</summary>
    public IEnumerable<string> keys() => _modules.Keys;

    /// <summary>Modules in order of insertion.</summary>
    public IEnumerable<T> values() => _modules.Values;

    /// <summary>Names and modules in order of insertion.</summary>
    public IEnumerator<(string, T)> items() => GetEnumerator();

    /// <summary>Whether there is a module of this name.</summary>
    public bool ContainsKey(string key) => _modules.ContainsKey(key);

    /// <summary>Looks a module up.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _modules.TryGetValue(key, out value);

    /// <summary>Takes a module out.</summary>
    public bool Remove(string key)
    {
        register_module(key, null!); // null takes the name out
        return _modules.Remove(key);
    }

    /// <summary>Takes all modules out.</summary>
    public void Clear()
    {
        _modules.Clear();
        ClearModules();
    }

    /// <summary>Takes all modules out.</summary>
    public void clear() => Clear();

    /// <inheritdoc/>
    public IEnumerator<(string, T)> GetEnumerator() => _modules.Select(entry => (entry.Key, entry.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
