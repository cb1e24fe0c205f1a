using RobustVlm.Experiments.Criteria;

namespace RobustVlm.Experiments.Results;

/// <summary>What a study's stored runs say, looked up by their options over the study's seeds.</summary>
/// <typeparam name="TOptions">The experiment's options record.</typeparam>
internal sealed class StoredRuns<TOptions>(IEnumerable<RunRecord<TOptions>> runs, IReadOnlyList<ulong> seeds)
    where TOptions : class
{
    private const int ResamplingSeed = 1;

    private readonly RunRecord<TOptions>[] _runs = [.. runs];

    /// <summary>The stored runs of some options, in the order of the seeds.</summary>
    internal RunRecord<TOptions>[] Of(TOptions options) =>
        [.. seeds.Select(seed => _runs.FirstOrDefault(run => run.Environment.Seed == seed && run.Options.Equals(options))).OfType<RunRecord<TOptions>>()];

    /// <summary>One number of every stored run that has it.</summary>
    internal double[] Values(TOptions options, string row, string column) => [.. Of(options).Select(run => Find(run, row, column)).OfType<double>()];

    /// <summary>Mean and bootstrap interval of these; null without any.</summary>
    internal Interval? Estimate(TOptions options, string row, string column) => Estimate(Values(options, row, column));

    /// <summary>The same as text; a dash without any.</summary>
    internal string Print(TOptions options, string row, string column, EstimateFormat format) => Estimate(options, row, column) is { } estimate ? format.Print(estimate) : "–";

    /// <summary>Differences of one number between two options, seed by seed.</summary>
    internal double[] Differences(TOptions first, TOptions second, string row, string column) =>
    [
        .. seeds.Select(seed => (_runs.FirstOrDefault(run => run.Environment.Seed == seed && run.Options.Equals(first)), _runs.FirstOrDefault(run => run.Environment.Seed == seed && run.Options.Equals(second))))
            .Select(pair => pair is ({ } a, { } b) ? Find(a, row, column) - Find(b, row, column) : null).OfType<double>(),
    ];

    internal static Interval? Estimate(IReadOnlyList<double> values) => values.Count > 0 ? Statistics.Bootstrap(values, new Random(ResamplingSeed)) : null;

    internal static double? Find(RunRecord<TOptions> run, string row, string column) => run.Measurements.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value;
}
