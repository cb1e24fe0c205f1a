using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>The sweep's stored runs at Demo scale, as plots and tables. What is not stored yet leaves a gap.</summary>
public sealed class MeLoRuns
{
    private const int ResamplingSeed = 1;

    // None of the methods' colours: a line of a task is no method.
    private static readonly string[] s_taskColors = ["#332288", "#009E73", "#56B4E9", "#D55E00"];

    private readonly MeLoPlan _plan = MeLoPlan.For(Scale.Demo);
    private readonly RunRecord<MeLoRunOptions>[] _runs;
    private readonly RunRecord<MeLoRunOptions>[] _tried;

    internal MeLoRuns(Lab lab)
    {
        var checkpoint = ShippedCheckpoints.HashOf(lab, ShippedCheckpoints.MiniVitName);
        var store = lab.IsPublishing ? lab.Store.Published : lab.Store;   // what is published rests on what is published
        var all = store.ReadAll<MeLoRunOptions>(MeLoSweep.Id)
            .Where(run => run.MethodVersion == MeLoSweep.Version && run.Environment.Scale == Scale.Demo && run.Checkpoints.Values.All(hash => hash == checkpoint)).ToArray();
        _runs = [.. all.Where(run => run.Options.Kind != MeLoRunKind.LearningRate && MeLoPlan.Seeds.Contains(run.Environment.Seed))];
        _tried = [.. all.Where(run => run.Options.Kind == MeLoRunKind.LearningRate && run.Environment.Seed == MeLoPlan.ChoosingSeed)];
    }

    /// <summary>Fits that are stored, of those the sweep makes.</summary>
    private int Stored => _runs.Count(run => run.Options.Kind == MeLoRunKind.Fit);

    private int Planned => _plan.Tasks.Count * MeLoPlan.Arms.Count * MeLoPlan.Seeds.Count;

    /// <summary>AUROC of the methods on every task: mean, bootstrap interval, one dot per seed.</summary>
    public BarChart PlotScores() => new()
    {
        Title = $"Test AUROC: mean, 95 % interval, a dot per seed {State}",
        YTitle = "macro AUROC",
        YRange = (0.45, 1),
        Categories = [.. _plan.Tasks.Select(task => task.Task)],
        Series = [.. MeLoPlan.Arms.Where(arm => arm.Rank is 0 or MeLoPlan.Rank).Select(arm => Bars(arm))],
        References = [new ReferenceLine(0.5, "guessing")],
        Width = 960,
    };

    /// <summary>AUROC against the number of trained weights.</summary>
    /// <param name="task">A task's name; null takes the mean over the tasks of which all methods are stored.</param>
    public LineChart PlotWeights(string? task = null)
    {
        string[] tasks = task is null ? [.. _plan.Tasks.Select(plan => plan.Task).Where(IsComplete)] : [TargetTask.Find(task).Name];
        var series = MeLoPlan.Arms.GroupBy(arm => arm.Mode).Select(arms => new LineSeries(
            arms.Key == MeLoMode.LowRank ? "MeLo, rank 1 to 16" : arms.First().Name,
            [.. arms.Select(arm => Mean(tasks.SelectMany(name => Numbers(name, arm, MeLoFit.FitRow, MeLoFit.WeightsColumn))))],
            [.. arms.Select(arm => Mean(tasks.Select(name => Mean(Aurocs(name, arm)))))])
        {
            Color = arms.Key == MeLoMode.LowRank ? Palette.Of("melo") : Palette.Of(arms.First().Name),
            Markers = true,
        }).Where(line => line.X.Any(double.IsFinite)).ToArray();
        return new LineChart
        {
            Title = $"AUROC against trained weights, {(task is not null ? task : tasks.Length == 0 ? "no task complete yet" : $"mean over {string.Join(", ", tasks)}")} {State}",
            XTitle = "trained weights, head included",
            XScale = AxisScale.Log,
            YTitle = "test macro AUROC",
            Series = series.Length > 0 ? series : [new LineSeries("no stored run yet", [1e3, 1e6], [double.NaN, double.NaN])],
            References = [new ReferenceLine(0.5, "guessing")],
        };
    }

