using System.Globalization;

namespace RobustVlm.Benchmarks.Running;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchOptions
{
    private const string Known = "known: [name], --json FILE, --repeats N, --sides LIST, --reference DIR, --list, --help";

    /// <summary>Part of the names of the figures to measure; null for all.</summary>
    public string? Name { get; private init; }

    /// <summary>File for the numbers; null for none.</summary>
    public string? Json { get; private init; }

    /// <summary>Rounds over all figures.</summary>
    public int Repeats { get; private init; } = 5;

    /// <summary>Whether to name the figures instead of measuring them.</summary>
    public bool List { get; private init; }

    /// <summary>Sides to measure besides our own.</summary>
    public IReadOnlyList<string> Sides { get; private init; } = SideNames.All;

    /// <summary>Folder with the sources of the Python packages that attacks are compared with; null where they are not at hand.</summary>
    public string? Reference { get; private init; }

    /// <summary>Folder of the C++ program; null where it was not built.</summary>
    public string? Cpp { get; private init; }

    /// <exception cref="ArgumentException">The options cannot be understood; the message says why.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            options = argument switch
            {
                "--list" => options with { List = true },
                "--json" => options with { Json = Next("a file") },
                "--repeats" => options with { Repeats = Count(Next("a number")) },
                "--sides" => options with { Sides = Chosen(Next("a list such as ours,cpp")) },
                "--reference" => options with { Reference = Existing(Next("a folder")) },
                "--cpp" => options with { Cpp = Next("a program") },
                _ when argument.StartsWith('-') => throw new ArgumentException($"unknown option '{argument}'; {Known}."),
                _ when options.Name is not null => throw new ArgumentException($"one name at a time, not '{options.Name}' and '{argument}'; {Known}."),
                _ => options with { Name = argument },
            };

            string Next(string what) => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{argument} needs {what} behind it.");
        }

        return options;
    }

    private static string Existing(string folder) => Directory.Exists(folder)
        ? Path.GetFullPath(folder)
        : throw new ArgumentException($"--reference names no folder: '{folder}'; it should hold the sources of torchattacks and autoattack.");

    private static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1000
            ? count
            : throw new ArgumentException($"--repeats takes a number from 1 to 1000, not '{text}'.");

    private static string[] Chosen(string text)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(names, name => !SideNames.All.Contains(name)) is { } unknown
            ? throw new ArgumentException($"there is no side '{unknown}'; known: {string.Join(", ", SideNames.All)}.")
            : names.Contains(SideNames.Ours) ? names : throw new ArgumentException($"--sides must name {SideNames.Ours}, which decides the settings of the others.");
    }
}
