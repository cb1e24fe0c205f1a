using System.Diagnostics;
using RobustVlm.Attacks;
using RobustVlm.Data.Corruptions;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackTour;

public sealed partial class AttacksExperiment
{
    private int Reported => Math.Min(Options.ReportedImages, Options.Images);

    /// <summary>
    /// Attacks the pictures at every budget, each attack only what is still right, and looks for signs of a weak attack. What is finished is
    /// kept, so an interrupted report goes on where it stopped.
    /// </summary>
    /// <param name="victim">Model and pictures.</param>
    /// <param name="force">Whether to begin anew even though some of it is finished.</param>
    public RobustnessReport Report(Victim victim, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(victim);
        using var progress = Lab.Progress("Measuring robustness");
        IImageAttack[] attacks = Options.Effort == AttackEffort.Trial
            ? [.. Suite(victim).Where(attack => attack is Fgsm or Pgd or Square)]
            : [new Fgsm(), new Pgd(), .. Suite(victim).OfType<AutoAttack>().Single().Attacks];
        var file = Path.Combine(_lab.WorkFolder(Id), $"report-{KeyFor(victim).Hash}.json");
        if (force || _lab.IsPublishing)
        {
            File.Delete(file);
        }

        var report = RobustnessReport.Run(
            victim.Classifier, victim.Images.narrow(0, 0, Reported), victim.Labels.narrow(0, 0, Reported), attacks, [.. Options.Budgets.Select(PixelBudget.Of255)],
            new RobustnessReportOptions { Seed = _lab.Seed, StateFile = file, CheckedImages = Reported }, share => progress.Report(share));
        progress.Finish($"{attacks.Length} attacks, {Options.Budgets.Count} budgets");
        return report;
    }

