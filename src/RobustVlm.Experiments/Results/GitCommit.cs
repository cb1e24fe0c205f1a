using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Experiments.Results;

/// <summary>Names the code behind a number.</summary>
/// <remarks>
/// A working tree is dirty when a tracked file differs from the commit, or when a new file under <c>src</c> waits to be
/// added. Files under <c>data</c> do not count, and of notebooks only the cells' sources do: both change by running.
/// </remarks>
public static class GitCommit
{
    /// <summary>What is returned when there is no git, no repository or no commit.</summary>
    public const string Unknown = "unknown";

    /// <summary>Appended to the commit of a changed working tree.</summary>
    public const string DirtySuffix = "+dirty";

    /// <summary>The short commit of the repository around a folder, with <c>+dirty</c> where the code was changed.</summary>
    /// <param name="folder">Any folder of the repository.</param>
    public static string Of(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (Git(folder, "rev-parse", "--short", "HEAD")?.Trim() is not { Length: > 0 } commit
            || Git(folder, "rev-parse", "--show-toplevel")?.TrimEnd('\n') is not { Length: > 0 } root
            || Git(root, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all") is not { } status)
        {
            return Unknown;
        }

        return status.Split('\0').Any(entry => IsCodeChange(root, entry)) ? commit + DirtySuffix : commit;
    }

    // An entry is two status letters, a blank and the path from the repository's root.
    private static bool IsCodeChange(string root, string entry)
    {
        if (entry.Length < 4)
        {
            return false;
        }

        var path = entry[3..];
        if (path.StartsWith("data/", StringComparison.Ordinal))
        {
            return false;
        }

        if (entry.StartsWith("??", StringComparison.Ordinal))
        {
            return path.StartsWith("src/", StringComparison.Ordinal);
        }

        return !path.EndsWith(".ipynb", StringComparison.Ordinal) || CellsDiffer(root, path);
    }

    private static bool CellsDiffer(string root, string path)
    {
        var file = Path.Combine(root, path);
        return !File.Exists(file)
            || Git(root, "show", $"HEAD:{path}") is not { } committed
            || Cells(committed) is not { } before
            || Cells(File.ReadAllText(file)) is not { } after
            || !before.SequenceEqual(after);
    }

    /// <summary>Type and source of every cell; null when the text is no notebook.</summary>
    private static List<(string Type, string Source)>? Cells(string json)
    {
        try
        {
            return [.. JsonNode.Parse(json)!["cells"]!.AsArray().Select(cell =>
                ((string)cell!["cell_type"]!, Source(cell["source"])))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }
    }

    // The format allows one string as well as a list of lines.
    private static string Source(JsonNode? source) => source is JsonArray lines
        ? string.Concat(lines.Select(line => (string?)line))
        : (string?)source ?? "";

    /// <summary>The output of a git command, or null when it fails or git is not there.</summary>
    private static string? Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-C");
        start.ArgumentList.Add(folder);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Asking for the status must not write the index under the hands of a git command that somebody else runs.
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            errors.Wait();
            return process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
