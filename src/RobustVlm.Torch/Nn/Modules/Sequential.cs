using System.Globalization;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Runs modules one after the other. Unnamed ones are registered as <c>0</c>, <c>1</c>, ...</summary>
public class Sequential : nn.Module<Tensor, Tensor>
{
    private readonly List<nn.IModule<Tensor, Tensor>> _steps = [];

    internal Sequential()
        : base(nameof(Sequential))
    {
    }

    /// <summary>Makes a chain of named modules.</summary>
    protected Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules)
        : this()
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var (name, module) in modules)
        {
            append(name, module);
        }
    }

    /// <summary>Makes a chain of modules.</summary>
    protected Sequential(params nn.Module<Tensor, Tensor>[] modules)
        : this()
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules)
        {
            append(module);
        }
    }

    /// <summary>Number of modules in the chain.</summary>
    public int Count => _steps.Count;

    /// <summary>The module at a place.</summary>
    public nn.IModule<Tensor, Tensor> this[int index] => _steps[index];

    /// <summary>A chain of the same modules, e.g. <c>net[..^1]</c> for all but the last; they are shared, not copied.</summary>
    public Sequential this[Range index]
    {
        get
        {
            var (start, length) = index.GetOffsetAndLength(_steps.Count);
            var names = named_children().Select(child => child.name).ToList();
            var part = new Sequential();
            for (var i = start; i < start + length; i++)
            {
                part.append(names[i], _steps[i]);
            }

            return part;
        }
    }

    /// <summary>Adds a module at the end under a name.</summary>
    public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
    {
        register_module(name, module as nn.Module ?? throw new ArgumentException("Sequential takes modules that map one tensor to one tensor.", nameof(module)));
        _steps.Add(module);
        return this;
    }

    /// <summary>Adds a module at the end.</summary>
    public Sequential append(nn.IModule<Tensor, Tensor> module) => append(_steps.Count.ToString(CultureInfo.InvariantCulture), module);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (_steps.Count == 0)
        {
            return input.alias();
        }

        // Nobody else has seen the results in between, unless a hook has.
        var free = !IsObserved();
        var current = input;
        foreach (var step in _steps)
        {
            var next = step.call(current);
            if (free && !ReferenceEquals(current, input) && !ReferenceEquals(current, next))
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }
}
