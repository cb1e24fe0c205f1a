using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>The sweep's stored runs at Demo scale, as plots and tables. What is not stored yet leaves a gap.</summary>
public sealed class PrivacyRuns
{
    private const int ResamplingSeed = 1;
    private const double Guessing = 0.5;

    // What the training runs store for every checkpoint.
    private static readonly string[] s_curves = ["loss, t = 100", PrivacyScores.SecMiName, "PIA", "SimA, t = 50", "ReDiffuse", PrivacyScores.LastImage, "GAN-Leaks", PrivacyScores.Trajectory];

    private readonly PrivacyPlan _plan = PrivacyPlan.For(Scale.Demo);
    private readonly RunRecord<PrivacyRunOptions>[] _runs;

    internal PrivacyRuns(Lab lab)
    {
        var checkpoint = ShippedCheckpoints.HashOf(lab, ShippedCheckpoints.AutoencoderName);
        var store = lab.IsPublishing ? lab.Store.Published : lab.Store;   // what is published rests on what is published
        _runs = [.. store.ReadAll<PrivacyRunOptions>(PrivacySweep.Id)
            .Where(run => run.MethodVersion == PrivacySweep.Version && run.Environment.Scale == Scale.Demo && PrivacyPlan.Seeds.Contains(run.Environment.Seed)
                && run.Checkpoints.Values.All(hash => hash == checkpoint) && Planned.Contains(run.Options))];
    }

    /// <summary>Every attack at the checkpoint that the loss chose and at the last one, and where there is nothing to find.</summary>
    public ResultTable Scores => ResultTable
        .From(PrivacyScores.AllAttacks.Select(name => new
        {
            Attack = name,
            Untrained = Print(PrivacyFit.Untrained, PrivacyScores.Auc(name)),
            Other = Print(PrivacyFit.OtherData, PrivacyScores.Auc(name)),
            Chosen = Print(PrivacyFit.Chosen, PrivacyScores.Auc(name)),
            Last = Print(PrivacyFit.Last, PrivacyScores.Auc(name)),
            Found = Print(PrivacyFit.Last, PrivacyScores.Found(name), new EstimateFormat(0, InPercent: true)),
        }))
        .Rename("Untrained", "AUC, untrained model").Rename("Other", "AUC, neither half was trained on").Rename("Chosen", "AUC, chosen checkpoint").Rename("Last", "AUC, last checkpoint").Rename("Found", "Found at 5 % false alarms, last")
        .WithCaption($"Mean of the seeds with 95 % bootstrap interval {State}".TrimEnd())
        .WithFootnotes("0.5 is guessing. The first two columns are controls: there is nothing to find.");

    /// <summary>How much the models memorised: losses, gap and quality of samples at every checkpoint.</summary>
    public ResultTable Memorisation => ResultTable
        .From(Checkpoints.Select(i => new
        {
            Checkpoint = i == 0 ? PrivacyFit.Untrained : PrivacyFit.Checkpoint(i),
            Epochs = Epochs(i),
            Members = Print(Row(i), PrivacyScores.MemberLoss),
            HeldOut = Print(Row(i), PrivacyScores.HeldOutLoss),
            Gap = Print(Row(i), PrivacyScores.Gap, new EstimateFormat(2)),
            Quality = Print(Row(i), PrivacyScores.Quality, new EstimateFormat(2)),
            Chosen = Trainings.Count(run => Find(run, PrivacyFit.FitRow, "chosen checkpoint") == i),
        }))
        .Rename("Members", "Loss, members").Rename("HeldOut", "Loss, others").Rename("Gap", "Others / members").Rename("Quality", "Energy distance of samples").Rename("Chosen", "Chosen by seeds")
        .WithCaption($"Loss at t = 100 and quality of samples over the training {State}".TrimEnd())
        .WithFootnotes(string.Create(CultureInfo.InvariantCulture, $"Chosen: the first checkpoint whose ratio reaches {PrivacyPlan.ChosenGap} on one half of the candidates, the last if none does. Energy distance: lower is better."));

    /// <summary>ROC curves, mean of the seeds.</summary>
    /// <param name="last">Whether of the last checkpoint; else of the chosen one.</param>
    public LineChart PlotRoc(bool last = true) => Gapped(new LineChart
    {
        Title = $"Members found against false alarms, {(last ? "last" : "chosen")} checkpoint, mean of the seeds {State}".TrimEnd(),
        XTitle = "others taken for members (%)",
        YTitle = "members found (%)",
        PercentY = true,
        YRange = (0, 1),
        Series =
        [
            .. s_curves.Select(name => new LineSeries(name, [.. PrivacyScores.FalseAlarms.Select(share => 100 * share), 100],
                [.. PrivacyScores.FalseAlarms.Select(share => Mean(Trainings.Select(run => Find(run, PrivacyScores.RocPrefix + CheckpointRow(run, last), PrivacyScores.RocPoint(name, share))))), 1])
            { Color = Palette.Of(name), Markers = false }).Where(series => double.IsFinite(series.Y[0])),
            new LineSeries("guessing", [0, 100], [0, 1]) { Dashed = true, Markers = false, Color = "#9A9A9A" },
        ],
        Width = 900,
    });

