using System.Globalization;
using System.Text.Json;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Criteria;

/// <summary>Finds the runs of a criterion, refuses mixtures, and decides.</summary>
internal sealed class CriterionEvaluation<TOptions>
{
    private readonly Criterion<TOptions> _criterion;
    private readonly Scale _scale;
    private readonly RunRecord<TOptions>[] _runs;
    private readonly int _otherVersions;

    internal CriterionEvaluation(Criterion<TOptions> criterion, IReadOnlyList<RunRecord<TOptions>> runs, Scale scale)
    {
        _criterion = criterion;
        _scale = scale;
        var relevant = runs.Where(run => run.Environment.Scale == scale && criterion.Seeds.Contains(run.Environment.Seed)).ToArray();
        _runs = [.. relevant.Where(run => criterion.MethodVersion is null || run.MethodVersion == criterion.MethodVersion)];
        _otherVersions = relevant.Length - _runs.Length;
    }

    internal Verdict Judge()
    {
        if (_scale == Scale.Smoke)
        {
            return Refuse("smoke scale only proves that the code runs");
        }

        var found = _criterion.Comparisons
            .SelectMany(comparison => comparison.Arms.Select(arm => (comparison, arm)))
            .SelectMany(pair => _runs.Where(run => pair.arm.Selects(run.Options)).Select(run => new Found(pair.comparison, pair.arm, run)))
            .ToArray();
        if ((Mixture(found) ?? BetweenArms(found)) is { } mixture)
        {
            return Refuse(mixture);
        }

        // What is left twice differs only in how its options were written down, e.g. before an option with a default was added.
        found = [.. found.GroupBy(item => (item.Comparison, item.Arm, item.Run.Environment.Seed)).Select(twins => twins.Last())];
        return Missing(found) is { } missing
            ? Verdict.Open(_criterion, _scale, missing, Outcome.RunsMissing)
            : Unusable(found) is { } reason ? Refuse(reason) : Decide(found);
    }

    private Verdict Refuse(string reason) => Verdict.Open(_criterion, _scale, reason);

    private string? Mixture(Found[] found)
    {
        var versions = found.Select(item => item.Run.MethodVersion).Distinct().Order().ToArray();
        if (versions.Length > 1)
        {
            return $"the stored runs mix method versions {string.Join(" and ", versions)}; move the old ones away";
        }

        var arms = found.GroupBy(item => (item.Comparison, item.Arm)).ToArray();
        foreach (var arm in arms)
        {
            if (Differing([.. arm.Select(item => item.Run.Options)]) is { Length: > 0 } options)
            {
                return $"the runs of '{Name(arm.First())}' mix different options ({string.Join(", ", options)})";
            }

            var mixed = _criterion.CheckpointsPerSeed
                ? arm.GroupBy(item => item.Run.Environment.Seed).Any(seed => seed.Select(Checkpoints).Distinct().Count() > 1)
                : arm.Select(Checkpoints).Distinct().Count() > 1;
            if (mixed)
            {
                return $"the runs of '{Name(arm.First())}' start from different checkpoints";
            }
        }

        return null;
    }

    private string? Missing(Found[] found)
    {
        var arms = _criterion.Comparisons.Sum(comparison => comparison.Arms.Count);
        var missing = _criterion.Seeds.Where(seed => found.Count(item => item.Run.Environment.Seed == seed) < arms).ToArray();
        return missing.Length == 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{found.Length} of {arms * _criterion.Seeds.Count} runs are there (incomplete: seed {string.Join(", ", missing)}); ./notebooks/sweep {_criterion.Experiment} --scale {_scale.ToString().ToLowerInvariant()} makes the rest");
    }

    private string? BetweenArms(Found[] found)
    {
        foreach (var comparison in found.GroupBy(item => item.Comparison))
        {
            var options = Differing([.. comparison.Select(item => item.Run.Options)]).Except(_criterion.Varied, StringComparer.Ordinal).ToArray();
            if (options.Length > 0)
            {
                return $"the arms of '{comparison.Key.Name}' differ in more than what is compared ({string.Join(", ", options)})";
            }

            var shared = comparison.Where(item => !item.Arm.OwnCheckpoints).GroupBy(item => _criterion.CheckpointsPerSeed ? item.Run.Environment.Seed : 0);
            if (shared.Any(group => group.Select(Checkpoints).Distinct().Count() > 1))
            {
                return $"the arms of '{comparison.Key.Name}' start from different checkpoints";
            }
        }

        return null;
    }

