using System.Collections;
using System.Globalization;

namespace TorchSharp.Modules;

/// <summary>A list of parameters that are registered as <c>0</c>, <c>1</c>, ...</summary>
public class ParameterList : torch.nn.Module, IReadOnlyList<Parameter>
{
    private readonly List<Parameter> _list = [];

    /// <summary>Makes a list of the given parameters.</summary>
    public ParameterList(params Parameter[] parameters)
        : base(nameof(ParameterList))
    {
        append(parameters);
    }

    /// <inheritdoc/>
    public int Count => _list.Count;

    /// <summary>The parameter at a place; setting registers the new one under the same key.</summary>
    public Parameter this[int index]
    {
        get => _list[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _list[index] = value;
            ConditionallyRegisterParameter(index.ToString(CultureInfo.InvariantCulture), value);
        }
    }

    /// <summary>Adds a parameter at the end.</summary>
    public void Add(Parameter item)
    {
        register_parameter(_list.Count.ToString(CultureInfo.InvariantCulture), item);
        _list.Add(item);
    }

    /// <summary>Adds parameters at the end.</summary>
    public void append(params Parameter[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        extend(parameters);
    }

    /// <summary>Adds parameters at the end.</summary>
    public void extend(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (var parameter in parameters)
        {
            Add(parameter);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => _list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
