using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>
/// Values given from outside, as a cell of C# after the one tagged "parameters" (the convention of papermill). A name keeps
/// the type it is declared with there, so that <c>double epsilon = 8;</c> stays a double when 4 is given.
/// </summary>
internal static class ParameterCell
{
    private const string _injectedTag = "injected-parameters";

    /// <summary>Puts the values in and returns the names that the notebook's "parameters" cell does not declare.</summary>
    public static IReadOnlyList<string> Inject(NotebookFile notebook, IReadOnlyList<KeyValuePair<string, string>> values)
    {
        if (values.Count == 0)
        {
            return [];
        }

        notebook.Cells.RemoveAll(cell => cell.HasTag(_injectedTag));
        var defaults = notebook.Cells.FindIndex(cell => cell.Kind == CellKind.Code && cell.HasTag("parameters"));
        var declared = defaults < 0 ? [] : DeclaredTypes(notebook.Cells[defaults].Source);
        var lines = values
            .GroupBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(group => Declaration(group.Key, group.Last().Value, declared.GetValueOrDefault(group.Key)));
        var cell = new NotebookCell(CellKind.Code, string.Empty, string.Join('\n', lines));
        cell.Metadata["tags"] = new JsonArray(_injectedTag);
        var firstCode = Math.Max(0, notebook.Cells.FindIndex(other => other.Kind == CellKind.Code));
        notebook.Cells.Insert(defaults < 0 ? firstCode : defaults + 1, cell);
        return defaults < 0 ? [] : [.. values.Select(pair => pair.Key).Where(name => !declared.ContainsKey(name)).Distinct()];
    }

    /// <summary>Refuses what cannot name a C# variable.</summary>
    public static void CheckName(string name)
    {
        if (!SyntaxFacts.IsValidIdentifier(name) || SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None)
        {
            throw new NotebookException($"'{name}' cannot be the name of a parameter; use a C# variable's name after -p.");
        }
    }

    /// <summary>A C# expression for a value: number, true, false, null, JSON list or object; anything else is a string.</summary>
    public static string Literal(string value)
    {
        switch (value)
        {
            case "NaN":
                return "double.NaN";
            case "Infinity":
                return "double.PositiveInfinity";
            case "-Infinity":
                return "double.NegativeInfinity";
        }

        try
        {
            using var json = JsonDocument.Parse(value);
            return Literal(json.RootElement);
        }
        catch (JsonException)
        {
            return Quote(value);
        }
    }

    private static string Declaration(string name, string value, string? type)
    {
        var literal = type switch
        {
            "string" or "string?" when value != "null" => StringLiteral(value),
            "float" when double.TryParse(value, CultureInfo.InvariantCulture, out var single) && double.IsFinite(single) => Literal(value) + "f",
            not (null or "var") when value.StartsWith('[') && Literal(value) is ['n', ..] list => CollectionExpression(list),
            _ => Literal(value),
        };
        return $"{(literal == "null" && type is null or "var" ? "object" : type ?? "var")} {name} = {literal};";
    }

    private static string CollectionExpression(string list)
    {
        var start = list.IndexOf('{', StringComparison.Ordinal);
        return start < 0 ? "[]" : $"[{list[(start + 1)..^1].Trim()}]";
    }

    // A string parameter given as 7 is the string "7"; given as "7" in quotes it is not quoted twice.
    private static string StringLiteral(string value)
    {
        return value.StartsWith('"') && Literal(value) is { } literal && literal.StartsWith('"') ? literal : Quote(value);
    }

    private static string Literal(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return value.TryGetInt32(out var number) ? number.ToString(CultureInfo.InvariantCulture)
                    : value.TryGetInt64(out var large) ? large.ToString(CultureInfo.InvariantCulture) + "L"
                    : Real(value.GetDouble());
            case JsonValueKind.String:
                return Quote(value.GetString()!);
            case JsonValueKind.Array:
                return List(value);
            case JsonValueKind.Object:
                var entries = value.EnumerateObject().Select(pair => $"[{Quote(pair.Name)}] = {Literal(pair.Value)}");
                return $"new Dictionary<string, object> {{ {string.Join(", ", entries)} }}";
            default:
                return value.GetRawText();
        }
    }

    private static string List(JsonElement list)
    {
        var kinds = list.EnumerateArray().Select(item => item.ValueKind is JsonValueKind.False ? JsonValueKind.True : item.ValueKind);
        var isPlain = kinds.Distinct().ToList() is [JsonValueKind.Number or JsonValueKind.String or JsonValueKind.True];
        var items = string.Join(", ", list.EnumerateArray().Select(Literal));
        return items.Length == 0 ? "new object[0]" : $"new{(isPlain ? string.Empty : " object")}[] {{ {items} }}";
    }

    private static string Real(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? (text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0")
            : value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
    }

    private static string Quote(string value) => SymbolDisplay.FormatLiteral(value, quote: true);

    private static Dictionary<string, string> DeclaredTypes(string source)
    {
        var options = CSharpParseOptions.Default.WithKind(Microsoft.CodeAnalysis.SourceCodeKind.Script);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in CSharpSyntaxTree.ParseText(source, options).GetCompilationUnitRoot().Members.OfType<FieldDeclarationSyntax>())
        {
            foreach (var variable in field.Declaration.Variables)
            {
                types[variable.Identifier.ValueText] = field.Declaration.Type.IsVar
                    ? LiteralType(variable.Initializer?.Value)
                    : field.Declaration.Type.ToString();
            }
        }

        return types;
    }

    private static string LiteralType(ExpressionSyntax? value)
    {
        return (value is PrefixUnaryExpressionSyntax sign ? sign.Operand : value) is LiteralExpressionSyntax literal
            ? literal.Token.Value switch { double => "double", float => "float", string => "string", long => "long", _ => "var" }
            : "var";
    }
}
