using System.Globalization;
using RobustVlm.Data.Corruptions;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;
using static RobustVlm.Experiments.Plots.StoredCharts;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>The sweep's stored runs at Demo scale, as plots and tables. What is not stored yet leaves a gap.</summary>
public sealed class NullspaceRuns
{
    private static readonly EstimateFormat s_percent = new(1, InPercent: true);
    private static readonly NullspaceArm[] s_few = [NullspaceArm.None, NullspaceArm.Control, NullspaceArm.RandomNoise, NullspaceArm.Nullspace, NullspaceArm.Madry, NullspaceArm.Trades];
    private static readonly string[] s_kinds = [NullspaceAnalysis.Learned, NullspaceAnalysis.InTokens, NullspaceAnalysis.Permuted, NullspaceAnalysis.Drawn];

    private readonly NullspacePlan _plan = NullspacePlan.For(Scale.Demo);
    private readonly StoredRuns<NullspaceRunOptions> _runs;

    internal NullspaceRuns(Lab lab)
    {
        var store = lab.IsPublishing ? lab.Store.Published : lab.Store;   // what is published rests on what is published
        _runs = new StoredRuns<NullspaceRunOptions>(
            store.ReadAll<NullspaceRunOptions>(NullspaceSweep.Id).Where(run => run.MethodVersion == NullspaceSweep.Version && run.Environment.Scale == Scale.Demo), NullspacePlan.Seeds);
    }

    /// <summary>Answers that stay under a learned noise and its controls of the same length, against lambda.</summary>
    public LineChart PlotControls() => new LineChart
    {
        Title = $"Learned noise and three controls of its length: mean and range of the seeds {State}".TrimEnd(),
        XTitle = "lambda, the worth of length",
        XScale = AxisScale.Log,
        YTitle = "answers that stay, new pictures (%)",
        PercentY = true,
        YRange = (0, 1),
        Series = [.. s_kinds.Select(kind => Over(kind, NullspacePlan.Lambdas, lambda => (NullspaceAnalysis.LambdaRow(lambda), Column(NullspaceAnalysis.AgreementColumn, kind)))).OfType<LineSeries>()],
    }.OrGap();

    /// <summary>Length of the learned noise against lambda.</summary>
    public LineChart PlotNorm() => new LineChart
    {
        Title = $"The more length is worth, the longer the noise: mean and range of the seeds {State}".TrimEnd(),
        XTitle = "lambda, the worth of length",
        XScale = AxisScale.Log,
        YTitle = "length of the learned noise",
        Series = [.. new[] { Over(NullspaceAnalysis.Learned, NullspacePlan.Lambdas, lambda => (NullspaceAnalysis.LambdaRow(lambda), NullspaceAnalysis.NormColumn)) }.OfType<LineSeries>()],
        Height = 400,
    }.OrGap();

    /// <summary>How far the probabilities move under multiples of a noise that was learned with epsilon.</summary>
    public LineChart PlotScaling() => new LineChart
    {
        Title = $"Multiples of a noise learned with epsilon {NullspacePlan.Epsilon}: mean and range {State}".TrimEnd(),
        XTitle = "multiple of the noise",
        YTitle = "squared distance of the probabilities",
        Series = [.. new[] { Over(NullspaceAnalysis.Learned, NullspacePlan.Factors, factor => (NullspaceAnalysis.ScalingRow, Text(factor))) }.OfType<LineSeries>()],
        References = [new ReferenceLine(NullspacePlan.Epsilon, "epsilon")],
        Height = 400,
    }.OrGap();

    /// <summary>How far the probabilities move between two noises that were learned with epsilon.</summary>
    public LineChart PlotMixing() => new LineChart
    {
        Title = $"Between two noises learned with epsilon {NullspacePlan.Epsilon}: mean and range {State}".TrimEnd(),
        XTitle = "share of the first noise",
        YTitle = "squared distance of the probabilities",
        Series = [.. new[] { Over(NullspaceAnalysis.Learned, NullspacePlan.Shares, share => (NullspaceAnalysis.MixedRow, Text(share))) }.OfType<LineSeries>()],
        References = [new ReferenceLine(NullspacePlan.Epsilon, "epsilon"), new ReferenceLine(2 * NullspacePlan.Epsilon, "twice epsilon")],
        Height = 400,
    }.OrGap();

