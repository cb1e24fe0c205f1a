using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using static RobustVlm.Experiments.Plots.StoredCharts;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>The sweep's stored runs at Demo scale, as plots and tables. What is not stored yet leaves a gap.</summary>
public sealed class PmgAftRuns
{
    private const int ResamplingSeed = 1;

    private static readonly PmgAftArm[] s_scored =
    [
        PmgAftArm.Original, PmgAftArm.FineTuneClean, PmgAftArm.FineTuneAdversarial, PmgAftArm.TeCoA, PmgAftArm.Fare, PmgAftArm.PmgAft,
        PmgAftArm.General, PmgAftArm.Clean, PmgAftArm.Trades, PmgAftArm.PmgAftRepository, PmgAftArm.PadPrompt, PmgAftArm.TokenPrompt,
    ];

    private static readonly PmgAftArm[] s_perSet = [PmgAftArm.Original, PmgAftArm.FineTuneAdversarial, PmgAftArm.TeCoA, PmgAftArm.Fare, PmgAftArm.PmgAft];

    private readonly Lab _lab;
    private readonly PmgAftPlan _plan = PmgAftPlan.For(Scale.Demo);
    private readonly RunRecord<PmgAftRunOptions>[] _runs;

    internal PmgAftRuns(Lab lab)
    {
        _lab = lab;
        var checkpoint = ShippedCheckpoints.HashOf(lab, ShippedCheckpoints.MiniClipName);
        var store = lab.IsPublishing ? lab.Store.Published : lab.Store;   // what is published rests on what is published
        _runs = [.. store.ReadAll<PmgAftRunOptions>(PmgAftSweep.Id)
            .Where(run => run.MethodVersion == PmgAftSweep.Version && run.Environment.Scale == Scale.Demo && run.Checkpoints.Values.All(hash => hash == checkpoint))];
    }

    /// <summary>Budgets of the training attacks, in grey levels of 255.</summary>
    public static IReadOnlyList<double> Budgets => PmgAftPlan.Epsilons;

    /// <summary>Clean and robust accuracy of every method, mean over the fifteen zero-shot sets.</summary>
    public ResultTable Scores => ResultTable
        .From(PmgAftPlan.Epsilons.SelectMany(epsilon => s_scored.Where(arm => Fits(arm, epsilon).Length > 0).Select(arm => new
        {
            Budget = PmgAftScores.Grey(epsilon),
            Method = PmgAftPlan.NameOf(arm),
            Seeds = Fits(arm, epsilon).Length,
            Clean = Print(arm, epsilon, PmgAftScores.MeanRow, PmgAftScores.CleanColumn),
            Robust = Print(arm, epsilon, PmgAftScores.MeanRow, PmgAftScores.Robust(epsilon)),
            Both = Print(arm, epsilon, PmgAftScores.MeanRow, PmgAftScores.Both(epsilon)),
            SourceClean = Print(arm, epsilon, ZeroShotPictures.Source.Name, PmgAftScores.CleanColumn),
            SourceRobust = Print(arm, epsilon, ZeroShotPictures.Source.Name, PmgAftScores.Robust(epsilon)),
            Distance = Print(arm, epsilon, PmgAftFit.DriftRow, PmgAftFit.DistanceColumn, new EstimateFormat(2)),
        })))
        .Rename("Clean", "15 sets, clean").Rename("Robust", "15 sets, robust").Rename("Both", "Mean of both").Rename("SourceClean", "Source, clean").Rename("SourceRobust", "Source, robust").Rename("Distance", "Weights moved by")
        .WithCaption($"Zero-shot accuracy, mean of the seeds with 95 % bootstrap interval {State}".TrimEnd())
        .WithFootnotes("PGD-20 at the training budget. CLIP and FT-Clean are trained without attack; the same models stand under both budgets.",
            string.Create(CultureInfo.InvariantCulture, $"Guessing would reach {100 * Guessing:0.0} % on the mean of the fifteen sets."));