    /// <summary>AUROC against the rank, from a head alone to everything.</summary>
    public LineChart PlotRanks()
    {
        MeLoArm[] arms = [MeLoPlan.Probe, .. MeLoPlan.Arms.Where(arm => arm.Mode == MeLoMode.LowRank), MeLoPlan.Full];
        return new LineChart
        {
            Title = $"AUROC against the rank, mean of the seeds with 95 % interval {State}",
            XTitle = "rank r",
            XScale = AxisScale.Categorical,
            Categories = [.. arms.Select(arm => arm.Mode switch { MeLoMode.LinearProbe => "head alone", MeLoMode.FullFineTuning => "everything", _ => arm.Rank.ToString(CultureInfo.InvariantCulture) })],
            YTitle = "test macro AUROC",
            Series =
            [
                .. _plan.Tasks.Select((task, index) =>
                {
                    var estimates = arms.Select(arm => Estimate(task.Task, arm)).ToArray();
                    return new LineSeries(task.Task, [.. Enumerable.Range(0, arms.Length).Select(i => (double)i)], [.. estimates.Select(e => e?.Value ?? double.NaN)])
                    {
                        Low = [.. estimates.Select(e => e?.Low ?? double.NaN)],
                        High = [.. estimates.Select(e => e?.High ?? double.NaN)],
                        Color = s_taskColors[index],
                    };
                }),
            ],
            References = [new ReferenceLine(0.5, "guessing")],
            Width = 900,
        };
    }

