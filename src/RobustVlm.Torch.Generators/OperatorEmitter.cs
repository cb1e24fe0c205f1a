using System;
using System.Globalization;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace RobustVlm.Torch.Generators;

/// <summary>Writes the C# method of one operator.</summary>
internal static class OperatorEmitter
{
    /// <summary>The whole method, indented for the class <c>Aten</c>.</summary>
    /// <exception cref="NotSupportedException">A parameter or result type has no counterpart.</exception>
    public static string Emit(OperatorSchema schema)
    {
        var text = new StringBuilder();
        var field = "s_" + schema.MethodName;
        text.Append("    private static readonly Operator ").Append(field).Append(" = new(\"aten::").Append(schema.Name).Append("\", \"")
            .Append(schema.Overload).AppendLine("\");").AppendLine();
        text.Append("    internal static unsafe ").Append(ReturnType(schema)).Append(' ').Append(Escape(schema.MethodName)).Append('(');
        text.Append(string.Join(", ", Declarations(schema))).AppendLine(")").AppendLine("    {");

        var count = schema.Parameters.Count;
        text.Append("        var arguments = stackalloc NativeValue[").Append(Math.Max(count, 1)).AppendLine("];");
        var indent = "        ";
        var open = 0;
        for (var i = 0; i < count; i++)
        {
            var parameter = schema.Parameters[i];
            var name = Escape(parameter.Name);
            switch (parameter.Type)
            {
                case "int[]" or "float[]" or "bool[]" or "int[]?" or "float[]?":
                    var element = parameter.Type[0] switch { 'i' => "long", 'f' => "double", _ => "bool" };
                    text.Append(indent).Append("fixed (").Append(element).Append("* p").Append(i).Append(" = ").Append(name).AppendLine(")");
                    text.Append(indent).AppendLine("{");
                    indent += "    ";
                    open++;
                    var length = parameter.Type.EndsWith("?", StringComparison.Ordinal) ? name + " is null ? -1 : " + name + ".Length" : name + ".Length";
                    text.Append(indent).Append("arguments[").Append(i).Append("] = NativeValue.List(p").Append(i).Append(", ").Append(length).AppendLine(");");
                    break;
                case "Scalar[]":
                    text.Append(indent).Append("fixed (double* p").Append(i).Append(" = ").Append(name).AppendLine(")");
                    text.Append(indent).AppendLine("{");
                    indent += "    ";
                    open++;
                    text.Append(indent).Append("arguments[").Append(i).Append("] = NativeValue.ScalarList(p").Append(i).Append(", ").Append(name).AppendLine(".Length);");
                    break;
                case "Tensor[]" or "Tensor?[]":
                    var optional = parameter.Type == "Tensor?[]" ? "true" : "false";
                    text.Append(indent).Append("fixed (nint* p").Append(i).Append(optional == "true" ? " = Operator.OptionalHandles(" : " = Operator.Handles(").Append(name).AppendLine("))");
                    text.Append(indent).AppendLine("{");
                    indent += "    ";
                    open++;
                    text.Append(indent).Append("arguments[").Append(i).Append("] = NativeValue.Tensors(p").Append(i).Append(", ").Append(name).Append(".Count, ").Append(optional).AppendLine(");");
                    break;
                case "Tensor" or "Device":
                    text.Append(indent).Append("arguments[").Append(i).Append("] = NativeValue.Required(").Append(name).Append(", \"").Append(parameter.Name).AppendLine("\");");
                    break;
                case "str" or "str?":
                    if (parameter.Type == "str")
                    {
                        text.Append(indent).Append("ArgumentNullException.ThrowIfNull(").Append(name).AppendLine(");");
                    }

                    text.Append(indent).Append("fixed (byte* p").Append(i).Append(" = Operator.Utf8(").Append(name).AppendLine("))");
                    text.Append(indent).AppendLine("{");
                    indent += "    ";
                    open++;
                    text.Append(indent).Append("arguments[").Append(i).Append("] = NativeValue.Text(p").Append(i).Append(", ").Append(name).AppendLine(");");
                    break;
                default:
                    text.Append(indent).Append("arguments[").Append(i).Append("] = NativeValue.Of(").Append(name).AppendLine(");");
                    break;
            }
        }

        EmitCall(text, schema, field, count, indent);
        for (; open > 0; open--)
        {
            indent = indent.Substring(4);
            text.Append(indent).AppendLine("}");
        }

        text.AppendLine("    }");
        return text.ToString();
    }

    /// <summary>The property that tells whether the loaded libtorch has an operator which older versions lack.</summary>
    public static string EmitPresence(OperatorSchema schema) =>
        "    internal static bool Has_" + schema.MethodName + " { get; } = s_" + schema.MethodName + ".Exists;\n";