    /// <summary>AUC against the epochs of training.</summary>
    public LineChart PlotEpochs() => Gapped(new LineChart
    {
        Title = $"AUC against the epochs, {_plan.SetSizes[0]} members: mean and range {State}".TrimEnd(),
        XTitle = "epochs of training",
        XScale = AxisScale.Categorical,
        Categories = [.. Checkpoints.Select(i => Epochs(i).ToString(CultureInfo.InvariantCulture))],
        YTitle = "AUC",
        Series = [.. s_curves.Select(name => Line(name, Checkpoints.Select(i => (Epochs(i), Values(Row(i), PrivacyScores.Auc(name))))))],
        References = [new ReferenceLine(Guessing, "guessing")],
        Width = 900,
    });

    /// <summary>AUC against the number of members, at the same number of steps.</summary>
    public LineChart PlotSetSizes() => Gapped(new LineChart
    {
        Title = string.Create(CultureInfo.InvariantCulture, $"AUC against the members, {_plan.Steps} steps: mean and range {State}").TrimEnd(),
        XTitle = "members",
        XScale = AxisScale.Categorical,
        Categories = [.. _plan.SetSizes.Select(size => size.ToString(CultureInfo.InvariantCulture))],
        YTitle = "AUC",
        Series = [.. s_curves.Select(name => Line(name, _plan.SetSizes.Select(size => ((double)size, Sized(size, PrivacyScores.Auc(name))))))],
        References = [new ReferenceLine(Guessing, "guessing")],
        Width = 900,
    });

    /// <summary>AUC of the loss attack against the noise level, last checkpoint.</summary>
    public LineChart PlotLevels() => Gapped(new LineChart
    {
        Title = $"Loss attack by noise level, last checkpoint: mean and range {State}".TrimEnd(),
        XTitle = "noise level t, of 1000",
        XScale = AxisScale.Categorical,
        Categories = [.. PrivacyPlan.Levels.Select(level => level.ToString(CultureInfo.InvariantCulture))],
        YTitle = "AUC",
        Series = [Line("loss, t = 100", PrivacyPlan.Levels.Select(level => ((double)level, Values(PrivacyFit.Last, PrivacyScores.Auc(PrivacyScores.CurveName(level)))))) with { Name = "loss" }],
        References = [new ReferenceLine(Guessing, "guessing")],
        Height = 380,
    });

    /// <summary>AUC of every distance at every step by itself, chosen checkpoint, mean of the seeds.</summary>
    /// <param name="stepSweep">Whether of runs of 1, 2, 4, ... steps; else of the previews of one run.</param>
    public ResultTable HeatMap(bool stepSweep = false)
    {
        var name = stepSweep ? PrivacyScores.TrajectorySweep : PrivacyScores.Trajectory;
        var points = Trainings.SelectMany(run => run.Measurements.Where(number => number.Row == $"{PrivacyScores.HeatPrefix}{name}, {CheckpointRow(run, last: false)}"))
            .Select(number => new { Measure = number.Column[..number.Column.LastIndexOf(", ", StringComparison.Ordinal)], Step = PrivacyScores.HeadOf(number.Column[(number.Column.LastIndexOf(", ", StringComparison.Ordinal) + 2)..]), Auc = number.Value }).ToArray();
        var caption = $"{name}: AUC of one distance at one step, chosen checkpoint, mean of the seeds {State}".TrimEnd();
        return points.Length == 0
            ? ResultTable.From([new { Measure = "no stored run yet", Step = "–" }]).WithCaption(caption)
            : ResultTable.From(points).WithDecimals("Auc", 2).Pivot("Measure", "Step", "Auc", Enumerable.Average).WithCaption(caption);
    }

