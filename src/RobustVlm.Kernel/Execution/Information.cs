using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Markdig;
using Microsoft.CodeAnalysis.Scripting;
using RobustVlm.Kernel.Display;

namespace RobustVlm.Kernel.Execution;

/// <summary>What directives show.</summary>
internal static class Information
{
    private const int LongestValue = 200;

    private static readonly Lazy<MarkdownPipeline> Pipeline = new(() => new MarkdownPipelineBuilder().UseMathematics().UseAdvancedExtensions().Build());

    /// <summary>The kernel's version.</summary>
    public static string Version { get; } =
        typeof(Information).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "1.0.0";

    public static MimeBundle Markdown(string text) => Bundle(Markdig.Markdown.ToHtml(text, Pipeline.Value), text);

    public static MimeBundle Html(string text) => Bundle(text, text);

    public static MimeBundle Names(IReadOnlyList<ScriptVariable> variables) =>
        MimeBundle.FromText(variables.Count == 0 ? "(no variables)" : string.Join('\n', variables.Select(variable => variable.Name)));

    public static MimeBundle Values(IReadOnlyList<ScriptVariable> variables) =>
        Table(["Variable", "Type", "Value"], [.. variables.Select(variable => new[] { variable.Name, TypeName(variable.Type), Short(variable.Value) })]);

    public static MimeBundle About() => Table(["", ""],
    [
        ["Kernel", $"RobustVlm.Kernel {Version}"],
        ["C# compiler", $"Roslyn {typeof(Script).Assembly.GetName().Version?.ToString(3)}"],
        ["Runtime", RuntimeInformation.FrameworkDescription],
        ["System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors"],
    ]);

    public static MimeBundle DirectiveList() =>
        Table(["Directive", "What it does"], [.. CellText.Directives.Select(directive => new[] { directive.Name, directive.Use })]);

    private static MimeBundle Table(string[] head, IReadOnlyList<string[]> rows)
    {
        var widths = head.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max()).ToArray();
        var text = new StringBuilder();
        var html = new StringBuilder("<table><thead><tr>");
        foreach (var title in head)
        {
            html.Append("<th style=\"text-align:left\">").Append(WebUtility.HtmlEncode(title)).Append("</th>");
        }

        html.Append("</tr></thead><tbody>");
        text.AppendJoin("  ", head.Select((title, column) => title.PadRight(widths[column])));
        foreach (var row in rows)
        {
            html.Append("<tr>").AppendJoin("", row.Select(value => $"<td style=\"text-align:left\">{WebUtility.HtmlEncode(value)}</td>")).Append("</tr>");
            text.Append('\n').AppendJoin("  ", row.Select((value, column) => value.PadRight(widths[column])));
        }

        var lines = text.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0);
        return Bundle(html.Append("</tbody></table>").ToString(), string.Join('\n', lines));
    }

    private static MimeBundle Bundle(string html, string text) =>
        new(new JsonObject { [MimeBundle.Html] = html.ReplaceLineEndings("\n"), [MimeBundle.PlainText] = text }, []);

    private static string Short(object? value)
    {
        var text = ObjectFormatter.PlainText(value).ReplaceLineEndings(" ");
        return text.Length > LongestValue ? text[..LongestValue] + "…" : text;
    }

    private static string TypeName(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>"
        : type.Name;
}
