using RobustVlm.Experiments.Criteria;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>What is claimed of PMG-AFT and of the methods beside it, and by which rule the stored runs decide about it.</summary>
internal static class PmgAftCriteria
{
    private const string Paper = "PMG-AFT (Wang et al. 2024, arXiv 2401.04350)";
    private const string Rerun = "means over 15 sets in TGA-ZSR's re-run, PGD-100, 1/255";
    private const string Ours = "our expectation from the method";
    private const string Few = "re-run in TGA-ZSR (arXiv 2410.21802); margin ours";
    private const double FewPoints = 0.03;   // "a few points", "clearly", "within 3 points"

    private static readonly IReadOnlyList<ulong> s_extraSeed = [PmgAftPlan.ExtraSeed];
    private static readonly EstimateFormat s_percent = new(1, InPercent: true);
    private static readonly EstimateFormat s_times = new(2, Unit: "times");

    private static readonly StatisticalTest s_falls = new(Quantity.Difference, Side.Below, 0, JudgedBy.Interval);
    private static readonly StatisticalTest s_notLower = new(Quantity.Difference, Side.AtLeast, 0, JudgedBy.StandardError);
    private static readonly StudyClaims<PmgAftRunOptions> s_study = new(PmgAftSweep.Id, Paper, PmgAftPlan.Seeds, PmgAftSweep.Version, ["arm", "epsilon", "learningRate", "steps", "trainingAttackSteps"]) { Format = s_percent };

