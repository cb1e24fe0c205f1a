using RobustVlm.Experiments.Criteria;
using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>What is claimed of Adaptor, and by which rule the stored runs decide about it.</summary>
internal static class AdaptorCriteria
{
    private const string Paper = "Adaptor (Qin et al. 2024, arXiv 2401.01179)";
    private const string Thesis = "authors' notebook";
    private const string Ours = "our expectation from the method";

    private static readonly EstimateFormat s_percent = new(1, InPercent: true);
    private static readonly EstimateFormat s_times = new(2, Unit: "times");
    private static readonly StatisticalTest s_above = StatisticalTest.Superiority();
    private static readonly StudyClaims<AdaptorRunOptions> s_study = new(AdaptorSweep.Id, Paper, AdaptorPlan.Seeds, AdaptorSweep.Version, ["arm", "layers", "textWeight", "epochs", "batchSize", "learningRate", "diceTerm"]) { Format = s_percent };

    internal static IReadOnlyList<ICriterion> All { get; } =
    [
        Claim("S1a", "pre-training from frozen embeddings works: its validation loss is below 0.8 ln B", Ours, PaperNumber.None,
            new StatisticalTest(Quantity.Value, Side.Below, 0.8, JudgedBy.Interval), Learned(AdaptorArm.Adaptor, AdaptorPreTraining.LossColumn)) with { Format = s_times },
        Claim("S1b", "images find their report at least 10 times as often as by chance", Ours, PaperNumber.None,
            new StatisticalTest(Quantity.Value, Side.AtLeast, 10, JudgedBy.Interval), Learned(AdaptorArm.Adaptor, AdaptorPreTraining.RecallColumn)) with { Format = s_times },
        Claim("S1c", "from shuffled pairs nothing is learned: the validation loss stays at ln B or above, within 1 %", Ours, PaperNumber.None,
            new StatisticalTest(Quantity.Value, Side.AtLeast, 0.99, JudgedBy.Interval), Learned(AdaptorArm.ShuffledPairs, AdaptorPreTraining.LossColumn)) with { Format = s_times },
        Claim("S1d", "from shuffled pairs images find their report at most 3 times as often as by chance", Ours, PaperNumber.None,
            new StatisticalTest(Quantity.Value, Side.AtMost, 3, JudgedBy.Mean), Learned(AdaptorArm.ShuffledPairs, AdaptorPreTraining.RecallColumn)) with { Format = s_times },
        Claim("S2", "for every pair of encoders, 10 % of the labels are better than 1 %, and 100 % better than 10 %", "tables", new("77.0, 79.0, 81.3 to 82.8, 85.3, 86.8", Thesis), s_above, Labels()),
        Claim("S3", "the image encoder matters at least three times as much as the text encoder", "tables; factor ours", new("6.2 against 2.1 points or less at 1 %, 5.4 against 0.4 or less at 100 %", Thesis),
            new StatisticalTest(Quantity.Value, Side.AtLeast, 0, JudgedBy.Interval), Spreads()),
        Claim("S4a", "with all labels, frozen encoders with Adaptor are within 5 points of end-to-end training", "tables; margin ours", new("−4.0 AUROC on RSNA, 0.0 on COVIDx", Thesis),
            StatisticalTest.NonInferiority(0.05), Beside(AdaptorArm.EndToEnd, AdaptorPlan.Fractions[^1])),
        Claim("S4b", "at the published sizes it trains less than a tenth of the weights of the best end-to-end method", "abstract", new("over 90 % fewer", "abstract"),
            new StatisticalTest(Quantity.Value, Side.Above, 0.9, JudgedBy.EverySeed), Saved(AdaptorCost.Best)),
        Claim("S4c", "it is better than a random encoder at every share of the labels", "tables", new("82.8, 85.3, 86.8 against 58.9, 69.4, 74.1 AUROC", Thesis),
            s_above, [.. AdaptorPlan.Fractions.SelectMany(fraction => Beside(AdaptorArm.RandomEncoder, fraction))]),
        Claim("S5a", "at the published sizes it trains more than 90 % fewer weights than each end-to-end method", "abstract", new("over 90 %", "abstract"),
            new StatisticalTest(Quantity.Value, Side.Above, 0.9, JudgedBy.EverySeed), [.. AdaptorCost.Competitors.SelectMany(other => Saved(other.Name))]),
        Claim("S5b", "an epoch of pre-training from cached embeddings takes at most a fifth of the time of an end-to-end epoch", "our expectation; the paper gives no time", PaperNumber.None,
            StatisticalTest.RatioAtLeast(5), new ArmComparison<AdaptorRunOptions>("an epoch", [Timed(AdaptorCost.TogetherColumn), Timed(AdaptorCost.FrozenColumn)])) with { Format = s_times },
        Segmentation("S6a", "with 1 % of the labels, Adaptor's official Dice is above that of end-to-end training with 100 %", "abstract", new("73.1 against 64.2 (SIIM), 76.5 against 69.8 (RSNA)", "authors' notebook, the others from G2D's table"),
            AdaptorDownstream.OfficialColumn),
        Segmentation("S6b", "the same on images that have a mask", "our check of the claim", PaperNumber.None, AdaptorDownstream.PositiveColumn),
        Claim("S6c", "with 1 % of the labels, Adaptor's official Dice is above that of predicting nothing", "our check of the claim", new("73.1 and 76.5, about the share of empty masks", Thesis), s_above,
            [.. Terms().Select(term => Decoded(Name(term), Mask(AdaptorArm.Adaptor, term, AdaptorDownstream.OfficialColumn, 0), Mask(AdaptorArm.Adaptor, term, AdaptorDownstream.BlankColumn, 0)))]),
    ];

