using System.Text;

namespace TorchSharp;

/// <summary>Writes a module tree in the manner of PyTorch's <c>print(model)</c>, with shapes instead of arguments.</summary>
internal static class ModulePrinter
{
    public static string Print(torch.nn.Module module)
    {
        var text = new StringBuilder();
        Append(text, module, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, torch.nn.Module module, int depth)
    {
        var shapes = module.named_parameters(recurse: false).Select(entry => $"{entry.name} [{string.Join(", ", entry.parameter.shape)}]");
        text.Append(module.GetName()).Append('(').AppendJoin(", ", shapes);
        var children = module.named_children().ToList();
        foreach (var (name, child) in children)
        {
            text.Append('\n').Append(' ', 2 * (depth + 1)).Append('(').Append(name).Append("): ");
            Append(text, child, depth + 1);
        }

        if (children.Count > 0)
        {
            text.Append('\n').Append(' ', 2 * depth);
        }

        text.Append(')');
    }
}