    internal static IReadOnlyList<ICriterion> All { get; } =
    [
        Claim("E1", "the undefended model keeps less than 15 % of its clean accuracy at the larger training budget", Few, new("4.9 of 64.4", Rerun),
            new StatisticalTest(Quantity.Ratio, Side.Below, 0.15, JudgedBy.Interval), Kept(PmgAftPlan.Epsilons[1])) with { Format = s_times },
        Claim("E1b", "the undefended model keeps less than 15 % of its clean accuracy at the smaller training budget too", Few, new("4.9 of 64.4", Rerun),
            new StatisticalTest(Quantity.Ratio, Side.Below, 0.15, JudgedBy.Interval), Kept(PmgAftPlan.Epsilons[0])) with { Format = s_times },
        Claim("E2a", "fine-tuning on clean pictures raises clean accuracy on the source set", Few, new("79.0 against 57.3", Rerun),
            StatisticalTest.Superiority(), Beside(PmgAftArm.FineTuneClean, PmgAftArm.Original, 0, PmgAftScores.CleanColumn, ZeroShotPictures.Source.Name)),
        Claim("E2b", "fine-tuning on clean pictures lowers clean accuracy on the zero-shot sets", Few, new("52.7 against 64.9", Rerun),
            s_falls, Beside(PmgAftArm.FineTuneClean, PmgAftArm.Original, 0, PmgAftScores.CleanColumn)),
        Claim("E2c", "fine-tuning on clean pictures leaves robust accuracy within 3 points of the undefended model's", Few, new("6.6 against 5.2", Rerun),
            new StatisticalTest(Quantity.Difference, Side.Within, FewPoints, JudgedBy.Mean),
            [.. PmgAftPlan.Epsilons.Select(epsilon => Beside(PmgAftArm.FineTuneClean, PmgAftArm.Original, epsilon, PmgAftScores.Robust(epsilon)))]),
        Claim("E3a", "TeCoA and FT-Adv have at least three times the undefended model's robust accuracy", Few, new("27.4 and 27.3 against 5.2", Rerun),
            StatisticalTest.RatioAtLeast(3), AgainstOriginal(PmgAftScores.Robust)) with { Format = s_times },
        Claim("E3b", "TeCoA and FT-Adv lose more than 3 points of clean accuracy", Few, new("44.6 and 41.3 against 64.9", Rerun),
            StatisticalTest.Superiority(FewPoints, lowerIsBetter: true), AgainstOriginal(_ => PmgAftScores.CleanColumn)),
        Claim("E4a", "PMG-AFT has higher clean accuracy than TeCoA in at least four of five seeds", "abstract; rule ours", new("+8.72 points", "abstract"),
            new StatisticalTest(Quantity.Difference, Side.Above, 0, JudgedBy.MostSeeds), Both(PmgAftArm.PmgAft, PmgAftArm.TeCoA, _ => PmgAftScores.CleanColumn)),
        Claim("E4b", "PMG-AFT has higher clean accuracy than TeCoA", "abstract", new("+8.72 points", "abstract"),
            StatisticalTest.Superiority(), Both(PmgAftArm.PmgAft, PmgAftArm.TeCoA, _ => PmgAftScores.CleanColumn)),
        Claim("E4c", "PMG-AFT's robust accuracy is not below TeCoA's by more than one standard error", "abstract; margin ours", new("+4.99 points", "abstract"),
            s_notLower, Both(PmgAftArm.PmgAft, PmgAftArm.TeCoA, PmgAftScores.Robust)),
        Claim("E4d", "PMG-AFT has a higher mean of clean and robust accuracy than TeCoA", "abstract", new("+6.9 points", "abstract, mean of both"),
            StatisticalTest.Superiority(), Both(PmgAftArm.PmgAft, PmgAftArm.TeCoA, PmgAftScores.Both)),
        Claim("E5a", "FARE has the highest clean accuracy of the adversarially fine-tuned models", Few, new("58.7 against 45.2, 44.6 and 41.3", Rerun),
            StatisticalTest.Superiority(),
            [.. new[] { PmgAftArm.TeCoA, PmgAftArm.PmgAft, PmgAftArm.FineTuneAdversarial }.SelectMany(other => Both(PmgAftArm.Fare, other, _ => PmgAftScores.CleanColumn)),
             Beside(PmgAftArm.Fare, PmgAftArm.Trades, PmgAftPlan.Epsilons[0], PmgAftScores.CleanColumn)]),
        Claim("E5b", "FARE's robust accuracy is below TeCoA's", Few, new("17.9 against 27.4", Rerun), s_falls, Both(PmgAftArm.Fare, PmgAftArm.TeCoA, PmgAftScores.Robust)),
        Claim("E6a", "each divergence alone does not lower the mean of clean and robust accuracy", "ablation, second-hand", new("+2.84 and +0.83 points", "machine-made summary, unverified"),
            new StatisticalTest(Quantity.Difference, Side.AtLeast, 0, JudgedBy.Mean), [.. PmgAftPlan.Ablation.SelectMany(arm => Both(arm, PmgAftArm.TeCoA, PmgAftScores.Both))]),
        Claim("E6b", "the general divergence contributes more than the clean one", "ablation, second-hand", new("+2.84 against +0.83 points", "machine-made summary, unverified"),
            StatisticalTest.Superiority(), Both(PmgAftArm.General, PmgAftArm.Clean, PmgAftScores.Both)),
        Claim("E7a", "PMG-AFT's weights stay nearer to the original ones than TeCoA's", Ours, PaperNumber.None,
            s_falls, Both(PmgAftArm.PmgAft, PmgAftArm.TeCoA, _ => PmgAftFit.DistanceColumn, PmgAftFit.DriftRow)) with { Format = new EstimateFormat() },
        Claim("E7b", "PMG-AFT's embeddings of zero-shot pictures stay nearer to the original ones than TeCoA's", Ours, PaperNumber.None,
            StatisticalTest.Superiority(), Both(PmgAftArm.PmgAft, PmgAftArm.TeCoA, _ => PmgAftFit.CosineColumn, PmgAftFit.DriftRow)) with { Format = new EstimateFormat() },
        Check("E8a", "accuracy never rises with the budget, from half to four times the training budget",
            new StatisticalTest(Quantity.Difference, Side.AtMost, 0, JudgedBy.EverySeed), (arm, epsilon) => Steps(epsilon).Select(step => Attacked(
                $"{Name(arm, epsilon)}: {step.To}/255 against {step.From}/255", arm, epsilon, PmgAftScores.Robust(step.To), PmgAftScores.Robust(step.From)))),
        Check("E8b", "a hundred steps of PGD are at least as strong as twenty, but for one standard error",
            new StatisticalTest(Quantity.Value, Side.AtMost, 1, JudgedBy.EverySeed),
            (arm, epsilon) => [Attacked(Name(arm, epsilon), arm, epsilon, PmgAftScores.LongColumn)]) with { Format = new EstimateFormat(2, Unit: "standard errors") },
        Check("E8c", "PGD on the margin and APGD give what a hundred steps of PGD give, within 3 points",
            new StatisticalTest(Quantity.Difference, Side.Within, FewPoints, JudgedBy.EverySeed), (arm, epsilon) => new[] { PmgAftScores.MarginAttack, PmgAftScores.AutoAttack }.Select(attack => Attacked(
                $"{Name(arm, epsilon)}: {attack}", arm, epsilon, PmgAftScores.Column(attack, epsilon), PmgAftScores.Column(PmgAftScores.LongAttack, epsilon)))),
        Check("E8d", "a large budget, 32/255, leaves less than 1 % right",
            new StatisticalTest(Quantity.Value, Side.Below, 0.01, JudgedBy.EverySeed), (arm, epsilon) => [Attacked(Name(arm, epsilon), arm, epsilon, PmgAftScores.Robust(PmgAftPlan.Curve[^1]))]),
        Claim("E9a", "in both modes no divergence is dead: its gradient is at least a hundredth of the cross-entropy's", Ours, PaperNumber.None,
            new StatisticalTest(Quantity.Value, Side.AtLeast, 0.01, JudgedBy.Interval), Gradients()) with { Format = s_times },
        Claim("E9b", "in both modes no divergence drowns the cross-entropy: its gradient is at most ten times as long", Ours, PaperNumber.None,
            new StatisticalTest(Quantity.Value, Side.AtMost, 10, JudgedBy.Interval), Gradients()) with { Format = s_times },
    ];

