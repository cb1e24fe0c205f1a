using System.Reflection;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Exchanges parts of a model, e.g. a linear layer for one with a low-rank update.</summary>
public static class ModuleTree
{
    /// <summary>Puts another module in the place of one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Name of the part, e.g. <c>blocks.0.attn.qkv</c>, as <c>named_modules</c> gives it.</param>
    /// <param name="replacement">What to put there; it takes and gives the same shapes. The part it replaces is neither disposed nor registered any more.</param>
    /// <exception cref="ArgumentException">The model has no such part, or it is of a kind that cannot be exchanged; the message says which.</exception>
    public static void Replace(nn.Module model, string path, nn.Module<Tensor, Tensor> replacement)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(replacement);
        var dot = path.LastIndexOf('.');
        var (parentPath, name) = dot < 0 ? ("", path) : (path[..dot], path[(dot + 1)..]);
        var parent = parentPath.Length == 0 ? model : model.named_modules().FirstOrDefault(entry => entry.name == parentPath).module;
        if (parent is null || !parent.named_children().Any(child => child.name == name))
        {
            throw new ArgumentException($"{model.GetName()} has no part '{path}'; named_modules() lists them.", nameof(path));
        }

        var field = parent.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .FirstOrDefault(field => (field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name) == name);
        if (field is null || !field.FieldType.IsInstanceOfType(replacement))
        {
            throw new ArgumentException($"Part '{path}' of {model.GetName()} cannot be exchanged for a {replacement.GetName()}; exchange the linear layers of its blocks.", nameof(path));
        }

        parent.register_module(name, null!);   // takes the old one out; TorchSharp's signature has no question mark
        field.SetValue(parent, replacement);
        parent.register_module(name, replacement);
    }
}
