using System.Globalization;

namespace RobustVlm.Models;

/// <summary>What became of every name when a file was loaded.</summary>
/// <param name="File">The file.</param>
/// <param name="Loaded">Names of the model that now hold the file's numbers.</param>
/// <param name="Missing">Names of the model that the file lacks; they kept their numbers.</param>
/// <param name="Unexpected">Names in the file that the model lacks.</param>
/// <param name="Ignored">Names in the file that repeat something or belong to parts this model is known not to have, and those that were skipped.</param>
public sealed record LoadReport(
    string File, IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Ignored)
{
    private const int Shown = 10;

    /// <summary>Whether the names of the file and of the model are the same.</summary>
    public bool IsComplete => Missing.Count == 0 && Unexpected.Count == 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        var parts = new[] { Count("missing", Missing), Count("unexpected", Unexpected), Count("ignored", Ignored) }.Where(part => part.Length > 0).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(File)}: {Loaded.Count} tensors loaded{(parts.Length > 0 ? $"; {string.Join("; ", parts)}" : "")}.");
    }

    internal static string Count(string kind, IReadOnlyList<string> names) => names.Count == 0
        ? ""
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{names.Count} {kind}: {string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? $" and {names.Count - Shown} more" : "")}");
}
