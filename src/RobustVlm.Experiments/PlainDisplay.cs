namespace RobustVlm.Experiments;

/// <summary>Shows an object in a notebook by its text alone, not as a tree of its properties.</summary>
internal static class PlainDisplay
{
    // What fits beside a cell's margin in the page, in VS Code and in Jupyter without scrolling sideways.
    private const int Longest = 90;

    internal static IReadOnlyDictionary<string, object> Of(object value) => new Dictionary<string, object> { ["text/plain"] = Wrapped(value.ToString() ?? "") };

    // Lines that fit stay as they are, spaces included.
    private static string Wrapped(string text) => string.Join('\n', text.Split('\n').SelectMany(line => line.Length <= Longest ? [line] : Lines(line)));

    private static IEnumerable<string> Lines(string line)
    {
        while (line.Length > Longest && line.LastIndexOf(' ', Longest) is > 0 and var end)
        {
            yield return line[..end];
            line = line[(end + 1)..];
        }

        yield return line;
    }
}