    private static void EmitCall(StringBuilder text, OperatorSchema schema, string field, int count, string indent)
    {
        var results = schema.Results.Count;
        text.Append(indent).Append("var results = stackalloc NativeValue[").Append(Math.Max(results, 1)).AppendLine("];");
        text.Append(indent).Append(field).Append(".Call(arguments, ").Append(count).Append(", results, ").Append(results).AppendLine(");");

        // The finalizer of an operand must not free it while libtorch still reads it.
        foreach (var parameter in schema.Parameters.Where(p => p.Type is "Tensor" or "Tensor?" or "Tensor[]" or "Tensor?[]" or "Generator?"))
        {
            text.Append(indent).Append("GC.KeepAlive(").Append(Escape(parameter.Name)).AppendLine(");");
        }

        if (schema.IsInPlace)
        {
            text.Append(indent).AppendLine("Operator.ReleaseAlias(results[0]);");
            text.Append(indent).Append("return ").Append(Escape(schema.Parameters[0].Name)).AppendLine(";");
            return;
        }

        if (results == 0)
        {
            return;
        }

        var parts = schema.Results.Select((type, i) => "results[" + i.ToString(CultureInfo.InvariantCulture) + "]." + Accessor(type)).ToArray();
        text.Append(indent).Append("return ").Append(parts.Length == 1 ? parts[0] : "(" + string.Join(", ", parts) + ")").AppendLine(";");
    }

    private static string Accessor(string type) => type switch
    {
        "Tensor" => "TakeTensor()",
        "Tensor[]" => "TakeTensors()",
        "Scalar" => "AsScalar()",
        "int" => "AsInt64()",
        "float" => "AsDouble()",
        "bool" => "AsBool()",
        "ScalarType" => "AsScalarType()",
        _ => throw new NotSupportedException("result type " + type),
    };

    private static string ReturnType(OperatorSchema schema)
    {
        var types = schema.Results.Select(type => type switch
        {
            "Tensor" => "torch.Tensor",
            "Tensor[]" => "torch.Tensor[]",
            "int" => "long",
            "float" => "double",
            "ScalarType" => "torch.ScalarType",
            _ => type,
        }).ToArray();
        return types.Length switch { 0 => "void", 1 => types[0], _ => "(" + string.Join(", ", types) + ")" };
    }

    // A parameter may be optional in C# only when all that follow are.
    private static string[] Declarations(OperatorSchema schema)
    {
        var lastRequired = -1;
        for (var i = 0; i < schema.Parameters.Count; i++)
        {
            if (DefaultOf(schema.Parameters[i]) is null)
            {
                lastRequired = i;
            }
        }

        return schema.Parameters.Select((parameter, i) =>
        {
            var declaration = TypeOf(parameter.Type) + " " + Escape(parameter.Name);
            return i > lastRequired ? declaration + " = " + DefaultOf(parameter) : declaration;
        }).ToArray();
    }

    private static string TypeOf(string type) => type switch
    {
        "Tensor" or "Tensor?" => "torch." + type,
        "Tensor[]" => "IReadOnlyList<torch.Tensor>",
        "Tensor?[]" => "IReadOnlyList<torch.Tensor?>",
        "int" or "Layout" or "MemoryFormat" => "long",
        "int?" or "Layout?" or "MemoryFormat?" => "long?",
        "int[]" => "ReadOnlySpan<long>",
        "int[]?" => "long[]?",
        "float" => "double",
        "float?" => "double?",
        "float[]" => "ReadOnlySpan<double>",
        "float[]?" => "double[]?",
        "bool" or "bool?" => type,
        "bool[]" => "ReadOnlySpan<bool>",
        "Scalar" or "Scalar?" => type,
        "Scalar[]" => "ReadOnlySpan<double>",
        "ScalarType" or "ScalarType?" => "torch." + type,
        "Device" or "Device?" => "torch.Device" + (type.EndsWith("?", StringComparison.Ordinal) ? "?" : ""),
        "Generator?" => "torch.Generator?",
        "str" => "string",
        "str?" => "string?",
        _ => throw new NotSupportedException("parameter type " + type),
    };

    private static string? DefaultOf(SchemaParameter parameter)
    {
        var value = parameter.Default;
        if (value is null)
        {
            return null;
        }

        if (parameter.Type.EndsWith("?", StringComparison.Ordinal))
        {
            return value == "None" ? "null" : null;
        }

        return parameter.Type switch
        {
            "bool" => value == "True" ? "true" : "false",
            "int" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => value,
            "float" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => value.EndsWith(".", StringComparison.Ordinal) ? value + "0" : value,
            _ => null,
        };
    }

    private static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None ? "@" + name : name;
}
