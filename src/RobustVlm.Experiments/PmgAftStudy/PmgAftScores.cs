using RobustVlm.Attacks;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Scores a model on the source set and the zero-shot sets.</summary>
internal sealed class PmgAftScores(Clip model, Func<Tensor, Tensor> encoder, ZeroShotPictures pictures, PmgAftRunOptions options, ulong seed, ScalarType gradients)
{
    internal const string MeanRow = "mean of 15";
    internal const string CleanColumn = "clean";
    internal const string LargestColumn = "largest answer";
    internal const string UsualAttack = "PGD";
    internal const string LongAttack = "long PGD";
    internal const string MarginAttack = "long PGD on the margin";
    internal const string AutoAttack = "APGD-CE";
    internal const string ExactAttack = "PGD, float32";
    internal const string LongColumn = "long PGD above PGD in standard errors";

    private const int BatchSize = 256;

    internal static string Grey(double epsilon) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{epsilon}/255");

    internal static string Robust(double epsilon) => $"robust, {Grey(epsilon)}";

    internal static string Both(double epsilon) => $"mean of clean and robust, {Grey(epsilon)}";

    /// <summary>Clean accuracy and accuracy under PGD at the training budget, or at several for models that were trained without attack.</summary>
    internal IReadOnlyList<Measurement> Usual(Action<double> progress)
    {
        double[] budgets = options.Epsilon > 0 ? [options.Epsilon] : [.. PmgAftPlan.BudgetsWithoutTraining];
        var report = Report([Pgd(options.AttackSteps)], budgets, progress);
        var rows = new List<Measurement>();
        foreach (var set in report.Sets)
        {
            rows.Add(Rate(set.Name, CleanColumn, set.Clean, options.Pictures));
            rows.AddRange(budgets.Select(budget => Rate(set.Name, Robust(budget), set.Robust(PixelBudget.Of255(budget)), options.Pictures)));
            rows.Add(Rate(set.Name, LargestColumn, set.LargestAnswer, options.Pictures));
        }

        ZeroShotResult[] zeroShot = [.. report.Sets.Skip(1)];
        var (clean, count) = (zeroShot.Average(set => set.Clean), zeroShot.Length * options.Pictures);
        rows.Add(Rate(MeanRow, CleanColumn, clean, count));
        rows.Add(Rate(MeanRow, "chance", zeroShot.Average(set => set.Chance), count));
        foreach (var budget in budgets)
        {
            var robust = zeroShot.Average(set => set.Robust(PixelBudget.Of255(budget)));
            rows.Add(Rate(MeanRow, Robust(budget), robust, count));
            rows.Add(Rate(MeanRow, Both(budget), (clean + robust) / 2, count));
        }

        return rows;
    }

    /// <summary>Every attack by itself at the training budget, and PGD at the budgets of the curve: means over the zero-shot sets, and each set.</summary>
    internal IReadOnlyList<Measurement> Strong(Action<double> progress)
    {
        (string Name, IImageAttack Attack)[] attacks =
        [
            (UsualAttack, Pgd(options.AttackSteps)),
            (LongAttack, Pgd(options.StrongSteps)),
            (MarginAttack, Pgd(options.StrongSteps, AttackLoss.Margin)),
            (AutoAttack, new AutoPgd(new AutoPgdOptions { Steps = options.StrongSteps, GradientType = gradients })),
            (ExactAttack, Pgd(options.AttackSteps, type: ScalarType.Float32)),
        ];
        var (rows, usual) = (new List<Measurement>(), 0.0);
        foreach (var (i, (name, attack)) in attacks.Index())
        {
            if (name == ExactAttack && gradients == ScalarType.Float32)
            {
                continue;   // it is what was just done
            }

            var robust = Add(rows, name, Report([attack], [options.Epsilon], share => progress(0.75 * (i + share) / attacks.Length)), options.Epsilon);
            if (name == UsualAttack)
            {
                usual = robust.Average();
            }
            else if (name == LongAttack)
            {
                // The sets' binomial errors, which the mean over sets inherits; at least that of one picture, where nothing is right or all.
                var error = Math.Sqrt(robust.Sum(rate => Math.Max(rate * (1 - rate), 1.0 / options.Pictures) / options.Pictures)) / robust.Length;
                rows.Add(new Measurement(MeanRow, LongColumn, (robust.Average() - usual) / error, IsRate: false));
            }
        }

        var curve = Report([Pgd(options.AttackSteps)], PmgAftPlan.Curve, share => progress(0.75 + (0.25 * share)));
        rows.Add(Rate(MeanRow, CleanColumn, curve.Sets.Skip(1).Average(set => set.Clean), options.Pictures * (curve.Sets.Count - 1)));
        rows.AddRange(curve.Sets.Select(set => Rate(set.Name, CleanColumn, set.Clean, options.Pictures)));
        foreach (var budget in PmgAftPlan.Curve)
        {
            Add(rows, "", curve, budget);
        }

        return rows;
    }

    internal static string Column(string attack, double epsilon) => attack.Length > 0 ? $"{attack}: {Robust(epsilon)}" : Robust(epsilon);

    private double[] Add(List<Measurement> rows, string attack, ZeroShotReport report, double epsilon)
    {
        var column = Column(attack, epsilon);
        var rates = report.Sets.Select(set => set.Robust(PixelBudget.Of255(epsilon))).ToArray();
        rows.AddRange(report.Sets.Zip(rates, (set, rate) => Rate(set.Name, column, rate, options.Pictures)));
        double[] zeroShot = [.. rates.Skip(1)];
        rows.Add(Rate(MeanRow, column, zeroShot.Average(), options.Pictures * zeroShot.Length));
        return zeroShot;
    }

    private ZeroShotReport Report(IReadOnlyList<IImageAttack> attacks, IReadOnlyList<double> budgets, Action<double> progress) => ZeroShotReport.Run(
        model, pictures.Sets, attacks, [.. budgets.Select(PixelBudget.Of255)], encoder,
        new RobustnessReportOptions { Seed = seed, BatchSize = BatchSize, CheckedImages = 0 }, progress);

    private Pgd Pgd(int steps, AttackLoss loss = AttackLoss.CrossEntropy, ScalarType? type = null) =>
        new(new PgdOptions { Steps = steps, Loss = loss, StopWhenFooled = true, GradientType = type ?? gradients });

    private static Measurement Rate(string row, string column, double value, int count) => new(row, column, value, N: count);
}
