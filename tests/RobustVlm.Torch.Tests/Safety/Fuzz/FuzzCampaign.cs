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
            var (index, more, moreThrew, call) = LastCall(folder, from);
            returned += more;
            threw += moreThrew;
            if (child.ExitCode == 0)
            {
                findings.AddRange(Bad(folder));
                return new(returned, threw, findings, slow);
            }

            var name = call.Split('(')[0];
            deaths[name] = deaths.GetValueOrDefault(name) + 1;
            var hang = Path.Combine(folder, "hang");
            if (File.Exists(hang))
            {
                File.Delete(hang);
                slow.Add($"SLOW\t{index}\t{call}");
            }
            else
            {
                findings.Add($"DIED\t{index}\t{call}\texit code {child.ExitCode}: {child.Output.ReplaceLineEndings(" | ")}");
            }

            from = index + 1;
        }
    }

    private static (long Index, long Returned, long Threw, string Call) LastCall(string folder, long from)
    {
        var journal = Path.Combine(folder, "journal");
        var parts = (File.Exists(journal) ? File.ReadLines(journal).FirstOrDefault() : null)?.Split('\t', 4);
        return parts is null
            ? (from, 0, 0, "nothing was called")
            : (Number(parts[0]), Number(parts[1]), Number(parts[2]), parts[3]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Bad(string folder)
    {
        var path = Path.Combine(folder, "bad");
        return File.Exists(path) ? File.ReadLines(path).Select(line => $"BAD\t{line}") : [];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
