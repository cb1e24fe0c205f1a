using System.Globalization;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Methods.Nullspaces;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>What is claimed of the nullspace of vision transformers and of fine-tuning with it, and by which rule the stored runs of the miniature decide about it.</summary>
/// <remarks>
/// The rules were fixed before the runs, with one correction when two of five seeds were stored: M5b compared the last search with the very first, which sees the model before any round; the claim
/// speaks of the length after the first round, which is that of the second search. Both seeds had the same sign either way.
/// </remarks>
internal static class NullspaceCriteria
{
    private const string Paper = "NS-ViT (Liu et al. 2024, arXiv 2403.10476)";
    private const string Ours = "margin ours";
    private const string Question = "a question here, not a gate";
    private const double LargestChange = 1e-3;
    private const double MostOfRounds = 0.9;

    private static readonly EstimateFormat s_percent = new(1, InPercent: true);
    private static readonly EstimateFormat s_plain = new();
    private static readonly EstimateFormat s_fine = new(6);
    private static readonly EstimateFormat s_times = new(1, Unit: "times");

    private static readonly double s_largestNoise = NullspacePlan.PixelNoises[^1];
    private static readonly double[] s_largestLambdas = [.. NullspacePlan.Lambdas.TakeLast(2)];
    private static readonly StudyClaims<NullspaceRunOptions> s_study = new(NullspaceSweep.Id, Paper, NullspacePlan.Seeds, NullspaceSweep.Version, ["arm", "epsilon", "kind", "autoAttack"]);