    /// <summary>Clean against robust accuracy: one point per method and seed.</summary>
    /// <param name="epsilon">One of <see cref="Budgets"/>.</param>
    public LineChart PlotScatter(double epsilon)
    {
        Check(epsilon);
        return new LineChart
        {
            Title = $"Clean against robust at {PmgAftScores.Grey(epsilon)}, mean of 15 sets; a point per seed {State}",
            XTitle = "clean accuracy (%)",
            YTitle = $"robust accuracy at {PmgAftScores.Grey(epsilon)} (%)",
            Series = [.. s_scored.Select(arm => new LineSeries(
                PmgAftPlan.NameOf(arm),
                [.. Values(arm, epsilon, PmgAftScores.MeanRow, PmgAftScores.CleanColumn).Select(value => 100 * value)],
                [.. Values(arm, epsilon, PmgAftScores.MeanRow, PmgAftScores.Robust(epsilon)).Select(value => 100 * value)])
            { Unconnected = true, Color = Palette.Of(PmgAftPlan.NameOf(arm)) }).Where(series => series.X.Count > 0)],
            Width = 860,
            Height = 520,
        }.OrGap();
    }

    /// <summary>Accuracy on every set, with the source set first and what guessing would reach.</summary>
    /// <param name="epsilon">One of <see cref="Budgets"/>.</param>
    /// <param name="robust">Whether under attack; else without.</param>
    public BarChart PlotSets(double epsilon, bool robust)
    {
        Check(epsilon);
        var column = robust ? PmgAftScores.Robust(epsilon) : PmgAftScores.CleanColumn;
        var worlds = ZeroShotPictures.ZeroShot.Prepend(ZeroShotPictures.Source).ToArray();
        return new BarChart
        {
            Title = $"{(robust ? $"Robust at {PmgAftScores.Grey(epsilon)}" : $"Clean, trained at {PmgAftScores.Grey(epsilon)}")}: every set, mean of the seeds with 95 % interval {State}",
            YTitle = robust ? "robust accuracy (%)" : "clean accuracy (%)",
            PercentY = true,
            YRange = (0, 1),
            Categories = [.. worlds.Select(world => world == ZeroShotPictures.Source ? $"{world.Name} (source)" : world.Classes.Count == 2 ? $"{world.Name} (2 classes)" : world.Name)],
            Series =
            [
                .. s_perSet.Select(arm =>
                {
                    var estimates = worlds.Select(world => Estimate(Values(arm, epsilon, world.Name, column))).ToArray();
                    return Bars(PmgAftPlan.NameOf(arm), estimates) with { Color = Palette.Of(PmgAftPlan.NameOf(arm)) };
                }),
                new BarSeries("guessing", [.. worlds.Select(world => 1.0 / world.Classes.Count)]) { Color = "#C9C9C9" },
            ],
            Width = 1180,
            Height = 480,
        };
    }

    /// <summary>Sets in which a model mostly gives one answer, whatever it sees: there, accuracy under attack means little.</summary>
    /// <param name="epsilon">One of <see cref="Budgets"/>.</param>
    public ResultTable OneAnswer(double epsilon)
    {
        Check(epsilon);
        return ResultTable.From(ZeroShotPictures.ZeroShot.Select(world =>
        {
            string Largest(PmgAftArm arm) => Estimate(Values(arm, epsilon, world.Name, PmgAftScores.LargestColumn)) is { } share ? share.Value.ToString("P0", CultureInfo.InvariantCulture) : "–";
            return new { Set = world.Name, Guessing = 1.0 / world.Classes.Count, Clip = Largest(PmgAftArm.Original), TeCoA = Largest(PmgAftArm.TeCoA), PmgAft = Largest(PmgAftArm.PmgAft), Fare = Largest(PmgAftArm.Fare) };
        }))
        .AsPercent("Guessing").Rename("Clip", "CLIP").Rename("PmgAft", "PMG-AFT").Rename("Fare", "FARE").Rename("Guessing", "A balanced set's share")
        .WithCaption($"Share of the most frequent answer on clean pictures, trained at {PmgAftScores.Grey(epsilon)}: near 100 %, the model says one thing to everything");
    }

