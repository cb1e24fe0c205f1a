using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Every run of notebook 06: first the learning rates, chosen on one seed's validation parts; then all methods on all tasks and seeds; time and disk.</summary>
internal sealed class MeLoSweep : ISweep
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    internal const string Id = "06-melo";

    // Raised whenever tasks, training or scores change what comes out of equal settings.
    internal const int Version = 1;

    private readonly MeLoFit _fit = new();

    public string Experiment => Id;

    public IReadOnlyList<ulong> Seeds => MeLoPlan.Seeds;

    public IEnumerable<ISweepRun> RunsOf(Lab lab)
    {
        var plan = MeLoPlan.For(lab.Scale);
        var choosing = lab.WithSeed(MeLoPlan.ChoosingSeed);
        foreach (var task in plan.Tasks)
        {
            foreach (var arm in MeLoPlan.Arms.Where(arm => MeLoPlan.TunedArm(arm) == arm))
            {
                foreach (var run in Choices(choosing, plan, task, arm))
                {
                    yield return run;
                }
            }
        }

        foreach (var task in plan.Tasks)
        {
            // Ranks share their choice; each is looked up once.
            foreach (var arms in MeLoPlan.Arms.GroupBy(MeLoPlan.TunedArm))
            {
                if (LearningRateOf(choosing, plan, task, arms.Key) is { } rate)
                {
                    foreach (var arm in arms)
                    {
                        yield return Fit(lab, plan, task, arm, rate);
                    }
                }
            }
        }

        foreach (var width in plan.Widths)
        {
            yield return Timing(lab, string.Create(CultureInfo.InvariantCulture, $"speed, width {width}"), plan.Speed(width), progress => MeLoSpeed.Run(lab, plan.Speed(width), progress), Speed(width));
        }

        yield return Timing(lab, "switching", plan.Switching(), progress => MeLoSwitching.Run(lab, plan.Switching(), progress), 3);
    }

    /// <summary>The chosen learning rate: the first of those with the best validation score; null until all are stored.</summary>
    internal static double? LearningRateOf(Lab lab, MeLoPlan plan, TaskPlan task, MeLoArm arm)
    {
        var store = SweepRunner.StoreOf(lab);
        var scores = new List<(double Rate, double Score)>();
        foreach (var rate in Rates(plan, arm))
        {
            if (store.TryRead<MeLoRunOptions>(Key(lab, ChoiceOptions(task, arm, rate)))?.Measurements.FirstOrDefault(IsChoosing) is not { } score)
            {
                return null;
            }

            scores.Add((rate, double.IsNaN(score.Value) ? double.NegativeInfinity : score.Value));
        }

        return scores.MaxBy(entry => entry.Score).Rate;
    }

    private static bool IsChoosing(Measurement number) => number is { Row: MeLoFit.ValidationRow, Column: MeLoFit.AurocColumn };

    private static IEnumerable<double> Rates(MeLoPlan plan, MeLoArm arm) => MeLoPlan.LearningRatesOf(arm.Mode).Take(plan.LearningRates);

    private static MeLoRunOptions ChoiceOptions(TaskPlan task, MeLoArm arm, double rate) => MeLoPlan.Fit(task, MeLoPlan.TunedArm(arm), rate, MeLoRunKind.LearningRate);

    private IEnumerable<ISweepRun> Choices(Lab lab, MeLoPlan plan, TaskPlan task, MeLoArm arm) => Rates(plan, arm).Select(rate => Fitted(
        lab, string.Create(CultureInfo.InvariantCulture, $"{task.Task}, {arm.Name}, learning rate {rate}"), ChoiceOptions(task, arm, rate), []));

    private SweepRun<MeLoRunOptions> Fit(Lab lab, MeLoPlan plan, TaskPlan task, MeLoArm arm, double rate)
    {
        var (rates, tuned) = (Rates(plan, arm).ToArray(), MeLoPlan.TunedArm(arm));
        string[] warnings = rates.Length > 1 && (rate == rates[0] || rate == rates[^1])
            ? [string.Create(CultureInfo.InvariantCulture, $"{task.Task}, {tuned.Name}: of the learning rates tried, the {(rate == rates[0] ? "smallest" : "largest")} one was best")]
            : [];
        return Fitted(lab, $"{task.Task}, {arm.Name}", MeLoPlan.Fit(task, arm, rate), warnings);
    }

    private SweepRun<MeLoRunOptions> Fitted(Lab lab, string label, MeLoRunOptions options, IReadOnlyList<string> warnings) => new()
    {
        Lab = lab,
        Experiment = Id,
        Label = label,
        Options = options,
        MethodVersion = Version,
        Checkpoints = CheckpointsOf(lab, options),
        Cost = Cost(options),
        Work = progress => _fit.Run(lab, options, progress) with { Warnings = warnings },
    };

    private static SweepRun<MeLoRunOptions> Timing(Lab lab, string label, MeLoRunOptions options, Func<Action<double, string>, SweepOutcome> work, double cost) => new()
    {
        Lab = lab,
        Experiment = Id,
        Label = label,
        Options = options,
        MethodVersion = Version,
        Checkpoints = CheckpointsOf(lab, options),
        Cost = cost,
        Work = work,
    };

    private static RunKey Key(Lab lab, MeLoRunOptions options) => RunKey.For(Id, options, lab.Scale, lab.Seed, Version, CheckpointsOf(lab, options));

    private static Dictionary<string, string> CheckpointsOf(Lab lab, MeLoRunOptions options) =>
        options.Kind == MeLoRunKind.Speed || options.Mode == MeLoMode.FromScratch ? []
            : new() { [ShippedCheckpoints.MiniVitName] = ShippedCheckpoints.HashOf(lab, ShippedCheckpoints.MiniVitName) };

    // Seconds on two cores, roughly.
    private static double Cost(MeLoRunOptions options)
    {
        var pictures = (double)options.Epochs * options.Pictures.Train / 1000;
        return options.Mode switch
        {
            MeLoMode.LinearProbe or MeLoMode.DeepHead => 2,
            MeLoMode.LowRank => 2 + (0.8 * pictures),
            _ => 2 + pictures,
        };
    }

    private static double Speed(int width) => width / 16.0;
}