    internal static IReadOnlyList<ICriterion> All { get; } =
    [
        Claim("M1a", "the trained patch embedding has full rank, so the exact nullspace has as many dimensions as a patch has more numbers than a token", "section 2.1", PaperNumber.None, s_plain,
            Every(Side.Within, 0), Exact(NullspaceAnalysis.DimensionExcess)),
        Claim("M1b", "unseen pixel noise up to a deviation of 2 changes no logit by a thousandth of the logits' size", $"section 2.1; {Ours}", new("exact", "section 2.1"), s_fine,
            Every(Side.Below, LargestChange), [.. NullspacePlan.PixelNoises.Select(deviation => Exact(NullspaceAnalysis.At("logit change", deviation)))]),
        Claim("M1c", "unseen pixel noise up to a deviation of 2 changes no answer", "section 2.1", new("exact", "section 2.1"), s_percent,
            Every(Side.AtLeast, 1), [.. NullspacePlan.PixelNoises.Select(deviation => Exact(NullspaceAnalysis.At(NullspaceAnalysis.AgreementColumn, deviation)))]),
        Claim("M1d", "the same noise in another order changes more than a tenth of the answers at the largest deviation", $"section 2.1; {Ours}", PaperNumber.None, s_percent,
            Every(Side.Above, 0.1, Quantity.Difference), Pair("unseen and permuted", (NullspaceAnalysis.ExactRow, NullspaceAnalysis.At(NullspaceAnalysis.AgreementColumn, s_largestNoise)),
                (NullspaceAnalysis.ExactRow, NullspaceAnalysis.At(NullspaceAnalysis.Of(NullspaceAnalysis.AgreementColumn, NullspaceAnalysis.Permuted), s_largestNoise)))),
        Claim("M1e", "sums and multiples of unseen noise are unseen", $"section 2.1; {Ours}", new("exact", "section 2.1"), s_fine, Every(Side.Below, LargestChange), Exact(NullspaceAnalysis.SumsColumn)),
        Claim("M2a", "learned noise changes fewer answers than the same numbers in another order, in every seed at the two largest lambdas", $"figure; {Ours}", new("98 to 99.5 % against 86 to 97 %", "figure, read off"), s_percent,
            Every(Side.Above, 0, Quantity.Difference), Agreements()),
        Claim("M2b", "learned noise leaves on average at least 5 points more answers as they were than the same numbers in another order, at the two largest lambdas", $"figure; {Ours}", new("98 to 99.5 % against 86 to 97 %", "figure, read off"), s_percent,
            new StatisticalTest(Quantity.Difference, Side.AtLeast, 0.05, JudgedBy.Mean), Agreements()),
        Claim("M2c", "the permuted noise has at least three times the mean squared change of the confidence", $"figure; {Ours}", new("more than 10 times", "figure, read off"), s_times,
            StatisticalTest.RatioAtLeast(3), AtLambdas(NullspaceAnalysis.ConfidenceColumn, permutedFirst: true)),
        Claim("M3", "the length of the learned noise rises with lambda", $"figure; {Ours}", new("monotone: 28 to 92", "figure, read off"), s_plain,
            StatisticalTest.RankCorrelation(0.9), new ArmComparison<NullspaceRunOptions>("length over lambda",
                [.. NullspacePlan.Lambdas.Select(lambda => Analysed(NullspaceAnalysis.LambdaRow(lambda), NullspaceAnalysis.NormColumn, NullspaceAnalysis.LambdaRow(lambda)) with { X = lambda })])),
        Claim("M4a", "the error of multiples of a learned noise grows with the multiple, up to one and a half", $"section 2.3; {Ours}", PaperNumber.None, s_plain,
            StatisticalTest.RankCorrelation(0.99), new ArmComparison<NullspaceRunOptions>("error over multiple", [.. NullspacePlan.Factors.Select(Multiple)])),
        Claim("M4b", "multiples up to the learned noise itself stay within epsilon, on pictures that the search did not see", $"section 2.3; {Ours}", PaperNumber.None, s_plain,
            Every(Side.AtMost, NullspacePlan.Epsilon), [.. NullspacePlan.Factors.Where(factor => factor is > 0 and <= 1).Select(factor => Alone(Multiple(factor)))]),
        Claim("M4c", "what lies between two learned noises stays within twice epsilon, on pictures that the search did not see", $"section 2.3; {Ours}", PaperNumber.None, s_plain,
            Every(Side.AtMost, 2 * NullspacePlan.Epsilon), Alone(Analysed(NullspaceAnalysis.MixedRow, NullspaceAnalysis.LargestMixed, NullspaceAnalysis.MixedRow))),
        Claim("M5a", "from the second round on the search for noise stops early in at least 90 % of the rounds", "authors' response on OpenReview; margin ours", new("always", "OpenReview"), s_percent,
            Every(Side.AtLeast, MostOfRounds), Alone(Tuned(NullspaceArm.Nullspace, NullspaceFit.StoppedColumn, NullspaceFit.NoiseRow))),
        Claim("M5b", "the learned noise is longer at the end than after the first round", "figure", new("0.68 to 0.88 of the start", "figure, read off"), s_plain,
            Every(Side.Above, 0, Quantity.Difference), new ArmComparison<NullspaceRunOptions>("last and second search", [Length(NullspacePlan.For(Scale.Demo).Common.Rounds), Length(2)])),
        Claim("M6a", "fine-tuning with nullspace noise raises accuracy under FGSM at 1/255", $"table 1; {Question}", new("+12.2 points", "ViT-S, table 1"), s_percent,
            StatisticalTest.Superiority(), Against(NullspaceArm.Nullspace, NullspaceArm.None, NullspaceScores.Fgsm(1))),
        Claim("M6b", "fine-tuning with nullspace noise raises accuracy under corruptions", $"table 1; {Question}", new("mCE −15.2 points", "ViT-S, table 1"), s_percent,
            StatisticalTest.Superiority(), Against(NullspaceArm.Nullspace, NullspaceArm.None, NullspaceScores.CorruptionColumn)),
        Claim("M7a", "nullspace noise is better under FGSM at 1/255 than the same steps without noise, which the paper does not compare", Question, PaperNumber.None, s_percent,
            StatisticalTest.Superiority(), Against(NullspaceArm.Nullspace, NullspaceArm.Control, NullspaceScores.Fgsm(1))),
        Claim("M7b", "nullspace noise is better under FGSM at 1/255 than random noise of the same epsilon", $"table of epsilons; {Question}", new("+2.8 points", "ViT-S"), s_percent,
            StatisticalTest.Superiority(), Against(NullspaceArm.Nullspace, NullspaceArm.RandomNoise, NullspaceScores.Fgsm(1))),
        Claim("M7c", "random noise is no worse than nullspace noise on corruptions that are noise", $"table of epsilons; {Question}", new("mCE 1.3 points lower", "ViT-S, all corruptions"), s_percent,
            new StatisticalTest(Quantity.Difference, Side.AtLeast, 0, JudgedBy.Mean), Against(NullspaceArm.RandomNoise, NullspaceArm.Nullspace, NullspaceScores.NoiseColumn)),
        Claim("M8", "nullspace noise costs at most 2 points of clean accuracy, compared with the same steps without noise", Ours, new("+3.3 points against no fine-tuning", "ViT-S, table 1"), s_percent,
            StatisticalTest.NonInferiority(0.02), Against(NullspaceArm.Nullspace, NullspaceArm.Control, NullspaceScores.CleanColumn)),
        Claim("M9a", "adversarial training has higher accuracy under FGSM and PGD than nullspace noise in at least four of five seeds", "table 2; rule ours", new("FGSM +13.4 and +12.9 points", "ViT-S, table 2"), s_percent,
            Most(Side.Above), [.. Adversarial(NullspaceScores.Fgsm(1)), .. Adversarial(NullspaceScores.Pgd(2))]),
        Claim("M9b", "adversarial training has lower clean accuracy than nullspace noise in at least four of five seeds", "table 2; rule ours", new("−6.9 and −3.5 points", "ViT-S, table 2"), s_percent,
            Most(Side.Below), Adversarial(NullspaceScores.CleanColumn)),
        Claim("M9c", "adversarial training has lower accuracy on corruptions and on other sites than nullspace noise", $"table 2; {Question}", new("mCE +25.8 and +17.1 points", "ViT-S, table 2"), s_percent,
            Most(Side.Below), [.. Adversarial(NullspaceScores.CorruptionColumn), .. Adversarial(NullspaceScores.SitesColumn)]),
        Claim("M10", "epsilon hardly matters: 0.01, 0.03 and 0.1 lie within 1 point under FGSM at 1/255", $"table of epsilons; {Question}", new("25.4 to 26.0", "ViT-S"), s_percent,
            new StatisticalTest(Quantity.Difference, Side.Within, 0.01, JudgedBy.Mean), [Epsilons(0.01, 0.03), Epsilons(0.1, 0.03), Epsilons(0.01, 0.1)]),
        Claim("M11a", "nullspace noise gives no robustness worth the name: less than a tenth of the pictures stays right under AutoAttack's miniature at 4/255", "our expectation; the paper has no such number", PaperNumber.None, s_percent,
            Every(Side.Below, 0.1), Alone(Tuned(NullspaceArm.Nullspace, NullspaceScores.AutoAttack(4)))),
        Claim("M11b", "AutoAttack's miniature leaves no more right than PGD does, whatever the arm", "our check of the attacks", PaperNumber.None, s_percent,
            Every(Side.AtMost, 0, Quantity.Difference), [.. NullspacePlan.Arms.SelectMany(arm => NullspacePlan.AutoAttackBudgets.Select(budget => new ArmComparison<NullspaceRunOptions>(
                string.Create(CultureInfo.InvariantCulture, $"{NullspacePlan.NameOf(arm)}, {budget}/255"),
                [Tuned(arm, NullspaceScores.AutoAttack(budget)) with { Name = "AA-mini" }, Tuned(arm, NullspaceScores.Pgd(budget)) with { Name = "PGD-20" }])))]),
    ];