    /// <summary>The chosen learning rates, with what was tried.</summary>
    public ResultTable LearningRates => ResultTable
        .From(_plan.Tasks.SelectMany(task => MeLoPlan.Arms.Where(arm => MeLoPlan.TunedArm(arm) == arm).Select(arm =>
        {
            var tried = MeLoPlan.LearningRatesOf(arm.Mode).Select(rate => (Rate: rate, Score: Find(
                _tried.FirstOrDefault(run => run.Options.Task == task.Task && run.Options.Mode == arm.Mode && run.Options.Rank == arm.Rank && run.Options.LearningRate == rate), MeLoFit.ValidationRow, MeLoFit.AurocColumn))).ToArray();
            return new
            {
                Task = task.Task,
                Method = arm.Name,
                Chosen = tried.All(entry => entry.Score is not null) ? tried.MaxBy(entry => entry.Score).Rate.ToString("g3", CultureInfo.InvariantCulture) : "not yet",
                Tried = string.Join(", ", tried.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Rate:g3}: {(entry.Score is { } score ? score.ToString("0.000", CultureInfo.InvariantCulture) : "–")}"))),
            };
        })))
        .Rename("Tried", "Tried: validation AUROC")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"Learning rates, chosen on the validation part of seed {MeLoPlan.ChoosingSeed}, which is reported nowhere else"));

    /// <summary>What each method costs.</summary>
    public ResultTable Costs
    {
        get
        {
            double Over(MeLoArm arm, string column) => Mean(_plan.Tasks.Select(task => Mean(Numbers(task.Task, arm, MeLoFit.FitRow, column))).Where(double.IsFinite));
            return ResultTable
                .From(MeLoPlan.Arms.Select(arm => new
                {
                    Method = arm.Name,
                    Weights = Number(Over(arm, MeLoFit.WeightsColumn)),
                    Seconds = Number(Over(arm, "seconds")),
                    Step = Number(1000 * Over(arm, MeLoFit.StepColumn)),
                    Epoch = Number(Over(arm, "best epoch")),
                }))
                .Rename("Weights", "Trained weights").Rename("Step", "ms per step").Rename("Epoch", "Best epoch")
                .WithDecimals("Trained weights", 0).WithDecimals("Seconds", 0).WithDecimals("ms per step", 1).WithDecimals("Best epoch", 0)
                .WithCaption("Costs of a training, means over seeds and tasks")
                .WithFootnotes("The sweep ran several trainings at once, so its times are long; the speed table takes turns instead.", "Heads on a frozen backbone learn from features that are computed once.");
        }
    }

    /// <summary>Test AUROC of every method on every task.</summary>
    public ResultTable Scores => _plan.Tasks
        .Aggregate(ResultTable.From(MeLoPlan.Arms.Select(arm => new { Method = arm.Name })),
            (table, task) => table.AddColumn(task.Task, row => Estimate(task.Task, MeLoPlan.Arms.First(arm => arm.Name == row.Text("Method")))).WithDecimals(task.Task, 3))
        .WithCaption("Test macro AUROC, mean of the seeds with 95 % bootstrap interval");

    /// <summary>Time of forward passes and training steps, MeLo beside full fine-tuning.</summary>
    public ResultTable Speed => ResultTable
        .From(_plan.Widths.SelectMany(width => new[] { MeLoSpeed.FullRow, MeLoSpeed.LowRankRow, MeLoSpeed.BaseRow, MeLoSpeed.MergedRow }.Select(row => new
        {
            Width = width,
            What = row,
            Step = Number(Timed(width, row, MeLoSpeed.StepColumn)),
            Backward = Number(Timed(width, row, MeLoSpeed.BackwardColumn)),
            Forward = Number(Timed(width, row, MeLoSpeed.ForwardColumn)),
            State = Number(Timed(width, row, MeLoSpeed.StateColumn) / 1024),
        })))
        .Rename("Step", MeLoSpeed.StepColumn).Rename("Backward", MeLoSpeed.BackwardColumn).Rename("Forward", MeLoSpeed.ForwardColumn).Rename("State", "optimiser state, KiB")
        .WithDecimals(MeLoSpeed.StepColumn, 1).WithDecimals(MeLoSpeed.BackwardColumn, 1).WithDecimals(MeLoSpeed.ForwardColumn, 1).WithDecimals("optimiser state, KiB", 0)
        .WithCaption($"Speed in float32, medians of one run, means over the stored seeds ({Runs(MeLoRunKind.Speed)} runs)");

    /// <summary>Time to switch tasks in four ways.</summary>
    public LineChart PlotSwitching() => MeLoServer.PlotTimes([.. _runs.Where(run => run.Options.Kind == MeLoRunKind.Switching).Select(run => run.Measurements)], $"{Runs(MeLoRunKind.Switching)} stored runs");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Stored} of {Planned} trainings, {Runs(MeLoRunKind.Speed)} of {_plan.Widths.Count * MeLoPlan.Seeds.Count} timings and {Runs(MeLoRunKind.Switching)} of {MeLoPlan.Seeds.Count} switching runs at Demo scale are stored.{(Stored < Planned ? "\n./notebooks/sweep 06-melo --scale demo makes the rest." : "")}");

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    private string State => Stored == Planned ? "" : string.Create(CultureInfo.InvariantCulture, $"({Stored} of {Planned} runs so far)");

    private int Runs(MeLoRunKind kind) => _runs.Count(run => run.Options.Kind == kind);

    private bool IsComplete(string task) => MeLoPlan.Arms.All(arm => Aurocs(task, arm).Length == MeLoPlan.Seeds.Count);

    private BarSeries Bars(MeLoArm arm)
    {
        var estimates = _plan.Tasks.Select(task => Estimate(task.Task, arm)).ToArray();
        return new BarSeries(arm.Name, [.. estimates.Select(e => e?.Value ?? double.NaN)])
        {
            Low = [.. estimates.Select(e => e?.Low ?? double.NaN)],
            High = [.. estimates.Select(e => e?.High ?? double.NaN)],
            Dots = [.. _plan.Tasks.Select(task => Aurocs(task.Task, arm))],
        };
    }

    private Interval? Estimate(string task, MeLoArm arm) => Aurocs(task, arm) is { Length: > 0 } values ? Statistics.Bootstrap(values, new Random(ResamplingSeed)) : null;

    private double[] Aurocs(string task, MeLoArm arm) => Numbers(task, arm, MeLoFit.TestRow, MeLoFit.AurocColumn);

    private double[] Numbers(string task, MeLoArm arm, string row, string column) =>
    [
        .. _runs.Where(run => run.Options.Kind == MeLoRunKind.Fit && run.Options.Task == task && run.Options.Mode == arm.Mode && run.Options.Rank == arm.Rank)
            .Select(run => Find(run, row, column)).OfType<double>(),
    ];

    private double Timed(int width, string row, string column) =>
        Mean(_runs.Where(run => run.Options.Kind == MeLoRunKind.Speed && run.Options.Width == width).Select(run => Find(run, row, column)).OfType<double>());

    private static double? Find(RunRecord<MeLoRunOptions>? run, string row, string column) =>
        run?.Measurements.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value;

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    private static double? Number(double value) => double.IsNaN(value) ? null : value;
}
