using RobustVlm.Experiments.Criteria;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>What the MeLo paper claims, and by which rule the stored runs decide about it.</summary>
internal static class MeLoCriteria
{
    private const string Paper = "MeLo (Zhu et al. 2023, arXiv 2311.08236)";
    private const string Learned = "learningRate";

    private static readonly string[] s_methods = ["mode", "rank", Learned];
    private static readonly MeLoPlan s_plan = MeLoPlan.For(Scale.Demo);
    private static readonly MeLoArm s_melo = MeLoPlan.MeLo();

    internal static IReadOnlyList<ICriterion> All { get; } =
    [
        Auroc("S1", "MeLo is worse than full fine-tuning by no more than .02 AUROC on any task", "abstract (comparable on four data sets); margin ours",
            new("comparable or better; no number found", "abstract, title"), new StatisticalTest(Quantity.Difference, Side.AtLeast, -0.02, JudgedBy.Mean), s_melo, MeLoPlan.Full),
        Auroc("S1b", "MeLo is better than full fine-tuning on every task", "title (better medical image diagnosis)", new("“better”", "title"), StatisticalTest.Superiority(), s_melo, MeLoPlan.Full),
        Auroc("S2", "MeLo is better than a linear probe on three of four tasks", "our expectation from the method", PaperNumber.None, StatisticalTest.Superiority(), s_melo, MeLoPlan.Probe) with { Required = 3 },
        Auroc("S3a", "rank 4 comes within .01 AUROC of rank 16", "our expectation; the paper's rank ablation was not found", PaperNumber.None,
            new StatisticalTest(Quantity.Difference, Side.AtLeast, -0.01, JudgedBy.Mean), s_melo, MeLoPlan.MeLo(16)),
        Auroc("S3b", "rank 1 already gets more than half of rank 4's gain over the linear probe, on three of four tasks", "our expectation; the paper's rank ablation was not found", PaperNumber.None,
            new StatisticalTest(Quantity.LeadOverMean, Side.Above, 0, JudgedBy.Interval), MeLoPlan.MeLo(1), MeLoPlan.Probe, s_melo) with { Required = 3 },
        Speed("S4a", "backward pass and update are at least 1.3 times faster than in full fine-tuning", new("1.82 times (ViT-B/16 at 384 pixels, CPU)", "authors' notebook"),
            StatisticalTest.RatioAtLeast(1.3), (MeLoSpeed.FullRow, MeLoSpeed.BackwardColumn), (MeLoSpeed.LowRankRow, MeLoSpeed.BackwardColumn)),
        Speed("S4b", "a whole training step, forward pass included, is at least 1.3 times faster", new("1.8 to 1.9 times, forward pass left out", "README of the code"),
            StatisticalTest.RatioAtLeast(1.3), (MeLoSpeed.FullRow, MeLoSpeed.StepColumn), (MeLoSpeed.LowRankRow, MeLoSpeed.StepColumn)),
        Speed("S4c", "an unmerged update slows the forward pass by less than 30 %", PaperNumber.None,
            new StatisticalTest(Quantity.Ratio, Side.Below, 1.3, JudgedBy.Interval), (MeLoSpeed.LowRankRow, MeLoSpeed.ForwardColumn), (MeLoSpeed.BaseRow, MeLoSpeed.ForwardColumn)),
        Speed("S4d", "a merged update slows it by at most 5 %", PaperNumber.None,
            new StatisticalTest(Quantity.Ratio, Side.AtMost, 1.05, JudgedBy.Mean), (MeLoSpeed.MergedRow, MeLoSpeed.ForwardColumn), (MeLoSpeed.BaseRow, MeLoSpeed.ForwardColumn)),
        Switching("S5a", "switching by index is at least 20 times faster than loading a full checkpoint", new("extremely fast", "abstract"), 20, "times",
            (MeLoSwitching.FullRow, MeLoSwitching.TimeColumn), (MeLoSwitching.IndexRow, MeLoSwitching.TimeColumn)),
        Switching("S5b", "four tasks on one backbone take at most a third of the disk that four full models take", new("about 0.5 MB per task", "abstract"), 3, "times the bytes",
            (MeLoSwitching.ModelsRow, MeLoSwitching.BytesColumn), (MeLoSwitching.MeLoRow, MeLoSwitching.BytesColumn)),
    ];

    private static Criterion<MeLoRunOptions> Auroc(string id, string statement, string source, PaperNumber reported, StatisticalTest test, params MeLoArm[] arms) => new()
    {
        Id = id,
        Experiment = MeLoSweep.Id,
        Paper = Paper,
        Statement = statement,
        Source = source,
        Reported = reported,
        Test = test,
        Seeds = MeLoPlan.Seeds,
        MethodVersion = MeLoSweep.Version,
        Varied = s_methods,
        Comparisons =
        [
            .. s_plan.Tasks.Select(task => new ArmComparison<MeLoRunOptions>(task.Task, [.. arms.Select(arm => new Arm<MeLoRunOptions>(
                arm.Name, run => run.Kind == MeLoRunKind.Fit && run.Task == task.Task && run.Mode == arm.Mode && run.Rank == arm.Rank, MeLoFit.TestRow, MeLoFit.AurocColumn))])),
        ],
    };

    private static Criterion<MeLoRunOptions> Speed(
        string id, string statement, PaperNumber reported, StatisticalTest test, (string Row, string Column) first, (string Row, string Column) second) => new()
        {
            Id = id,
            Experiment = MeLoSweep.Id,
            Paper = Paper,
            Statement = statement,
            Source = reported == PaperNumber.None ? "our expectation from the method" : "code history; margin ours",
            Reported = reported,
            Test = test,
            Seeds = MeLoPlan.Seeds,
            MethodVersion = MeLoSweep.Version,
            Format = new EstimateFormat(2, Unit: "times"),
            Comparisons =
        [
            .. s_plan.Widths.Select(width => new ArmComparison<MeLoRunOptions>(FormattableString.Invariant($"width {width}"),
                [Number(run => run.Kind == MeLoRunKind.Speed && run.Width == width, first), Number(run => run.Kind == MeLoRunKind.Speed && run.Width == width, second)])),
        ],
        };

    private static Criterion<MeLoRunOptions> Switching(
        string id, string statement, PaperNumber reported, double times, string unit, (string Row, string Column) first, (string Row, string Column) second) => new()
        {
            Id = id,
            Experiment = MeLoSweep.Id,
            Paper = Paper,
            Statement = statement,
            Source = "abstract; factor ours",
            Reported = reported,
            Test = StatisticalTest.RatioAtLeast(times),
            Seeds = MeLoPlan.Seeds,
            MethodVersion = MeLoSweep.Version,
            Format = new EstimateFormat(1, Unit: unit),
            Comparisons = [new ArmComparison<MeLoRunOptions>("four tasks", [Number(run => run.Kind == MeLoRunKind.Switching, first), Number(run => run.Kind == MeLoRunKind.Switching, second)])],
        };

    private static Arm<MeLoRunOptions> Number(Func<MeLoRunOptions, bool> selects, (string Row, string Column) place) => new(place.Row, selects, place.Row, place.Column);
}
