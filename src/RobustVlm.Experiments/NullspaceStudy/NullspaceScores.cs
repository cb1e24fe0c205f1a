using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Data.Corruptions;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>Scores a model: clean, attacked, corrupted, on other sites. Corrupted pictures are the same for all arms.</summary>
internal sealed class NullspaceScores(VisionTransformer model, NullspacePictures pictures, NullspaceRunOptions options, ulong seed)
{
    internal const string Row = "test";
    internal const string CleanColumn = "clean";
    internal const string CarliniWagnerColumn = "CW";
    internal const string CorruptionColumn = "corruptions";
    internal const string NoiseColumn = "corruptions of noise";
    internal const string SitesColumn = "other sites";

    private const int BatchSize = 256;
    private const int SelectionSeverity = 3;

    private static readonly string[] s_noises = ["gaussian_noise", "shot_noise", "impulse_noise"];

    private readonly List<string> _warnings = [];

    /// <summary>Doubts of the self-checks.</summary>
    internal IReadOnlyList<string> Warnings => _warnings;

    internal static string Fgsm(double budget) => Named("FGSM", budget);

    internal static string Pgd(double budget) => Named("PGD-20", budget);

    internal static string AutoAttack(double budget) => Named("AA-mini", budget);

    internal static string Corruption(string name) => $"corruption: {name}";

    internal static string Site(string name) => $"site: {name}";

    /// <summary>What the round is chosen by: the mean of clean, FGSM at 1/255 and corruptions of severity 3, on pictures that are not reported.</summary>
    internal double Selection(VisionTransformer tuned)
    {
        var part = pictures.Validation;
        var clean = ClassifierEvaluation.OnClean(tuned.call, part.Images, part.Labels, BatchSize).Accuracy;
        var attacked = Report(tuned, part, new Fgsm(), [1], checkedPictures: 0).RobustAccuracy(PixelBudget.Of255(1)).Rate;
        var corrupted = CorruptionReport.Run(tuned.call, part.Images, part.Labels, Corruptions().Where(corruption => corruption.Severity == SelectionSeverity), CorruptionOptions());
        return (clean + attacked + 1 - corrupted.MeanError) / 3;
    }

    /// <summary>Everything; without AutoAttack and Carlini and Wagner where the options leave it out.</summary>
    internal IReadOnlyList<Measurement> All(Action<double> progress)
    {
        var attacked = pictures.Test.Take(options.AttackedPictures);
        var rows = Unattacked();
        progress(0.05);
        rows.AddRange(Attacked(attacked, new Fgsm(), NullspacePlan.Budgets, Fgsm));
        rows.AddRange(Attacked(attacked, new Pgd(new PgdOptions { Steps = options.AttackSteps }), NullspacePlan.Budgets, Pgd, checkedPictures: 32));
        progress(0.2);
        rows.AddRange(Corrupted(attacked));
        progress(0.4);
        if (options.Kind == NullspaceRunKind.Tuning)
        {
            var descent = new CarliniWagner(new CarliniWagnerOptions
            {
                Epsilon = NullspacePlan.CarliniWagnerBudget,
                SearchSteps = 3,
                InitialWeight = 1,
                Steps = options.CarliniWagnerSteps,
                LearningRate = 0.02,
            });
            var report = RobustnessReport.Run(model.call, attacked.Images, attacked.Labels, [descent], [NullspacePlan.CarliniWagnerBudget], ReportOptions(0));
            rows.Add(Rate(CarliniWagnerColumn, report.RobustAccuracy(NullspacePlan.CarliniWagnerBudget).Rate, options.AttackedPictures));
            progress(0.5);
        }

        if (options.AutoAttack)
        {
            var ensemble = new AutoAttack(new AutoAttackOptions { Version = AutoAttackVersion.Mini, Classes = NullspacePlan.Model.Classes });
            rows.AddRange(Attacked(attacked, ensemble, NullspacePlan.AutoAttackBudgets, AutoAttack));
        }

        progress(1);
        return rows;
    }

    /// <summary>What takes a second: clean, other sites, FGSM.</summary>
    internal IReadOnlyList<Measurement> Quick() => [.. Unattacked(), .. Attacked(pictures.Test.Take(options.AttackedPictures), new Fgsm(), NullspacePlan.Budgets, Fgsm)];

    private List<Measurement> Unattacked()
    {
        double Accuracy(LabelledPart part) => ClassifierEvaluation.OnClean(model.call, part.Images, part.Labels, BatchSize).Accuracy;
        var sites = pictures.Shifted.Select(site => (site.Name, Accuracy: Accuracy(site.Part))).ToArray();
        return
        [
            Rate(CleanColumn, Accuracy(pictures.Test), options.TestPictures),
            .. sites.Select(site => Rate(Site(site.Name), site.Accuracy, options.TestPictures)),
            Rate(SitesColumn, sites.Average(site => site.Accuracy), sites.Length * options.TestPictures),
        ];
    }

    private static string Named(string attack, double budget) => string.Create(CultureInfo.InvariantCulture, $"{attack}, {budget}/255");

    private static IEnumerable<Corruption> Corruptions()
    {
        var set = CorruptionSet.For(NullspacePlan.Model.ImageSize);
        return set.All.Where(corruption => set.NamesOfMean.Contains(corruption.Name));
    }

    private CorruptionReportOptions CorruptionOptions() => new() { Seed = seed, BatchSize = BatchSize };

    private RobustnessReportOptions ReportOptions(int checkedPictures) => new() { Seed = seed, BatchSize = BatchSize, CheckedImages = checkedPictures };

    private RobustnessReport Report(VisionTransformer scored, LabelledPart part, IImageAttack attack, IReadOnlyList<double> budgets, int checkedPictures) => RobustnessReport.Run(
        scored.call, part.Images, part.Labels, [attack], [.. budgets.Select(PixelBudget.Of255)], ReportOptions(checkedPictures));

    private IEnumerable<Measurement> Attacked(LabelledPart part, IImageAttack attack, IReadOnlyList<double> budgets, Func<double, string> column, int checkedPictures = 0)
    {
        var report = Report(model, part, attack, budgets, checkedPictures);
        _warnings.AddRange(report.Warnings.Select(warning => $"{attack.Name}: {warning}"));
        return budgets.Select(budget => Rate(column(budget), report.RobustAccuracy(PixelBudget.Of255(budget)).Rate, options.AttackedPictures));
    }

    private IEnumerable<Measurement> Corrupted(LabelledPart part)
    {
        var report = CorruptionReport.Run(model.call, part.Images, part.Labels, Corruptions(), CorruptionOptions());
        var count = options.AttackedPictures * CorruptionSet.Severities;
        return report.Names.Select(name => Rate(Corruption(name), 1 - report.MeanErrorOf(name), count)).Concat(
        [
            Rate(CorruptionColumn, 1 - report.MeanError, count * report.Names.Count),
            Rate(NoiseColumn, 1 - s_noises.Average(name => report.MeanErrorOf(name)), count * s_noises.Length),
        ]);
    }

    private static Measurement Rate(string column, double value, int count) => new(Row, column, value, N: count);
}