    /// <summary>The search with epsilon from starts of several sizes.</summary>
    public ResultTable Starts => ResultTable
        .From(NullspacePlan.Limits.Select(limit =>
        {
            var row = NullspaceAnalysis.LimitRow(limit);
            double? Mean(string column) => _runs.Values(_plan.Analysis(), row, column) is { Length: > 0 } values ? values.Average() : null;
            return new
            {
                Limit = limit,
                Start = Mean("length at the start"),
                Length = Mean(NullspaceAnalysis.NormColumn),
                Steps = Mean("steps"),
                Stopped = Mean("stopped early"),
                Batch = Mean("probability distance of the last batch of the search"),
                New = Mean(NullspaceAnalysis.ErrorColumn),
                Kept = Mean(NullspaceAnalysis.AgreementColumn),
                Permuted = Mean(NullspaceAnalysis.Of(NullspaceAnalysis.AgreementColumn, NullspaceAnalysis.Permuted)),
            };
        }))
        .WithDecimals("Limit", 1).WithDecimals("Start", 0).WithDecimals("Length", 0).WithDecimals("Steps", 0).WithDecimals("Batch", 3).WithDecimals("New", 3).AsPercent("Stopped", "Kept", "Permuted")
        .Rename("Start", "Length there").Rename("Limit", "Start").Rename("Stopped", "Came below").Rename("Batch", "Last batch")
        .Rename("New", "New pictures").Rename("Kept", "Answers")
        .WithCaption($"The search in the miniature, with epsilon {NullspacePlan.Epsilon}, in at most {_plan.Common.NoiseSteps} steps: means of the seeds {State}".TrimEnd())
        .WithFootnotes("Start: half the range of the first numbers, in root mean squares of embedded patches. Last batch, new pictures: squared distance of the probabilities. Answers: those that stay, under the learned noise and, permuted, under the same numbers in another order.");

    /// <summary>Length of the noise and scores over the rounds of fine-tuning, divided by where they began.</summary>
    public LineChart PlotDynamics()
    {
        double[] rounds = [.. Enumerable.Range(1, _plan.Common.Rounds).Select(round => (double)round)];

        // A round's noise is learned before the model is trained in it, its score is taken afterwards.
        LineSeries? Relative(NullspaceArm arm, string curve, Func<ulong, double?> start, string name, string color, bool dashed)
        {
            var values = rounds.Select(round => (IReadOnlyList<double>)[.. _runs.Of(_plan.Tuning(arm))
                .Select(run => StoredRuns<NullspaceRunOptions>.Find(run, NullspaceFit.CurvePrefix + curve, Text(round)) / start(run.Environment.Seed)).OfType<double>()]).ToArray();
            return Range(name, curve == NullspaceFit.LengthCurve ? [.. rounds.Select(round => round - 1)] : rounds, values) is { } line ? line with { Color = color, Dashed = dashed } : null;
        }

        double? Untrained(ulong seed) => _runs.Of(_plan.Tuning(NullspaceArm.None)).Where(run => run.Environment.Seed == seed)
            .Select(run => StoredRuns<NullspaceRunOptions>.Find(run, NullspaceFit.CurvePrefix + "score", "1")).FirstOrDefault();
        double? First(ulong seed) => _runs.Of(_plan.Tuning(NullspaceArm.Nullspace)).Where(run => run.Environment.Seed == seed)
            .Select(run => StoredRuns<NullspaceRunOptions>.Find(run, NullspaceFit.CurvePrefix + NullspaceFit.LengthCurve, "1")).FirstOrDefault();
        return new LineChart
        {
            Title = $"Fine-tuning: length of the noise and score over the rounds, mean and range {State}".TrimEnd(),
            XTitle = "finished rounds",
            YTitle = "divided by the first length or the score before",
            Series =
            [
                .. new[]
                {
                    Relative(NullspaceArm.Nullspace, NullspaceFit.LengthCurve, First, "length of the noise", Palette.Of(NullspacePlan.NameOf(NullspaceArm.Nullspace)), dashed: true),
                    Relative(NullspaceArm.Nullspace, "score", Untrained, "score: nullspace noise", Palette.Of(NullspacePlan.NameOf(NullspaceArm.Nullspace)), dashed: false),
                    Relative(NullspaceArm.Control, "score", Untrained, "score: control", Palette.Of(NullspacePlan.NameOf(NullspaceArm.Control)), dashed: false),
                    Relative(NullspaceArm.Madry, "score", Untrained, "score: Madry", Palette.Of(NullspacePlan.NameOf(NullspaceArm.Madry)), dashed: false),
                }.OfType<LineSeries>(),
            ],
            References = [new ReferenceLine(1, "start")],
            Width = 860,
        }.OrGap();
    }

