using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using Xunit;

namespace RobustVlm.Experiments.Tests.Sweeps;

/// <summary>Stored runs of a sweep whose numbers a test makes up, so that its criteria can be decided without any training.</summary>
internal static class MadeUpRuns
{
    /// <summary>Every run of a sweep, once.</summary>
    internal static (SweepRun<TOptions> Run, TOptions Options)[] Of<TOptions>(ISweep sweep, Lab lab) =>
        [.. sweep.Seeds.SelectMany(seed => sweep.RunsOf(lab.WithSeed(seed))).DistinctBy(run => run.Key).Select(Assert.IsType<SweepRun<TOptions>>).Select(run => (run, run.Options))];

    /// <summary>Stores every run that a criterion looks at, with a number in each place of these.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="lab">Takes the runs.</param>
    /// <param name="criteria">Say which runs and places there are.</param>
    /// <param name="number">The number of a run and place.</param>
    internal static void Store<TOptions>(ISweep sweep, Lab lab, IEnumerable<ICriterion> criteria, Func<TOptions, string, string, double> number)
    {
        var arms = criteria.OfType<Criterion<TOptions>>().SelectMany(criterion => criterion.Comparisons).SelectMany(comparison => comparison.Arms).ToArray();
        var places = arms.Select(arm => (arm.Row, arm.Column)).Distinct().ToArray();
        foreach (var (run, options) in Of<TOptions>(sweep, lab).Where(entry => arms.Any(arm => arm.Selects(entry.Options))))
        {
            lab.Store.Write(new RunRecord<TOptions>
            {
                Experiment = run.Experiment,
                Options = options,
                MethodVersion = run.MethodVersion,
                Checkpoints = run.Checkpoints,
                Environment = run.Lab.Describe(TimeProvider.System.GetUtcNow()),
                Measurements = [.. places.Select(place => new Measurement(place.Row, place.Column, number(options, place.Row, place.Column)))],
            });
        }
    }
}