    private static Criterion<NullspaceRunOptions> Claim(
        string id, string statement, string source, PaperNumber reported, EstimateFormat format, StatisticalTest test, params ArmComparison<NullspaceRunOptions>[] comparisons) =>
        s_study.Claim(id, statement, source, reported, test, comparisons) with { Format = format };

    private static StatisticalTest Every(Side side, double limit, Quantity quantity = Quantity.Value) => new(quantity, side, limit, JudgedBy.EverySeed);

    private static StatisticalTest Most(Side side) => new(Quantity.Difference, side, 0, JudgedBy.MostSeeds);

    private static Arm<NullspaceRunOptions> Analysed(string row, string column, string name) => new(name, run => run.Kind == NullspaceRunKind.Analysis, row, column);

    private static Arm<NullspaceRunOptions> Tuned(NullspaceArm arm, string column, string row = NullspaceScores.Row) =>
        new(NullspacePlan.NameOf(arm), run => run.Kind == NullspaceRunKind.Tuning && run.Arm == arm, row, column);

    // Each round begins with a search: the second one is the first that sees a model after a round.
    private static Arm<NullspaceRunOptions> Length(int search)
    {
        var text = search.ToString(CultureInfo.InvariantCulture);
        return Tuned(NullspaceArm.Nullspace, text, NullspaceFit.CurvePrefix + NullspaceFit.LengthCurve) with { Name = $"search {text}" };
    }

