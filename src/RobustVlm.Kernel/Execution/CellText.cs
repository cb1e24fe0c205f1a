using System.Text.RegularExpressions;

namespace RobustVlm.Kernel.Execution;

/// <summary>A cell cut at its directives, the lines that begin with <c>#!</c>.</summary>
internal sealed partial class CellText
{
    /// <summary>The directives and what they do.</summary>
    internal static readonly IReadOnlyList<(string Name, string Use)> Directives =
    [
        ("#!csharp", "what follows is C# (the default)"),
        ("#!markdown", "what follows is shown as rendered Markdown"),
        ("#!html", "what follows is shown as HTML"),
        ("#!time", "shows how long the cell took"),
        ("#!who", "shows the names of the variables"),
        ("#!whos", "shows the variables with types and values"),
        ("#!import <path>", "runs a notebook (.ipynb, .dib) or a script (.cs, .csx)"),
        ("#!about", "shows versions"),
        ("#!lsmagic", "shows this list"),
    ];

    private CellText(IReadOnlyList<CellPart> parts, bool isTimed)
    {
        Parts = parts;
        IsTimed = isTimed;
    }

    public IReadOnlyList<CellPart> Parts { get; }

    /// <summary>Whether the cell asks for its running time.</summary>
    public bool IsTimed { get; }

    /// <summary>Cuts a cell.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <exception cref="CellFailure">A directive is unknown or not supported.</exception>
    public static CellText Parse(string text, string name)
    {
        var parts = new List<CellPart>();
        var timed = false;
        var kind = CellPartKind.Code;
        var start = 0;
        var lines = text.ReplaceLineEndings("\n").Split('\n');

        void Close(int end)
        {
            var body = lines[start..end];
            if (body.All(string.IsNullOrWhiteSpace))
            {
                return;
            }

            parts.Add(kind == CellPartKind.Code
                ? new CellPart(kind, new string('\n', start) + string.Join('\n', body), start)
                : new CellPart(kind, string.Join('\n', body), start));
        }

        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index];
            if (kind == CellPartKind.Code && Package().IsMatch(line))
            {
                throw CellFailure.OfDirective(
                    "NuGet packages cannot be loaded from a cell yet; reference the library's file instead: #r \"path/to/Library.dll\".",
                    name, index + 1, line);
            }

            if (Directive().Match(line) is not { Success: true } match)
            {
                continue;
            }

            var directive = match.Groups["name"].Value;
            var argument = match.Groups["argument"].Value.Trim();
            if (SelectorOf(directive) is { } selector)
            {
                Close(index);
                (kind, start) = (selector, index + 1);
            }
            else if (kind != CellPartKind.Code)
            {
                // Prose may well begin a line like this.
                continue;
            }
            else if (directive == "time")
            {
                timed = true;
                lines[index] = "";
            }
            else
            {
                Close(index);
                parts.Add(ActionOf(directive, argument, name, index + 1, line));
                start = index + 1;
            }
        }

        Close(lines.Length);
        return new CellText(parts, timed);
    }

    /// <summary>The text with its directive lines emptied, as far as it is C#; for judging whether a cell is complete.</summary>
    public static string CodeOnly(string text) => Directive().Replace(text.ReplaceLineEndings("\n"), "");

    private static CellPartKind? SelectorOf(string directive) => directive switch
    {
        "csharp" or "c#" or "C#" => CellPartKind.Code,
        "markdown" or "md" => CellPartKind.Markdown,
        "html" => CellPartKind.Html,
        _ => null,
    };

    private static CellPart ActionOf(string directive, string argument, string name, int line, string text)
    {
        if (argument is "-h" or "--help")
        {
            return new CellPart(CellPartKind.ListDirectives, "", line);
        }

        switch (directive)
        {
            case "who":
                return new CellPart(CellPartKind.Who, "", line);
            case "whos":
                return new CellPart(CellPartKind.Whos, "", line);
            case "about":
                return new CellPart(CellPartKind.About, "", line);
            case "lsmagic":
                return new CellPart(CellPartKind.ListDirectives, "", line);
            case "import":
                var path = ImportOption().Replace(argument, "").Trim().Trim('"', '\'');
                return path.Length > 0
                    ? new CellPart(CellPartKind.Import, path, line)
                    : throw CellFailure.OfDirective("#!import needs the path of a notebook or script.", name, line, text);
            case "fsharp" or "f#" or "pwsh" or "powershell" or "javascript" or "js" or "sql" or "kql" or "mermaid" or "python" or "r":
                throw CellFailure.OfDirective($"This kernel runs C# only, not #!{directive}.", name, line, text);
            case "set" or "share" or "value" or "connect":
                throw CellFailure.OfDirective(
                    $"#!{directive} exchanges values between languages, and this kernel runs C# only; assign a C# variable instead.", name, line, text);
            default:
                throw CellFailure.OfDirective($"#!{directive} is not a directive; #!lsmagic shows those there are.", name, line, text);
        }
    }

    [GeneratedRegex(@"^[ \t]*#!(?<name>[A-Za-z#][\w#\-]*)(?<argument>.*)$", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex("""^\s*#[ri]\s+"\s*nuget\s*:""")]
    private static partial Regex Package();

    [GeneratedRegex(@"^(--file|-f)\s+")]
    private static partial Regex ImportOption();
}