    /// <summary>All arms: clean, attacked, corrupted, on other sites.</summary>
    public ResultTable Scores => ResultTable
        .From(NullspacePlan.Arms.Select(arm =>
        {
            string Score(string column) => _runs.Print(_plan.Tuning(arm), NullspaceScores.Row, column, s_percent);
            return new
            {
                Arm = NullspacePlan.NameOf(arm),
                Seeds = _runs.Of(_plan.Tuning(arm)).Length,
                Clean = Score(NullspaceScores.CleanColumn),
                Fgsm = Score(NullspaceScores.Fgsm(1)),
                Pgd = Score(NullspaceScores.Pgd(2)),
                CarliniWagner = Score(NullspaceScores.CarliniWagnerColumn),
                Corruptions = Score(NullspaceScores.CorruptionColumn),
                Noise = Score(NullspaceScores.NoiseColumn),
                Sites = Score(NullspaceScores.SitesColumn),
            };
        }))
        .Rename("Fgsm", "FGSM, 1/255").Rename("Pgd", "PGD-20, 2/255").Rename("CarliniWagner", "CW").Rename("Noise", "Noise among them").Rename("Sites", "Other sites")
        .WithCaption($"Miniature: accuracy, mean of the seeds with 95 % bootstrap interval {State}".TrimEnd())
        .WithFootnotes($"CW: length of the change at most {NullspacePlan.CarliniWagnerBudget}. Corruptions: mean of {Corruptions.Count} kinds in five strengths.",
            "control: the same steps, batches and optimiser without noise. The paper has no such row.");

    /// <summary>What each arm gains over the same steps without noise, seed by seed.</summary>
    public BarChart PlotGains()
    {
        (string Label, string Column)[] places =
        [
            ("clean", NullspaceScores.CleanColumn), ("FGSM, 1/255", NullspaceScores.Fgsm(1)), ("PGD-20, 2/255", NullspaceScores.Pgd(2)),
            ("corruptions", NullspaceScores.CorruptionColumn), ("noise", NullspaceScores.NoiseColumn), ("other sites", NullspaceScores.SitesColumn),
        ];
        return new BarChart
        {
            Title = $"Gain over the control: paired by seed, 95 % interval, a dot per seed {State}".TrimEnd(),
            YTitle = "difference to the control (points)",
            Categories = [.. places.Select(place => place.Label)],
            Series = [.. s_few.Where(arm => arm != NullspaceArm.Control).Select(arm =>
            {
                double[][] gains = [.. places.Select(place => _runs.Differences(_plan.Tuning(arm), _plan.Tuning(NullspaceArm.Control), NullspaceScores.Row, place.Column).Select(value => 100 * value).ToArray())];
                return Bars(NullspacePlan.NameOf(arm), [.. gains.Select(StoredRuns<NullspaceRunOptions>.Estimate)]) with { Dots = gains, Color = Palette.Of(NullspacePlan.NameOf(arm)) };
            })],
            References = [new ReferenceLine(0, "the control")],
            Width = 1040,
        };
    }

    /// <summary>Accuracy under every corruption.</summary>
    public BarChart PlotCorruptions() => new()
    {
        Title = $"Each corruption: mean of five strengths, 95 % interval {State}".TrimEnd(),
        YTitle = "accuracy (%)",
        PercentY = true,
        YRange = (0, 1),
        Categories = [.. Corruptions.Select(name => name.Replace('_', ' '))],
        Series = [.. new[] { NullspaceArm.Control, NullspaceArm.RandomNoise, NullspaceArm.Nullspace, NullspaceArm.Madry }.Select(arm =>
            Bars(NullspacePlan.NameOf(arm), [.. Corruptions.Select(name => _runs.Estimate(_plan.Tuning(arm), NullspaceScores.Row, NullspaceScores.Corruption(name)))]) with
            { Color = Palette.Of(NullspacePlan.NameOf(arm)) })],
        References = [new ReferenceLine(Guessing, "guessing")],
        Width = 1240,
        Height = 480,
    };