    /// <summary>Robust accuracy against budget: after each attack and all before it.</summary>
    /// <param name="report">The report.</param>
    public static LineChart Plot(RobustnessReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var levels = report.Budgets.Select(budget => 255 * budget.Value).ToArray();
        var attacks = report.OutcomesAt(report.Budgets[0]).Select(outcome => outcome.Attack).ToArray();
        return new LineChart
        {
            Title = "Right after each attack and all before it",
            XTitle = "largest change of any pixel (grey levels of 255)",
            YTitle = "pictures still named rightly",
            PercentY = true,
            YRange = (0, 1),
            XScale = AxisScale.Categorical,
            Categories = [.. levels.Select(level => level.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture))],
            Series = [.. attacks.Select((attack, i) => new LineSeries(attack, [.. Enumerable.Range(0, levels.Length).Select(at => (double)at)], [.. report.Budgets.Select(budget => report.AccuracyAfter(report.OutcomesAt(budget)[i]).Rate)]))],
        };
    }

    /// <summary>The same attacks with gradients in float32 and in bfloat16: what is left, on how many pictures they disagree, and the time.</summary>
    /// <param name="victim">Model and pictures.</param>
    public ResultTable ComparePrecision(Victim victim)
    {
        ArgumentNullException.ThrowIfNull(victim);
        using var progress = Lab.Progress("Comparing number formats");
        (string Name, Func<PixelBudget, ScalarType, IImageAttack> Make)[] attacks =
        [
            ("PGD", (budget, type) => new Pgd(new PgdOptions { Epsilon = budget, Steps = Options.Effort == AttackEffort.Trial ? 3 : 20, StopWhenFooled = true, GradientType = type })),
            ("APGD-CE", (budget, type) => new AutoPgd(new AutoPgdOptions { Epsilon = budget, Steps = Options.Effort == AttackEffort.Trial ? 5 : 50, GradientType = type })),
        ];
        PixelBudget[] budgets = [.. Options.Budgets.Take(4).Select(PixelBudget.Of255)];
        var rows = new List<PrecisionRow>();
        Timed(victim, attacks[0].Make(budgets[0], ScalarType.Float32));   // libtorch picks its kernels at first use
        foreach (var (name, make) in attacks)
        {
            foreach (var budget in budgets)
            {
                var (exact, exactTime) = Timed(victim, make(budget, ScalarType.Float32));
                var (brief, briefTime) = Timed(victim, make(budget, ScalarType.BFloat16));
                rows.Add(new PrecisionRow(name, budget.ToString(), Accuracy.Of(exact), Accuracy.Of(brief), exact.Zip(brief).Count(pair => pair.First != pair.Second), exactTime / briefTime));
                progress.Report((double)rows.Count / (attacks.Length * budgets.Length), name);
            }
        }

        progress.Finish($"{rows.Count} pairs of runs");
        return ResultTable.From(rows).AsPercent("Float32", "BFloat16").WithDecimals("TimesFaster", 2).Rename("TimesFaster", "Times faster").Rename("BFloat16", "bfloat16").Rename("Float32", "float32")
            .WithCaption($"Pictures still right, of {Reported}, with gradients in two number formats; answers are always judged in float32");
    }

    /// <summary>Common corruptions of some pictures with the model's answers.</summary>
    /// <param name="victim">Model and pictures.</param>
    /// <param name="severity">1 (mild) to 5.</param>
    public ImageGrid ShowCorruptions(Victim victim, int severity = 3)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var place = Place(victim, 0);
        var image = victim.Images[place].unsqueeze(0);
        var set = CorruptionSet.For(image);
        var cells = set.Names.Select(name =>
        {
            var corrupted = set[name, severity].Apply(image, _lab.Seed);
            var answer = AttackPictures.Answer(corrupted, victim.Classifier(corrupted).softmax(1), 0, victim.Clean.Labels[place], victim.World.Classes);
            return new GridCell(answer.Image, [name.Replace('_', ' '), .. answer.Caption]) { Mark = answer.Mark };
        });
        return new ImageGrid { Title = $"{set.Name}, severity {severity}: nobody chose these changes", Rows = [.. cells.Chunk(6).Select(row => new GridRow([.. row]))], CellSize = 96 };
    }

    /// <summary>Accuracy under every common corruption and severity.</summary>
    /// <param name="victim">Model and pictures.</param>
    public BarChart Corruptions(Victim victim)
    {
        ArgumentNullException.ThrowIfNull(victim);
        using var progress = Lab.Progress("Corrupting");
        var set = CorruptionSet.For(victim.Images);
        var report = CorruptionReport.Run(
            victim.Classifier, victim.Images, victim.Labels, set.All.Where(corruption => Options.Severities.Contains(corruption.Severity)),
            new CorruptionReportOptions { Seed = _lab.Seed }, share => progress.Report(share));
        progress.Finish($"{report.Errors.Count} corruptions");
        return new BarChart
        {
            Title = $"Accuracy under the corruptions of {set.Name}",
            YTitle = "pictures named rightly",
            PercentY = true,
            YRange = (0, 1),
            Categories = [.. report.Names.Select(name => name.Replace('_', ' '))],
            Series = [.. Options.Severities.Select(severity => new BarSeries($"severity {severity}", [.. report.Names.Select(name => 1 - report.Errors.Single(error => error.Name == name && error.Severity == severity).Error)]))],
            References = [new ReferenceLine(1 - report.CleanError, "no corruption")],
            Width = 1040,
        };
    }

    private (IReadOnlyList<bool> Right, double Seconds) Timed(Victim victim, IImageAttack attack)
    {
        using var scope = NewDisposeScope();
        using var random = _lab.Random("attack: number formats");
        var clock = Stopwatch.StartNew();
        var result = ClassifierEvaluation.OnAttacked(victim.Classifier, victim.Images.narrow(0, 0, Reported), victim.Labels.narrow(0, 0, Reported), attack, [attack.Epsilon], random, BatchSize)[0];
        return (result.Correct, clock.Elapsed.TotalSeconds);
    }

    private sealed record PrecisionRow(string Attack, string Budget, double Float32, double BFloat16, int Disagree, double TimesFaster);
}