    /// <summary>Accuracy against the budget of the attack, one seed.</summary>
    public LineChart PlotBudgets()
    {
        double[] places = [0, .. PmgAftPlan.Curve];
        return new LineChart
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"Accuracy against budget, mean of 15 sets, PGD-{_plan.AttackSteps}, seed {PmgAftPlan.ExtraSeed}"),
            XTitle = "budget of the attack (grey levels of 255)",
            XScale = AxisScale.Categorical,
            Categories = [.. places.Select(place => place == 0 ? "clean" : place.ToString(CultureInfo.InvariantCulture))],
            YTitle = "accuracy (%)",
            PercentY = true,
            Series = [.. PmgAftPlan.Attacked.Where(entry => AttackRun(entry.Arm, entry.Epsilon) is not null).Select(entry =>
            {
                var run = AttackRun(entry.Arm, entry.Epsilon);
                var name = PmgAftPlan.NameOf(entry.Arm);
                return new LineSeries(
                    entry.Arm == PmgAftArm.Original ? name : $"{name}, trained at {PmgAftScores.Grey(entry.Epsilon)}", places,
                    [.. places.Select(place => Find(run, PmgAftScores.MeanRow, place == 0 ? PmgAftScores.CleanColumn : PmgAftScores.Robust(place)) ?? double.NaN)])
                { Color = Palette.Of(name), Dashed = entry.Epsilon == PmgAftPlan.Epsilons[0] && entry.Arm != PmgAftArm.Original };
            })],
            References = [new ReferenceLine(Guessing, "guessing")],
            Width = 900,
        }.OrGap();
    }

    /// <summary>PMG-AFT without its divergences, with one of them, with both.</summary>
    public BarChart PlotAblation()
    {
        (string Label, double Epsilon, string Column)[] groups = [.. PmgAftPlan.Epsilons.SelectMany(epsilon => new[]
        {
            ($"clean, {PmgAftScores.Grey(epsilon)}", epsilon, PmgAftScores.CleanColumn),
            ($"robust, {PmgAftScores.Grey(epsilon)}", epsilon, PmgAftScores.Robust(epsilon)),
            ($"mean, {PmgAftScores.Grey(epsilon)}", epsilon, PmgAftScores.Both(epsilon)),
        })];
        (PmgAftArm Arm, string Name)[] arms = [(PmgAftArm.TeCoA, "CE alone (TeCoA)"), (PmgAftArm.General, "CE + general"), (PmgAftArm.Clean, "CE + clean"), (PmgAftArm.PmgAft, "all three (PMG-AFT)")];
        return new BarChart
        {
            Title = $"Ablation: mean of 15 sets, 95 % interval, a dot per seed {State}",
            XTitle = "accuracy and training budget",
            YTitle = "accuracy (%)",
            PercentY = true,
            Categories = [.. groups.Select(group => group.Label)],
            Series = [.. arms.Select(entry =>
            {
                var values = groups.Select(group => Values(entry.Arm, group.Epsilon, PmgAftScores.MeanRow, group.Column)).ToArray();
                return Bars(entry.Name, [.. values.Select(Estimate)]) with { Dots = values, Color = Palette.Of(PmgAftPlan.NameOf(entry.Arm)) };
            })],
            References = [new ReferenceLine(Guessing, "guessing")],
            Width = 960,
        };
    }

    /// <summary>Clean against robust accuracy as the learning rate grows, on the seed that settings were chosen on.</summary>
    public LineChart PlotLearningRates() => new LineChart
    {
        Title = string.Create(CultureInfo.InvariantCulture, $"Clean against robust over the learning rates {string.Join(", ", PmgAftPlan.LearningRates)}: mean of 15 sets, seed {PmgAftPlan.ChoosingSeed}"),
        XTitle = "clean accuracy (%)",
        YTitle = "robust accuracy at the training budget (%)",
        Series = [.. PmgAftPlan.Epsilons.SelectMany(epsilon => PmgAftPlan.Tuned.Select(arm =>
        {
            var tried = PmgAftPlan.LearningRates.Select(rate => Run(PmgAftPlan.ChoosingSeed, _plan.LearningRate(arm, epsilon, rate))).ToArray();
            double[] Over(string column) => [.. tried.Select(run => 100 * (Find(run, PmgAftScores.MeanRow, column) ?? double.NaN))];
            return new LineSeries($"{PmgAftPlan.NameOf(arm)}, {PmgAftScores.Grey(epsilon)}", Over(PmgAftScores.CleanColumn), Over(PmgAftScores.Robust(epsilon)))
            { Color = Palette.Of(PmgAftPlan.NameOf(arm)), Dashed = epsilon == PmgAftPlan.Epsilons[0] };
        })).Where(series => series.X.Any(double.IsFinite))],
        Width = 860,
    }.OrGap();

    /// <summary>The points of <see cref="PlotLearningRates"/>, and the source set by which the rate was chosen.</summary>
    public ResultTable LearningRates => ResultTable
        .From(PmgAftPlan.Epsilons.SelectMany(epsilon => PmgAftPlan.Tuned.SelectMany(arm => PmgAftPlan.LearningRates.Select(rate =>
        {
            var run = Run(PmgAftPlan.ChoosingSeed, _plan.LearningRate(arm, epsilon, rate));
            return new
            {
                Budget = PmgAftScores.Grey(epsilon),
                Method = PmgAftPlan.NameOf(arm),
                Rate = rate,
                Clean = Find(run, PmgAftScores.MeanRow, PmgAftScores.CleanColumn),
                Robust = Find(run, PmgAftScores.MeanRow, PmgAftScores.Robust(epsilon)),
                Source = Find(run, ZeroShotPictures.Source.Name, PmgAftScores.Robust(epsilon)),
            };
        }))))
        .AsPercent("Clean", "Robust", "Source").WithDecimals("Rate", 3)
        .Rename("Rate", "Learning rate").Rename("Clean", "15 sets, clean").Rename("Robust", "15 sets, robust").Rename("Source", "Source, robust")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"Learning rates, on seed {PmgAftPlan.ChoosingSeed}, which is reported nowhere else"));

    /// <summary>How often student and teacher are right on the attacked training pictures, over the training of PMG-AFT.</summary>
    /// <param name="epsilon">One of <see cref="Budgets"/>.</param>
    public LineChart PlotTeacher(double epsilon)
    {
        Check(epsilon);
        return new LineChart
        {
            Title = $"Who is right on the student's attacked training pictures, {PmgAftScores.Grey(epsilon)}; mean and range of the seeds {State}",
            XTitle = "training step",
            YTitle = "accuracy (%)",
            PercentY = true,
            YRange = (0, 1),
            Series = [.. new[] { ("student (PMG-AFT)", "accuracy", Palette.Of("PMG-AFT")), ("teacher (frozen CLIP)", "teacher accuracy", Palette.Of("CLIP")) }
                .Select(entry => Curve(PmgAftArm.PmgAft, epsilon, entry.Item1, entry.Item2, entry.Item3)).OfType<LineSeries>()],
            References = [new ReferenceLine(1.0 / ZeroShotPictures.Source.Classes.Count, "guessing")],
            Height = 400,
        }.OrGap();
    }

    /// <summary>How long the divergences' gradients were in the two forms of PMG-AFT, as multiples of cross-entropy's.</summary>
    public ResultTable ScaleTrap => ResultTable
        .From(new[] { PmgAftArm.PmgAft, PmgAftArm.PmgAftRepository }.SelectMany(arm => PmgAftFit.Divergences.Select(term => new
        {
            Form = PmgAftPlan.NameOf(arm),
            Divergence = term,
            Ratio = Print(arm, PmgAftPlan.Epsilons[0], PmgAftFit.GradientRow, PmgAftFit.RatioColumn(term), new EstimateFormat(2)),
            Clean = Print(arm, PmgAftPlan.Epsilons[0], PmgAftScores.MeanRow, PmgAftScores.CleanColumn),
            Robust = Print(arm, PmgAftPlan.Epsilons[0], PmgAftScores.MeanRow, PmgAftScores.Robust(PmgAftPlan.Epsilons[0])),
        })))
        .Rename("Ratio", "Gradient / cross-entropy's").Rename("Clean", "15 sets, clean").Rename("Robust", "15 sets, robust")
        .WithCaption($"Both forms trained at {PmgAftScores.Grey(PmgAftPlan.Epsilons[0])}: mean of the seeds with 95 % interval {State}".TrimEnd())
        .WithFootnotes("Gradients with respect to the cosines, mean over the second half of the training.");

    /// <summary>What stronger attacks and other losses leave, one seed: if PGD-20 were fooled by a masked gradient, another column would be far below it.</summary>
    public ResultTable Masking => ResultTable
        .From(PmgAftPlan.Attacked.Select(entry =>
        {
            var run = AttackRun(entry.Arm, entry.Epsilon);
            double? Left(string attack) => Find(run, PmgAftScores.MeanRow, PmgAftScores.Column(attack, entry.Epsilon));
            return new
            {
                Method = PmgAftPlan.NameOf(entry.Arm),
                Budget = PmgAftScores.Grey(entry.Epsilon),
                Pgd = Left(PmgAftScores.UsualAttack),
                Exact = Left(PmgAftScores.ExactAttack),
                Long = Left(PmgAftScores.LongAttack),
                Margin = Left(PmgAftScores.MarginAttack),
                Apgd = Left(PmgAftScores.AutoAttack),
                Large = Find(run, PmgAftScores.MeanRow, PmgAftScores.Robust(PmgAftPlan.Curve[^1])),
            };
        }))
        .AsPercent("Pgd", "Exact", "Long", "Margin", "Apgd", "Large")
        .Rename("Pgd", $"PGD-{_plan.AttackSteps}").Rename("Exact", $"PGD-{_plan.AttackSteps}, float32").Rename("Long", $"PGD-{_plan.StrongSteps}").Rename("Margin", $"PGD-{_plan.StrongSteps} on the margin")
        .Rename("Apgd", $"APGD-{_plan.StrongSteps}").Rename("Large", $"PGD-{_plan.AttackSteps} at {PmgAftScores.Grey(PmgAftPlan.Curve[^1])}")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"Robust accuracy, mean of 15 sets of {_plan.FewPictures} pictures, seed {PmgAftPlan.ExtraSeed}"))
        .WithFootnotes("An empty column under float32: on this machine gradients are float32 anyway, or the run is not stored yet.");

    /// <summary>E4, the paper's claim, in one sentence: PMG-AFT beats TeCoA only if all four parts hold at both budgets.</summary>
    public PmgAftVerdict Verdict => PmgAftVerdict.Of(_lab);

    /// <summary>Our means beside those of a re-run of the methods at the paper's size.</summary>
    public ResultTable BesideTheReRun => PmgAftReRuns.Beside(
        (arm, epsilon) => Estimate(Values(arm, epsilon, PmgAftScores.MeanRow, PmgAftScores.CleanColumn)),
        (arm, epsilon) => Estimate(Values(arm, epsilon, PmgAftScores.MeanRow, PmgAftScores.Robust(epsilon))));

    /// <summary>PMG-AFT against TeCoA in all re-runs that were found.</summary>
    public static ResultTable ReRuns => PmgAftReRuns.Table;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Stored} of {Planned} trainings, {PmgAftPlan.Attacked.Count(entry => AttackRun(entry.Arm, entry.Epsilon) is not null)} of {PmgAftPlan.Attacked.Count} runs of stronger attacks and {Rates} of {PlannedRates} learning rates at Demo scale are stored.{(Stored < Planned ? "\n./notebooks/sweep 07-pmg-aft --scale demo makes the rest." : "")}");

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    private static double Guessing => ZeroShotPictures.ZeroShot.Average(world => 1.0 / world.Classes.Count);

    // What the sweep makes of every seed.
    private static IEnumerable<(PmgAftArm Arm, double Epsilon)> PlannedFits =>
    [
        (PmgAftArm.Original, 0), (PmgAftArm.FineTuneClean, 0),
        .. PmgAftPlan.Epsilons.SelectMany(epsilon => PmgAftPlan.Main.Concat(PmgAftPlan.Ablation).Select(arm => (arm, epsilon))),
        (PmgAftArm.PmgAftRepository, PmgAftPlan.Epsilons[0]), (PmgAftArm.Trades, PmgAftPlan.Epsilons[0]),
    ];

    private static int Planned => PlannedFits.Count() * PmgAftPlan.Seeds.Count;

    private int Stored => PlannedFits.Sum(entry => Fits(entry.Arm, entry.Epsilon).Length);

    private static int PlannedRates => PmgAftPlan.Epsilons.Count * PmgAftPlan.Tuned.Count * PmgAftPlan.LearningRates.Count;

    private int Rates => PmgAftPlan.Epsilons.Sum(epsilon => PmgAftPlan.Tuned.Sum(arm => PmgAftPlan.LearningRates.Count(rate => Run(PmgAftPlan.ChoosingSeed, _plan.LearningRate(arm, epsilon, rate)) is not null)));

    private string State => Stored == Planned ? "" : string.Create(CultureInfo.InvariantCulture, $"({Stored} of {Planned} runs so far)");

    private static void Check(double epsilon)
    {
        if (!PmgAftPlan.Epsilons.Contains(epsilon))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"Models were trained at {string.Join(" and ", PmgAftPlan.Epsilons.Select(PmgAftScores.Grey))}; choose one of them.");
        }
    }

    private LineSeries? Curve(PmgAftArm arm, double epsilon, string name, string curve, string color)
    {
        var runs = Fits(arm, epsilon).Select(run => run.Measurements.Where(number => number.Row == PmgAftFit.CurvePrefix + curve)
            .ToDictionary(number => double.Parse(number.Column, CultureInfo.InvariantCulture), number => number.Value)).Where(points => points.Count > 0).ToArray();
        if (runs.Length == 0)
        {
            return null;
        }

        double[] steps = [.. runs.SelectMany(points => points.Keys).Distinct().Order().Where(step => runs.All(points => points.ContainsKey(step)))];
        double[] Over(Func<IEnumerable<double>, double> combine) => [.. steps.Select(step => combine(runs.Select(points => points[step])))];
        return new LineSeries(name, steps, Over(values => values.Average())) { Low = Over(values => values.Min()), High = Over(values => values.Max()), Color = color };
    }

    private string Print(PmgAftArm arm, double epsilon, string row, string column, EstimateFormat? format = null) =>
        Estimate(Values(arm, epsilon, row, column)) is { } estimate ? (format ?? new EstimateFormat(1, InPercent: true)).Print(estimate) : "–";

    private static Interval? Estimate(double[] values) => values.Length > 0 ? Statistics.Bootstrap(values, new Random(ResamplingSeed)) : null;

    private double[] Values(PmgAftArm arm, double epsilon, string row, string column) => [.. Fits(arm, epsilon).Select(run => Find(run, row, column)).OfType<double>()];

    private RunRecord<PmgAftRunOptions>[] Fits(PmgAftArm arm, double epsilon) =>
        [.. PmgAftPlan.Seeds.Select(seed => Run(seed, _plan.Fit(arm, PmgAftPlan.IsTrainedByAttack(arm) ? epsilon : 0))).OfType<RunRecord<PmgAftRunOptions>>()];

    private RunRecord<PmgAftRunOptions>? AttackRun(PmgAftArm arm, double epsilon) => Run(PmgAftPlan.ExtraSeed, _plan.Attacks(arm, epsilon));

    private RunRecord<PmgAftRunOptions>? Run(ulong seed, PmgAftRunOptions options) => _runs.FirstOrDefault(run => run.Environment.Seed == seed && run.Options == options);

    private static double? Find(RunRecord<PmgAftRunOptions>? run, string row, string column) =>
        run?.Measurements.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value;
}
