using System.Reflection;

namespace RobustVlm.Attacks.Text;

/// <summary>Words that substitution attacks neither replace nor put in.</summary>
internal static class StopWords
{
    private static readonly Lazy<IReadOnlySet<string>> s_english = new(Read);

    internal static IReadOnlySet<string> English => s_english.Value;

    private static HashSet<string> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("RobustVlm.Attacks.Text.stop-words.txt")
            ?? throw new InvalidOperationException("The list of stop words is missing from the library; build it again.");
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n').Where(line => !line.StartsWith('#'));
        return [.. lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }
}