    /// <summary>What must be at chance, and the test of whole sets.</summary>
    public ResultTable Controls => ResultTable
        .From(new (string Name, string Row, string Column, string Should)[]
        {
            ("trajectory attack, untrained model", PrivacyFit.Untrained, PrivacyScores.Auc(PrivacyScores.Trajectory), "0.5"),
            ("trajectory attack, neither half was trained on", PrivacyFit.OtherData, PrivacyScores.Auc(PrivacyScores.Trajectory), "0.5"),
            ("trajectory attack, shuffled labels", PrivacyFit.Chosen, PrivacyScores.Auc(PrivacyScores.Shuffled + PrivacyScores.Trajectory), "0.5"),
            ("blind classifier: picture and caption, no model", PrivacyScores.Blind, PrivacyScores.Auc(PrivacyScores.Blind), "0.5"),
            ("all members as one set, p value", PrivacyFit.Chosen, PrivacyScores.SetP, "below 0.01"),
            ("sets without members, distance of p values from uniform", PrivacyFit.Chosen, PrivacyScores.NullDistance, "at most 0.21"),
        }.Select(entry => new { Control = entry.Name, Should = entry.Should, Is = Print(entry.Row, entry.Column, new EstimateFormat(3)) })
            .Append(new { Control = "blind classifier, the seed farthest from 0.5", Should = "0.5 ± 0.08", Is = Farthest(PrivacyScores.Blind, PrivacyScores.Auc(PrivacyScores.Blind)) }))
        .Rename("Should", "Should be").WithCaption($"Controls, mean of the seeds with 95 % interval {State}".TrimEnd());

    /// <summary>What three defences and more members do to the attacks.</summary>
    public BarChart PlotDefences()
    {
        var arms = Defences;
        return new BarChart
        {
            Title = $"Defences: AUC of three attacks, 95 % interval, a dot per seed {State}".TrimEnd(),
            YTitle = "AUC",
            YRange = (0, 1),
            Categories = [.. arms.Select(arm => arm.Name)],
            Series = [.. new[] { "loss, t = 100", "ReDiffuse", PrivacyScores.Trajectory }.Select(name =>
            {
                var values = arms.Select(arm => arm.Of(PrivacyScores.Auc(name))).ToArray();
                var estimates = values.Select(Estimate).ToArray();
                return new BarSeries(name, [.. estimates.Select(e => e?.Value ?? double.NaN)])
                {
                    Low = [.. estimates.Select(e => e?.Low ?? double.NaN)],
                    High = [.. estimates.Select(e => e?.High ?? double.NaN)],
                    Dots = values,
                    Color = Palette.Of(name),
                };
            })],
            References = [new ReferenceLine(Guessing, "guessing")],
            Width = 960,
        };
    }

    /// <summary>What a defence costs beside what it wins.</summary>
    public ResultTable DefenceCosts => ResultTable
        .From(Defences.Select(arm => new
        {
            Training = arm.Name,
            Loss = Print(arm.Of(PrivacyScores.Auc("loss, t = 100"))),
            Trajectory = Print(arm.Of(PrivacyScores.Auc(PrivacyScores.Trajectory))),
            HeldOut = Print(arm.Of(PrivacyScores.HeldOutLoss), new EstimateFormat(3)),
            Quality = Print(arm.Of(PrivacyScores.Quality), new EstimateFormat(2)),
        }))
        .Rename("Loss", "AUC, loss").Rename("Trajectory", "AUC, trajectory").Rename("HeldOut", "Loss of others").Rename("Quality", "Energy distance of samples")
        .WithCaption($"Win and cost of a defence {State}".TrimEnd())
        .WithFootnotes("Energy distance between generated and held-out pictures: lower is better. Low-rank updates start from a model that was trained on public pictures of the same kind.");

