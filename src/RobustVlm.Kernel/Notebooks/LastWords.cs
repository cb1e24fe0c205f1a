namespace RobustVlm.Kernel.Notebooks;

/// <summary>
/// What is worth keeping of the text that a dying kernel wrote. A runtime says the reason first and then a hundred frames, most
/// of them of the machinery that runs cells.
/// </summary>
internal static class LastWords
{
    private const int _lines = 20;
    private const int _framesOfTrace = 6;

    private static readonly string[] _machinery =
        ["Microsoft.CodeAnalysis.", "System.Runtime.CompilerServices.", "RobustVlm.Kernel.", "System.Threading.Thread.StartCallback", "Submission#"];

    public static IReadOnlyList<string> Choose(IEnumerable<string> written)
    {
        var chosen = new List<string>();
        var frames = 0;
        foreach (var line in written)
        {
            var words = line.TrimStart();
            if (!words.StartsWith("at ", StringComparison.Ordinal))
            {
                frames = 0;
                chosen.Add(line);
            }
            else if (frames < _framesOfTrace && !_machinery.Any(part => words.AsSpan(3).StartsWith(part, StringComparison.Ordinal)))
            {
                frames++;
                chosen.Add(line);
            }
        }

        return [.. chosen.TakeLast(_lines)];
    }
}
