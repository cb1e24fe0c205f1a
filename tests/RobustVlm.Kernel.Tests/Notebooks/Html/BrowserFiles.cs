using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

/// <summary>Scripts that are no part of the repository; tests that need them are skipped without.</summary>
internal static class BrowserFiles
{
    public static string Plotly() => Find("PLOTLY_JS", File.Exists, "plotly*.min.js", path => path);

    public static string Katex() => Find("KATEX_DIR", Directory.Exists, "katex.min.js", path => Path.GetDirectoryName(path)!);

    private static string Find(string variable, Func<string, bool> exists, string pattern, Func<string, string> choose)
    {
        var given = Environment.GetEnvironmentVariable(variable);
        if (given is not null && exists(given))
        {
            return given;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var cache = Path.Combine(folder.FullName, "data", "cache");
            if (Directory.Exists(cache) && Directory.EnumerateFiles(cache, pattern, SearchOption.AllDirectories).Order().FirstOrDefault() is { } found)
            {
                return choose(found);
            }
        }

        throw new SkipException($"{variable} names nothing, and data/cache has no {pattern}.");
    }
}
