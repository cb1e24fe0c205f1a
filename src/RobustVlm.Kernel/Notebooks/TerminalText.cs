using System.Text;
using System.Text.RegularExpressions;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>Text made for a terminal: colours, overwritten lines, places on somebody's disk.</summary>
internal static partial class TerminalText
{
    /// <summary>Removes ANSI escape sequences.</summary>
    public static string WithoutAnsi(string text) => Ansi().Replace(text, string.Empty);

    /// <summary>Does what a terminal does with a carriage return: what follows overwrites the line from its start.</summary>
    public static string Overwrite(string text)
    {
        if (!text.Contains('\r', StringComparison.Ordinal))
        {
            return text;
        }

        return string.Join('\n', text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(OverwriteLine));
    }

    /// <summary>Shortens " in /folder/File.cs:line 3" of stack traces to the file's name, which is the same on every machine.</summary>
    public static string WithoutFolders(string text) => SourcePlace().Replace(text, "in $1");

    /// <summary>The last line that shows something, without colours; empty when there is none.</summary>
    public static string LastLine(string text)
    {
        var lines = WithoutAnsi(text).Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? string.Empty : lines[^1];
    }

    /// <summary>At most <paramref name="width"/> letters; a longer text ends with an ellipsis.</summary>
    public static string Fit(string text, int width)
    {
        if (text.Length <= width)
        {
            return text;
        }

        return width <= 1 ? string.Empty : string.Concat(text.AsSpan(0, width - 1), "…");
    }

    private static string OverwriteLine(string line)
    {
        var shown = new StringBuilder();
        foreach (var part in line.Split('\r'))
        {
            shown.Remove(0, Math.Min(part.Length, shown.Length)).Insert(0, part);
        }

        return shown.ToString();
    }

    [GeneratedRegex("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\-_])")]
    private static partial Regex Ansi();

    [GeneratedRegex("""\bin (?:[A-Za-z]:)?[/\\](?:[^\n:]*[/\\])?([^/\\\n:]+:line \d+)""")]
    private static partial Regex SourcePlace();
}
