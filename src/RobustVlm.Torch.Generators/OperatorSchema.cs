using System;
using System.Collections.Generic;
using System.Linq;

namespace RobustVlm.Torch.Generators;

/// <summary>One parameter of an operator: its schema type, name and default, all as written.</summary>
internal sealed record SchemaParameter(string Type, string Name, string? Default);

/// <summary>An ATen operator schema such as <c>aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor</c>.</summary>
internal sealed record OperatorSchema(string Name, string Overload, IReadOnlyList<SchemaParameter> Parameters, IReadOnlyList<string> Results)
{
    /// <summary>The C# name: operator and overload joined by an underscore.</summary>
    public string MethodName => Overload.Length == 0 ? Name : Name + "_" + Overload;

    /// <summary>Whether the operator changes its first argument and returns it.</summary>
    public bool IsInPlace => Name.EndsWith("_", StringComparison.Ordinal) && Results.Count == 1 && Results[0] == "Tensor"
        && Parameters.Count > 0 && Parameters[0].Type == "Tensor";

    /// <summary>Reads one schema line.</summary>
    /// <exception cref="FormatException">The line is not a schema.</exception>
    public static OperatorSchema Parse(string line)
    {
        var open = line.IndexOf('(');
        var arrow = line.LastIndexOf(" -> ", StringComparison.Ordinal);
        if (open < 0 || arrow < open || !line.StartsWith("aten::", StringComparison.Ordinal))
        {
            throw new FormatException("'" + line + "' is not an operator schema");
        }

        var full = line.Substring("aten::".Length, open - "aten::".Length);
        var dot = full.IndexOf('.');
        var name = dot < 0 ? full : full.Substring(0, dot);
        var overload = dot < 0 ? "" : full.Substring(dot + 1);

        var inside = line.Substring(open + 1, arrow - open - 2);
        var parameters = SplitTopLevel(inside).Where(p => p != "*").Select(ParseParameter).ToArray();

        var result = line.Substring(arrow + 4).Trim();
        var results = result.StartsWith("(", StringComparison.Ordinal)
            ? SplitTopLevel(result.Substring(1, result.Length - 2)).Select(r => WithoutAlias(r.Split(' ')[0])).ToArray()
            : new[] { WithoutAlias(result) };
        return new OperatorSchema(name, overload, parameters, results);
    }

    private static SchemaParameter ParseParameter(string text)
    {
        var equals = text.IndexOf('=');
        var defaultValue = equals < 0 ? null : text.Substring(equals + 1);
        var declaration = equals < 0 ? text : text.Substring(0, equals);
        var space = declaration.LastIndexOf(' ');
        return new SchemaParameter(Simplify(WithoutAlias(declaration.Substring(0, space))), declaration.Substring(space + 1), defaultValue);
    }

    // "Tensor(a!)[]" -> "Tensor[]"
    private static string WithoutAlias(string type)
    {
        int open;
        while ((open = type.IndexOf('(')) >= 0)
        {
            var close = type.IndexOf(')', open);
            type = type.Remove(open, close - open + 1);
        }

        return type.Trim();
    }

    // A fixed length such as int[2] only allows a single number as shorthand; symbolic integers are integers here.
    private static string Simplify(string type)
    {
        type = type.Replace("SymInt", "int");
        var open = type.IndexOf('[');
        return open < 0 ? type : type.Substring(0, open) + "[]" + type.Substring(type.IndexOf(']') + 1);
    }

    private static IEnumerable<string> SplitTopLevel(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '(' or '[')
            {
                depth++;
            }
            else if (text[i] is ')' or ']')
            {
                depth--;
            }
            else if (text[i] == ',' && depth == 0)
            {
                yield return text.Substring(start, i - start).Trim();
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            yield return text.Substring(start).Trim();
        }
    }
}