    private static Criterion<PmgAftRunOptions> Claim(
        string id, string statement, string source, PaperNumber reported, StatisticalTest test, params ArmComparison<PmgAftRunOptions>[] comparisons) =>
        s_study.Claim(id, statement, source, reported, test, comparisons);

    private static Criterion<PmgAftRunOptions> Check(
        string id, string statement, StatisticalTest test, Func<PmgAftArm, double, IEnumerable<ArmComparison<PmgAftRunOptions>>> comparisons) =>
        Claim(id, statement, "our check of the attacks", PaperNumber.None, test, [.. PmgAftPlan.Attacked.SelectMany(entry => comparisons(entry.Arm, entry.Epsilon))]) with { Seeds = s_extraSeed };

    private static string Name(PmgAftArm arm, double epsilon) => $"{PmgAftPlan.NameOf(arm)}, {PmgAftScores.Grey(epsilon)}";

    // A model that was trained without attack has one run, which is scored at all budgets.
    private static Arm<PmgAftRunOptions> Fit(PmgAftArm arm, double epsilon, string column, string row)
    {
        var trained = PmgAftPlan.IsTrainedByAttack(arm) ? epsilon : 0;
        return new(PmgAftPlan.NameOf(arm), run => run.Kind == PmgAftRunKind.Fit && run.Arm == arm && run.Epsilon == trained, row, column);
    }

    private static ArmComparison<PmgAftRunOptions> Beside(PmgAftArm first, PmgAftArm second, double epsilon, string column, string row = PmgAftScores.MeanRow) =>
        new($"{PmgAftPlan.NameOf(first)} and {PmgAftPlan.NameOf(second)}{(epsilon > 0 ? $", {PmgAftScores.Grey(epsilon)}" : "")}", [Fit(first, epsilon, column, row), Fit(second, epsilon, column, row)]);

    private static ArmComparison<PmgAftRunOptions>[] Both(PmgAftArm first, PmgAftArm second, Func<double, string> column, string row = PmgAftScores.MeanRow) =>
        [.. PmgAftPlan.Epsilons.Select(epsilon => Beside(first, second, epsilon, column(epsilon), row))];

    private static ArmComparison<PmgAftRunOptions>[] AgainstOriginal(Func<double, string> column) =>
        [.. new[] { PmgAftArm.TeCoA, PmgAftArm.FineTuneAdversarial }.SelectMany(arm => Both(arm, PmgAftArm.Original, column))];

    private static ArmComparison<PmgAftRunOptions> Kept(double epsilon) => new(PmgAftScores.Grey(epsilon),
        [Fit(PmgAftArm.Original, 0, PmgAftScores.Robust(epsilon), PmgAftScores.MeanRow) with { Name = "robust" }, Fit(PmgAftArm.Original, 0, PmgAftScores.CleanColumn, PmgAftScores.MeanRow) with { Name = "clean" }]);

    private static ArmComparison<PmgAftRunOptions> Attacked(string name, PmgAftArm arm, double epsilon, params string[] columns) => new(
        name, [.. columns.Select(column => new Arm<PmgAftRunOptions>(column, run => run.Kind == PmgAftRunKind.Attacks && run.Arm == arm && run.Epsilon == epsilon, PmgAftScores.MeanRow, column))]);

    private static IEnumerable<(double From, double To)> Steps(double epsilon)
    {
        double[] budgets = [epsilon / 2, epsilon, 2 * epsilon, 4 * epsilon];
        return budgets.Zip(budgets.Skip(1));
    }

    private static ArmComparison<PmgAftRunOptions>[] Gradients() =>
    [
        .. new[] { PmgAftArm.PmgAft, PmgAftArm.PmgAftRepository }.SelectMany(arm => PmgAftFit.Divergences.Select(term => new ArmComparison<PmgAftRunOptions>(
            $"{PmgAftPlan.NameOf(arm)}: {term}", [Fit(arm, PmgAftPlan.Epsilons[0], PmgAftFit.RatioColumn(term), PmgAftFit.GradientRow)]))),
    ];
}
