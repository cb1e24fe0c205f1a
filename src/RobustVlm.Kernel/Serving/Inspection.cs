using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RobustVlm.Kernel.Execution;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Serving;

/// <summary>Answers to requests that run no code.</summary>
internal static class Inspection
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    // Verbatim and raw strings go on over lines, but Roslyn does not count an open one as incomplete.
    private static readonly string[] UnterminatedStrings = ["CS1039", "CS8997"];

    /// <summary>The content of a kernel_info_reply. Touches nothing that takes time to load.</summary>
    public static JsonObject KernelInfo() => new()
    {
        ["status"] = "ok",
        ["protocol_version"] = Message.ProtocolVersion,
        ["implementation"] = "RobustVlm.Kernel",
        ["implementation_version"] = Information.Version,
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#",
            ["version"] = "14.0",
            ["mimetype"] = "text/x-csharp",
            ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp",
            ["codemirror_mode"] = "text/x-csharp",
        },
        ["banner"] = $"C# on .NET {Environment.Version} (RobustVlm.Kernel {Information.Version})",
        ["debugger"] = false,
        ["help_links"] = new JsonArray(new JsonObject { ["text"] = "C# documentation", ["url"] = "https://learn.microsoft.com/dotnet/csharp/" }),
        ["supported_features"] = new JsonArray(),
    };

    /// <summary>The content of an is_complete_reply.</summary>
    public static JsonObject IsComplete(string code)
    {
        var text = CellText.CodeOnly(code);
        var tree = CSharpSyntaxTree.ParseText(text, Script);
        var errors = tree.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        if (!SyntaxFactory.IsCompleteSubmission(tree) || errors.Any(error => UnterminatedStrings.Contains(error.Id)))
        {
            return new JsonObject { ["status"] = "incomplete", ["indent"] = IndentAfter(text) };
        }

        var invalid = errors.Count > 0;
        return new JsonObject { ["status"] = invalid ? "invalid" : "complete" };
    }

    private static string IndentAfter(string code)
    {
        var line = code.TrimEnd().Split('\n')[^1];
        var indent = line[..(line.Length - line.TrimStart().Length)];
        return line.EndsWith('{') || line.EndsWith('(') ? indent + "    " : indent;
    }
}
