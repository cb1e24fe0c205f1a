using System.Globalization;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>Which part of a sweep is wanted.</summary>
/// <param name="Only">Only runs whose label contains this, in any case; null takes all.</param>
/// <param name="Seeds">Other seeds than the sweep's own; null takes those.</param>
internal sealed record SweepRequest(string? Only = null, IReadOnlyList<ulong>? Seeds = null)
{
    private const int MostSeeds = 1000;

    /// <summary>Reads seeds such as <c>1,2,5-7</c>.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    internal static IReadOnlyList<ulong> ParseSeeds(string text)
    {
        var seeds = new List<ulong>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-').Select(end => ulong.TryParse(end.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : (ulong?)null).ToArray();
            if (ends.Length is not (1 or 2) || ends[0] is not { } first || ends[^1] is not { } last || last < first || last - first >= MostSeeds)
            {
                throw new FormatException($"'{text}' does not name seeds; write whole numbers and ranges, e.g. 1,2,5-7.");
            }

            for (var i = 0UL; i <= last - first; i++)
            {
                seeds.Add(first + i);
            }
        }

        return [.. seeds.Distinct()];
    }

    /// <summary>The command that goes on with the same part.</summary>
    internal string Command(string experiment, Scale scale)
    {
        var only = Only is null ? "" : $" --only '{Only.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        var seeds = Seeds is null ? "" : $" --seeds {string.Join(',', Seeds)}";
        return $"./notebooks/sweep {experiment} --scale {scale.ToString().ToLowerInvariant()}{only}{seeds}";
    }
}
