using System.Collections.Concurrent;

namespace RobustVlm.Kernel.Execution;

/// <summary>The text behind each file name that can appear in an error: executed cells, and files they loaded.</summary>
internal sealed class SourceTexts
{
    private readonly ConcurrentDictionary<string, string[]> _cells = new();

    /// <summary>Remembers a cell's text under its name, e.g. <c>In[3]</c>.</summary>
    public void Add(string name, string text) => _cells[name] = text.ReplaceLineEndings("\n").Split('\n');

    /// <summary>What to call a file in a message: a cell's name, or the file's name without its folder.</summary>
    /// <param name="path">Path as the compiler has it, which puts the notebook's folder in front of a cell's name.</param>
    public static string ShortName(string path) => Path.GetFileName(path);

    /// <summary>A line of a cell or file, counted from one; null when it cannot be had.</summary>
    public string? Line(string path, int number)
    {
        if (!_cells.TryGetValue(ShortName(path), out var lines))
        {
            try
            {
                lines = Path.GetExtension(path) is ".csx" or ".cs" && File.Exists(path) ? File.ReadAllLines(path) : [];
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        return number >= 1 && number <= lines.Length ? lines[number - 1] : null;
    }

    /// <summary>Whether the path is a cell.</summary>
    public bool IsCell(string path) => _cells.ContainsKey(ShortName(path));
}