    private static Criterion<AdaptorRunOptions> Claim(
        string id, string statement, string source, PaperNumber reported, StatisticalTest test, params ArmComparison<AdaptorRunOptions>[] comparisons) =>
        s_study.Claim(id, statement, source, reported, test, comparisons);

    // The claim may hold with either Dice term; the tables do not tell which.
    private static Criterion<AdaptorRunOptions> Segmentation(string id, string statement, string source, PaperNumber reported, string column) =>
        Claim(id, statement, source, reported, s_above, [.. Terms().Select(term => Decoded(
            Name(term), Mask(AdaptorArm.Adaptor, term, column, 0), Mask(AdaptorArm.EndToEnd, DiceTerm.Original, column, AdaptorPlan.Fractions.Count - 1)))]) with
        { Required = 1 };

    private static DiceTerm[] Terms() => Enum.GetValues<DiceTerm>();

    private static string Name(DiceTerm term) => $"{term.ToString().ToLowerInvariant()} Dice term";

    private static ArmComparison<AdaptorRunOptions> Decoded(string name, params Arm<AdaptorRunOptions>[] arms) => new(name, arms);

    private static Arm<AdaptorRunOptions> Mask(AdaptorArm arm, DiceTerm term, string column, int fraction) => new(
        AdaptorPlan.NameOf(arm), run => run.Kind == AdaptorRunKind.Segmentation && run.Arm == arm && run.DiceTerm == term,
        AdaptorDownstream.SegmentationRow, AdaptorDownstream.At(column, AdaptorPlan.Fractions[fraction]));

    // The Adaptor as published; other layers and weights are reported without a mark.
    private static Arm<AdaptorRunOptions> Fit(AdaptorArm arm, string row, string column) => new(
        AdaptorPlan.NameOf(arm), run => run.Kind == AdaptorRunKind.Fit && run.Arm == arm && (arm != AdaptorArm.Adaptor || (run.Layers == AdaptorPlan.Layers && run.TextWeight == AdaptorPlan.TextWeight)), row, column);

    private static ArmComparison<AdaptorRunOptions> Learned(AdaptorArm arm, string column) => new(AdaptorPlan.NameOf(arm), [Fit(arm, AdaptorPreTraining.Row, column)]);

    private static ArmComparison<AdaptorRunOptions>[] Beside(AdaptorArm other, double fraction) =>
        [.. AdaptorTask.All.Select(task => new ArmComparison<AdaptorRunOptions>(
            $"{task.Name}, {AdaptorPlan.NameOf(fraction)}", [Fit(AdaptorArm.Adaptor, task.Name, task.Column(fraction)), Fit(other, task.Name, task.Column(fraction))]))];

    private static ArmComparison<AdaptorRunOptions>[] Labels() =>
    [
        .. from image in Enum.GetValues<AdaptorImageEncoder>()
           from text in Enum.GetValues<AdaptorTextEncoder>()
           from task in AdaptorTask.All
           from step in AdaptorPlan.Fractions.Zip(AdaptorPlan.Fractions.Skip(1))
           select new ArmComparison<AdaptorRunOptions>(
               $"{AdaptorFit.RowOf(image, text, task)}, {AdaptorPlan.NameOf(step.Second)}",
               [InGrid(AdaptorFit.RowOf(image, text, task), task.Column(step.Second)), InGrid(AdaptorFit.RowOf(image, text, task), task.Column(step.First))]),
    ];

    // Where the thesis gives the numbers: AUROC at the smallest and the largest share of the labels.
    private static ArmComparison<AdaptorRunOptions>[] Spreads() =>
        [.. new[] { AdaptorPlan.Fractions[0], AdaptorPlan.Fractions[^1] }.Select(fraction => new ArmComparison<AdaptorRunOptions>(
            AdaptorTask.Binary.Column(fraction), [InGrid(AdaptorFit.SpreadRow, AdaptorFit.SpreadColumn(AdaptorTask.Binary, fraction, AdaptorFit.LeadColumn))]))];

    private static Arm<AdaptorRunOptions> InGrid(string row, string column) => new(column, run => run.Kind == AdaptorRunKind.Grid, row, column);

    private static ArmComparison<AdaptorRunOptions>[] Saved(string competitor) =>
        [new(competitor, [new Arm<AdaptorRunOptions>(competitor, run => run.Kind == AdaptorRunKind.Cost, AdaptorCost.SizeRow, AdaptorCost.SavedColumn(competitor))])];

    private static Arm<AdaptorRunOptions> Timed(string column) => new(column, run => run.Kind == AdaptorRunKind.Cost, AdaptorCost.TimeRow, column);
}
