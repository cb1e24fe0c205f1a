using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Execution;

/// <summary>A cell of a notebook that another notebook imports.</summary>
/// <param name="Name">Its name in errors, e.g. <c>helpers.ipynb[2]</c>.</param>
/// <param name="Text">The cell.</param>
/// <param name="IsMarkdown">Whether it is prose.</param>
internal sealed record ImportedCell(string Name, string Text, bool IsMarkdown)
{
    /// <summary>Reads a notebook (.ipynb, .dib) or a script (.cs, .csx).</summary>
    /// <exception cref="InvalidDataException">The file is none of these.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<ImportedCell> Read(string path)
    {
        var text = File.ReadAllText(path);
        var name = Path.GetFileName(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".ipynb" => ReadNotebook(name, text),
            ".dib" => [new ImportedCell(name, WithoutMeta(text), IsMarkdown: false)],
            ".cs" or ".csx" => [new ImportedCell(name, text, IsMarkdown: false)],
            var other => throw new InvalidDataException($"'{other}' files are not known; .ipynb, .dib, .cs and .csx are."),
        };
    }

    private static List<ImportedCell> ReadNotebook(string name, string text)
    {
        JsonNode? cells;
        try
        {
            cells = JsonNode.Parse(text)?["cells"];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"it is not a notebook ({exception.Message})", exception);
        }

        if (cells is not JsonArray array)
        {
            throw new InvalidDataException("it is not a notebook: it has no cells.");
        }

        var result = new List<ImportedCell>();
        foreach (var (cell, index) in array.Select((cell, index) => (cell, index)))
        {
            var kind = cell?["cell_type"]?.ToString();
            var source = cell?["source"] is JsonArray lines ? string.Concat(lines.Select(line => line?.ToString())) : cell?["source"]?.ToString() ?? "";
            if (kind is "code" or "markdown" && !string.IsNullOrWhiteSpace(source))
            {
                result.Add(new ImportedCell($"{name}[{index + 1}]", source, kind == "markdown"));
            }
        }

        return result;
    }

    // A .dib file may begin with a #!meta section of JSON; emptied line by line, so that line numbers stay right.
    private static string WithoutMeta(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var inMeta = false;
        for (var index = 0; index < lines.Length; index++)
        {
            inMeta = lines[index].StartsWith("#!", StringComparison.Ordinal) ? lines[index].StartsWith("#!meta", StringComparison.Ordinal) : inMeta;
            lines[index] = inMeta ? "" : lines[index];
        }

        return string.Join('\n', lines);
    }
}