    /// <summary>Our numbers beside those that were published for other models.</summary>
    public ResultTable BesideThePaper => ResultTable
        .From(new (string Attack, string Published, string Where, string? Ours)[]
        {
            ("trajectory attack", "about 0.60", "Stable Diffusion v2, abstract of the paper", PrivacyScores.Trajectory),
            ("PIA", "0.638", "Stable Diffusion v1-5, matched non-members (SimA's re-run, second-hand)", "PIA"),
            ("loss", "0.847", "DDPM on CIFAR-10 (SimA's re-run, second-hand)", "loss, t = 100"),
            ("SecMI", "0.897", "DDPM on CIFAR-10 (SimA's re-run, second-hand)", PrivacyScores.SecMiName),
            ("PIA", "0.919", "DDPM on CIFAR-10 (SimA's re-run, second-hand)", "PIA"),
            ("PFAMI", "0.803", "DDPM on CIFAR-10 (SimA's re-run, second-hand)", "PFAMI"),
            ("SimA", "0.905", "DDPM on CIFAR-10 (SimA's re-run, second-hand)", "SimA, t = 50"),
            ("ReDiffuse", "0.96", "DDPM on CIFAR-10 (second-hand)", "ReDiffuse"),
        }.Select(entry => new
        {
            Attack = entry.Attack,
            Published = entry.Published,
            Model = entry.Where,
            Chosen = Print(PrivacyFit.Chosen, PrivacyScores.Auc(entry.Ours!)),   // not null: every row names one
            Last = Print(PrivacyFit.Last, PrivacyScores.Auc(entry.Ours!)),
        }))
        .Rename("Published", "Published AUC").Rename("Chosen", "Ours, chosen checkpoint").Rename("Last", "Ours, last checkpoint")
        .WithCaption($"AUC beside published ones: other models, other data; compare order and size, not digits {State}".TrimEnd());

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_runs.Length} of {Expected} runs at Demo scale are stored.{(_runs.Length < Expected ? "\n./notebooks/sweep 08-privacy --scale demo makes the rest." : "")}");

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    private IReadOnlyList<PrivacyRunOptions> Planned =>
    [
        _plan.Training(), .. _plan.SetSizes.Skip(1).Select(_plan.SetSize),
        .. Enum.GetValues<PrivacyDefence>().Where(defence => defence != PrivacyDefence.None).Select(_plan.Defended),
    ];

    private int Expected => Planned.Count * PrivacyPlan.Seeds.Count;

    private string State => _runs.Length == Expected ? "" : _runs.Length == 0 ? "(no run is stored yet)" : string.Create(CultureInfo.InvariantCulture, $"({_runs.Length} of {Expected} runs so far)");

    private RunRecord<PrivacyRunOptions>[] Trainings => Of(_plan.Training());

    private IEnumerable<int> Checkpoints => Enumerable.Range(0, _plan.Checkpoints + 1);

    private (string Name, Func<string, double[]> Of)[] Defences =>
    [
        ("none", column => Values(PrivacyFit.Last, column)),
        ("early stopping", column => Values(PrivacyFit.Checkpoint(1), column)),
        ("augmentation", column => Values(Of(_plan.Defended(PrivacyDefence.Augmentation)), PrivacyFit.Last, column)),
        ("low-rank updates", column => Values(Of(_plan.Defended(PrivacyDefence.LowRank)), PrivacyFit.Last, column)),
        (string.Create(CultureInfo.InvariantCulture, $"{_plan.SetSizes[^1]} members"), column => Sized(_plan.SetSizes[^1], column)),
    ];

    private double Epochs(int checkpoint) => (double)PrivacyPlan.CheckpointsOf(_plan.Training())[checkpoint] * _plan.BatchSize / _plan.SetSizes[0];

    // The last checkpoint has its numbers under its own name for the curves.
    private static string Row(int checkpoint) => checkpoint == 0 ? PrivacyFit.Untrained : PrivacyFit.Checkpoint(checkpoint);

    private string CheckpointRow(RunRecord<PrivacyRunOptions> run, bool last) => Row(last ? _plan.Checkpoints : (int)(Find(run, PrivacyFit.FitRow, "chosen checkpoint") ?? _plan.Checkpoints));

    private double[] Sized(int members, string column) => Values(Of(members == _plan.SetSizes[0] ? _plan.Training() : _plan.SetSize(members)), PrivacyFit.Last, column);

    private RunRecord<PrivacyRunOptions>[] Of(PrivacyRunOptions options) => [.. _runs.Where(run => run.Options == options)];

    private double[] Values(string row, string column) => Values(Trainings, row, column);

    private static double[] Values(RunRecord<PrivacyRunOptions>[] runs, string row, string column) => [.. runs.Select(run => Find(run, row, column)).OfType<double>()];

    private string Print(string row, string column, EstimateFormat? format = null) => Print(Values(row, column), format);

    private string Farthest(string row, string column) => Values(row, column) is { Length: > 0 } values
        ? values.MaxBy(value => Math.Abs(value - 0.5)).ToString("0.000", CultureInfo.InvariantCulture) : "–";

    private static string Print(double[] values, EstimateFormat? format = null) => Estimate(values) is { } estimate ? (format ?? new EstimateFormat(2)).Print(estimate) : "–";

    private static Interval? Estimate(double[] values) => values.Length > 0 ? Statistics.Bootstrap(values, new Random(ResamplingSeed)) : null;

    private static double Mean(IEnumerable<double?> values) => values.OfType<double>().DefaultIfEmpty(double.NaN).Average();

    private static LineSeries Line(string name, IEnumerable<(double X, double[] Values)> points)
    {
        var all = points.ToArray();
        double[] Over(Func<double[], double> combine) => [.. all.Select(point => point.Values.Length > 0 ? combine(point.Values) : double.NaN)];
        return new LineSeries(name, [.. all.Select(point => point.X)], Over(values => values.Average())) { Low = Over(values => values.Min()), High = Over(values => values.Max()), Color = Palette.Of(name) };
    }

    // A band needs finite edges, and a chart a finite number; lines without a run are left out and one stands for them.
    private static LineChart Gapped(LineChart chart) => chart.Series.Where(series => series.Y.Any(double.IsFinite)).ToArray() is { Length: > 0 } drawn
        ? chart with { Series = drawn }
        : chart with { Series = [new LineSeries("no stored run yet", chart.Series[0].X, [.. chart.Series[0].X.Select(_ => double.NaN)])], YRange = (0, 1) };

    private static double? Find(RunRecord<PrivacyRunOptions> run, string row, string column) =>
        run.Measurements.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value;
}