    private static string? Unusable(Found[] found)
    {
        foreach (var item in found)
        {
            if (item.Value is not { } value)
            {
                return $"the run of '{Name(item)}' with seed {item.Run.Environment.Seed} has no number {item.Arm.Row} / {item.Arm.Column}";
            }

            if (!double.IsFinite(value))
            {
                return $"the run of '{Name(item)}' with seed {item.Run.Environment.Seed} gave no finite number";
            }
        }

        return null;
    }

    private Verdict Decide(Found[] found)
    {
        var results = new List<ComparisonResult>();
        foreach (var comparison in _criterion.Comparisons)
        {
            var x = comparison.Arms.Select(arm => arm.X).ToArray();
            var values = _criterion.Seeds.Select(seed => _criterion.Test.Compute(x, [.. comparison.Arms.Select(arm =>
                found.Single(item => item.Comparison == comparison && item.Arm == arm && item.Run.Environment.Seed == seed).Value!.Value)])).ToArray();
            if (!values.All(double.IsFinite))
            {
                return Refuse($"'{comparison.Name}' gives no finite number: a division by zero, or a trend of equal values");
            }

            results.Add(_criterion.Test.Decide(comparison.Name, values));
        }

        var holds = results.Count(result => result.Holds) >= (_criterion.Required ?? results.Count);
        return new Verdict
        {
            Criterion = _criterion,
            Outcome = holds ? Outcome.Reproduced : Outcome.NotReproduced,
            Scale = _scale,
            Results = results,
            Seeds = _criterion.Seeds,
            Commits = [.. found.Select(item => item.Run.Environment.Commit).Distinct().Order(StringComparer.Ordinal)],
            Warnings = [.. Doubts(found)],
            Format = _criterion.Format.For(_criterion.Test.Quantity),
        };
    }

    private IEnumerable<string> Doubts(Found[] found)
    {
        var runs = found.Select(item => item.Run).Distinct().ToArray();
        var devices = runs.Select(run => $"{run.Environment.Device}, {run.Environment.Precision}").Distinct().Order(StringComparer.Ordinal).ToArray();
        if (devices.Length > 1)
        {
            yield return $"the runs come from different devices or number formats ({string.Join("; ", devices)})";
        }

        if (runs.Any(run => run.Environment.Commit == GitCommit.Unknown || run.Environment.Commit.EndsWith(GitCommit.DirtySuffix, StringComparison.Ordinal)))
        {
            yield return "some runs were made by code that is not committed";
        }

        if (_otherVersions > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{_otherVersions} stored runs of other method versions were left out");
        }

        foreach (var warning in runs.SelectMany(run => run.Warnings).GroupBy(text => text, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{warning.Key.TrimEnd('.')} ({warning.Count()} of {runs.Length} runs)");
        }
    }

    private static string Name(Found item) => item.Comparison.Name == item.Arm.Name ? item.Arm.Name : $"{item.Comparison.Name}: {item.Arm.Name}";

    private static string Checkpoints(Found item) =>
        string.Join('\n', item.Run.Checkpoints.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key} {file.Value}"));

    /// <summary>Names of the options that are not the same everywhere.</summary>
    private static string[] Differing(IReadOnlyList<TOptions> options)
    {
        var members = options.Select(option => JsonSerializer.SerializeToNode(option, ResultJson.Options)!.AsObject()).ToArray();
        return [.. members.SelectMany(member => member.Select(entry => entry.Key)).Distinct()
            .Where(name => members.Select(member => ResultJson.Canonical(member[name])?.ToJsonString()).Distinct().Count() > 1)];
    }

    private sealed record Found(ArmComparison<TOptions> Comparison, Arm<TOptions> Arm, RunRecord<TOptions> Run)
    {
        internal double? Value => Run.Measurements.FirstOrDefault(number => number.Row == Arm.Row && number.Column == Arm.Column)?.Value;
    }
}
