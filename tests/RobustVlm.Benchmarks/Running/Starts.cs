using System.Reflection;
using RobustVlm.Benchmarks.Figures;

namespace RobustVlm.Benchmarks.Running;

/// <summary>How each side is started.</summary>
internal static class Starts
{
    private const string ReferenceVariable = "ROBUSTVLM_BENCH_REFERENCE";
    private const string SystemPython = "/usr/bin/python3";
    private static readonly string Folder = AppContext.BaseDirectory;

    /// <summary>Our own side: this program once more, with nothing set.</summary>
    public static SideStart Ours { get; } =
        new(SideNames.Ours, Environment.ProcessPath ?? "dotnet", [.. HostArguments(), "--serve"], new Dictionary<string, string?>());

    /// <summary>The sides that were asked for and are there; the others are named.</summary>
    public static IReadOnlyList<SideStart> For(BenchOptions options, Facts facts, TextWriter notes)
    {
        var nothing = Facts.Tuning.ToDictionary(name => name, _ => (string?)null);
        nothing[ReferenceVariable] = options.Reference;
        nothing[AttackFigures.FolderVariable] = AttackFigures.Folder;
        nothing[PmgFigures.FolderVariable] = PmgFigures.Folder;
        var tuned = new Dictionary<string, string?>(nothing);
        foreach (var (name, value) in facts.Variables)
        {
            tuned[name] = value;
        }

        var threads = facts.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var script = Path.Combine(Folder, "Python", "bench.py");
        SideStart?[] all =
        [
            Ours,
            options.Cpp is { } program ? new(SideNames.Cpp, program, [threads], tuned) : null,
            File.Exists(SystemPython) ? new(SideNames.Python, SystemPython, [script], nothing) : null,
            File.Exists(SystemPython) ? new(SideNames.Tuned, SystemPython, [script, threads], tuned) : null,
        ];
        var found = all.OfType<SideStart>().Where(start => options.Sides.Contains(start.Name)).ToList();
        foreach (var name in options.Sides.Except(found.Select(start => start.Name)))
        {
            notes.WriteLine($"tests/bench: {name} is left out: its program is not there.");
        }

        return found;
    }

    // Under `dotnet program.dll` the process is the host, and the library its first argument.
    private static string[] HostArguments() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
}
