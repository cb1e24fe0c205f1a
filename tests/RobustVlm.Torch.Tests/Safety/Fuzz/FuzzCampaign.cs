using System.Globalization;

namespace RobustVlm.Torch.Tests.Safety.Fuzz;

/// <summary>Runs the fuzzer's child to the end: when it dies, the call that killed it is written down and the next child goes on behind it.</summary>
internal sealed record FuzzCampaign(long Returned, long Threw, IReadOnlyList<string> Findings, IReadOnlyList<string> Slow)
{
    // A method that keeps killing is left out: one finding is as good as a hundred.
    private const int EnoughDeaths = 3;

    /// <param name="group"><c>operators</c> or <c>public</c>.</param>
    /// <param name="seed">Start of the argument stream.</param>
    /// <param name="rounds">Calls of each method.</param>
    internal static FuzzCampaign Run(string group, int seed, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("fuzz");
        try
        {
            return Run(group, seed, rounds, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public override string ToString()
    {
        var summary = string.Create(CultureInfo.InvariantCulture, $"{Returned} calls returned, {Threw} threw, {Findings.Count} findings, {Slow.Count} given up after 20 s");
        return string.Join('\n', [summary, .. Findings, .. Slow]);
    }

    private static FuzzCampaign Run(string group, int seed, int rounds, string folder)
    {
        var findings = new List<string>();
        var slow = new List<string>();
        var deaths = new Dictionary<string, int>();
        long returned = 0;
        long threw = 0;
        long from = 0;
        while (true)
        {
            var skipped = deaths.Where(death => death.Value >= EnoughDeaths).Select(death => death.Key);
            var child = ChildProcess.Run(["fuzz", group, Text(seed), Text(from), Text(rounds), folder, .. skipped], memoryGiB: 4, threads: 1 + (seed % 2));
            if (child.ExitCode == 0)
            {
                var counts = child.Output.Split('\n')[^1].Split(' ');
                returned += long.Parse(counts[1], CultureInfo.InvariantCulture);
                threw += long.Parse(counts[2], CultureInfo.InvariantCulture);
                findings.AddRange(Bad(folder));
                return new(returned, threw, findings, slow);
            }

            var hang = Path.Combine(folder, "hang");
            var call = File.ReadLines(Path.Combine(folder, "journal")).FirstOrDefault() ?? $"{from}\tnothing was called";
            var index = long.Parse(call[..call.IndexOf('\t', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
            var name = call[(call.IndexOf('\t', StringComparison.Ordinal) + 1)..].Split('(')[0];
            deaths[name] = deaths.GetValueOrDefault(name) + 1;
            if (File.Exists(hang))
            {
                File.Delete(hang);
                slow.Add($"SLOW\t{call}");
            }
            else
            {
                findings.Add($"DIED\t{call}\texit code {child.ExitCode}: {child.Output.ReplaceLineEndings(" | ")}");
            }

            from = index + 1;
        }
    }

    private static IEnumerable<string> Bad(string folder)
    {
        var path = Path.Combine(folder, "bad");
        return File.Exists(path) ? File.ReadLines(path).Select(line => $"BAD\t{line}") : [];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