    /// <summary>Other epsilons, with learned and with random noise.</summary>
    public ResultTable Epsilons => ResultTable
        .From(new[] { NullspaceArm.Nullspace, NullspaceArm.RandomNoise }.SelectMany(arm => NullspacePlan.OtherEpsilons.Append(NullspacePlan.Epsilon).Order().Select(epsilon =>
        {
            var options = epsilon == NullspacePlan.Epsilon ? _plan.Tuning(arm) : _plan.AtEpsilon(arm, epsilon);
            string Score(string column) => _runs.Print(options, NullspaceScores.Row, column, s_percent);
            return new
            {
                Noise = NullspacePlan.NameOf(arm),
                Epsilon = epsilon,
                Clean = Score(NullspaceScores.CleanColumn),
                Fgsm = Score(NullspaceScores.Fgsm(1)),
                Corruptions = Score(NullspaceScores.CorruptionColumn),
                Paper = NullspacePaperNumbers.AtEpsilon(arm, epsilon),
            };
        })))
        .WithDecimals("Epsilon", 2).Rename("Fgsm", "FGSM, 1/255").Rename("Paper", "Paper, ViT-S: FGSM / mCE")
        .WithCaption($"Epsilon: ours in the miniature, and the paper's {State}".TrimEnd());

    /// <summary>Accuracy against the budget of PGD.</summary>
    public LineChart PlotBudgets()
    {
        double[] places = [0, .. NullspacePlan.Budgets];
        return new LineChart
        {
            Title = $"What PGD-20 leaves: mean and range of the seeds {State}".TrimEnd(),
            XTitle = "budget of the attack (grey levels of 255)",
            YTitle = "accuracy (%)",
            PercentY = true,
            YRange = (0, 1),
            Series = [.. s_few.Select(arm => Range(NullspacePlan.NameOf(arm), places, [.. places.Select(place =>
                (IReadOnlyList<double>)_runs.Values(_plan.Tuning(arm), NullspaceScores.Row, place == 0 ? NullspaceScores.CleanColumn : NullspaceScores.Pgd(place)))]) is { } line
                ? line with { Color = Palette.Of(NullspacePlan.NameOf(arm)) } : null).OfType<LineSeries>()],
            References = [new ReferenceLine(Guessing, "guessing")],
            Width = 860,
        }.OrGap();
    }

    /// <summary>What PGD and AutoAttack's miniature leave, for all arms.</summary>
    public ResultTable WorstCase => ResultTable
        .From(NullspacePlan.Arms.Select(arm =>
        {
            string Score(string column) => _runs.Print(_plan.Tuning(arm), NullspaceScores.Row, column, s_percent);
            return new
            {
                Arm = NullspacePlan.NameOf(arm),
                Fgsm = Score(NullspaceScores.Fgsm(4)),
                Pgd2 = Score(NullspaceScores.Pgd(2)),
                Auto2 = Score(NullspaceScores.AutoAttack(2)),
                Pgd4 = Score(NullspaceScores.Pgd(4)),
                Auto4 = Score(NullspaceScores.AutoAttack(4)),
            };
        }))
        .Rename("Fgsm", "FGSM, 4/255").Rename("Pgd2", "PGD-20, 2/255").Rename("Auto2", "AA-mini, 2/255").Rename("Pgd4", "PGD-20, 4/255").Rename("Auto4", "AA-mini, 4/255")
        .WithCaption($"Attacks that search, in the miniature: accuracy, mean of the seeds with 95 % interval {State}".TrimEnd())
        .WithFootnotes("The paper has no PGD and no AutoAttack numbers.");

    /// <summary>Ours beside the paper's table for ViT-S.</summary>
    public ResultTable BesideThePaper => NullspacePaperNumbers.Beside((arm, column) => _runs.Estimate(_plan.Tuning(arm), NullspaceScores.Row, column));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Stored} of {Planned} runs at Demo scale are stored.{(Stored < Planned ? $"\n./notebooks/sweep {NullspaceSweep.Id} --scale demo makes the rest." : "")}");

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    private static double Guessing => 1.0 / NullspacePlan.Model.Classes;

    private static IReadOnlyList<string> Corruptions => CorruptionSet.For(NullspacePlan.Model.ImageSize).NamesOfMean;

    private int Stored => _plan.Runs().Sum(options => _runs.Of(options).Length);

    private int Planned => _plan.Runs().Count() * NullspacePlan.Seeds.Count;

    private string State => Stored == Planned ? "" : string.Create(CultureInfo.InvariantCulture, $"({Stored} of {Planned} runs so far)");

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Column(string column, string kind) => kind == NullspaceAnalysis.Learned ? column : NullspaceAnalysis.Of(column, kind);

    // A number of the analysis over some places, as a line.
    private LineSeries? Over(string kind, IReadOnlyList<double> places, Func<double, (string Row, string Column)> at) =>
        Range(kind, places, [.. places.Select(place => (IReadOnlyList<double>)_runs.Values(_plan.Analysis(), at(place).Row, at(place).Column))]) is { } line ? line with { Color = Palette.Of(kind) } : null;
}