    private static Arm<NullspaceRunOptions> Multiple(double factor)
    {
        var text = factor.ToString(CultureInfo.InvariantCulture);
        return Analysed(NullspaceAnalysis.ScalingRow, text, $"{text} times the noise") with { X = factor };
    }

    private static ArmComparison<NullspaceRunOptions> Alone(Arm<NullspaceRunOptions> arm) => new(arm.Name, [arm]);

    private static ArmComparison<NullspaceRunOptions> Exact(string column) => Alone(Analysed(NullspaceAnalysis.ExactRow, column, column));

    private static ArmComparison<NullspaceRunOptions> Pair(string name, (string Row, string Column) first, (string Row, string Column) second) =>
        new(name, [Analysed(first.Row, first.Column, first.Column), Analysed(second.Row, second.Column, second.Column)]);

    private static ArmComparison<NullspaceRunOptions>[] AtLambdas(string column, bool permutedFirst) => [.. s_largestLambdas.Select(lambda =>
    {
        var row = NullspaceAnalysis.LambdaRow(lambda);
        var (learned, permuted) = ((row, column), (row, NullspaceAnalysis.Of(column, NullspaceAnalysis.Permuted)));
        return permutedFirst ? Pair(row, permuted, learned) : Pair(row, learned, permuted);
    })];

    private static ArmComparison<NullspaceRunOptions>[] Agreements() => AtLambdas(NullspaceAnalysis.AgreementColumn, permutedFirst: false);

    private static ArmComparison<NullspaceRunOptions> Against(NullspaceArm first, NullspaceArm second, string column) =>
        new($"{NullspacePlan.NameOf(first)} and {NullspacePlan.NameOf(second)}, {column}", [Tuned(first, column), Tuned(second, column)]);

    private static ArmComparison<NullspaceRunOptions>[] Adversarial(string column) =>
        [Against(NullspaceArm.Madry, NullspaceArm.Nullspace, column), Against(NullspaceArm.Trades, NullspaceArm.Nullspace, column)];

    private static ArmComparison<NullspaceRunOptions> Epsilons(double first, double second) => new(
        string.Create(CultureInfo.InvariantCulture, $"{first} and {second}"), [At(first), At(second)]);

    private static Arm<NullspaceRunOptions> At(double epsilon) => new(
        string.Create(CultureInfo.InvariantCulture, $"epsilon {epsilon}"),
        run => run.Kind != NullspaceRunKind.Analysis && run.Arm == NullspaceArm.Nullspace && run.Epsilon == epsilon, NullspaceScores.Row, NullspaceScores.Fgsm(1));
}
