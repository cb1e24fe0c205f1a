using RobustVlm.Experiments.Criteria;
using RobustVlm.Methods.Ran;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>What is claimed of upstream noise and of RAN, and by which rule the stored runs decide about it.</summary>
/// <remarks>
/// Of the paper only abstract and second-hand summaries could be read, and none of its numbers; the margins are ours. M1, the numbers of the loss, is a test of the library.
/// M6 allows for its three sets by Holm's rule: with six seeds the smallest one-sided sign-flip p is 1/64, just below .05 / 3, and it takes all six seeds.
/// </remarks>
internal static class RanCriteria
{
    /// <summary>"Moderate noise helps".</summary>
    internal const string ModerateId = "M6";

    private const string Paper = "RAN (Han et al. 2024, arXiv 2407.02716)";
    private const string Headline = "abstract, first headline; margin ours";
    private const string Defence = "abstract, second headline; margin ours";
    private const string Ours = "our check of the experiment";
    private const double Points = 0.005;   // "half a point"

    private static readonly EstimateFormat s_percent = new(1, InPercent: true);
    private static readonly EstimateFormat s_plain = new(3);

    private static readonly StatisticalTest s_falls = new(Quantity.Difference, Side.Below, 0, JudgedBy.Interval);
    private static readonly StatisticalTest s_notLower = new(Quantity.Difference, Side.AtLeast, 0, JudgedBy.Mean);
    private static readonly StudyClaims<RanRunOptions> s_study = new(RanSweep.Id, Paper, RanPlan.Seeds, RanSweep.Version, ["ratio"]) { Format = s_percent };

    internal static IReadOnlyList<ICriterion> All { get; } =
    [
        Crafting("M2a", "poisoned images come nearer to their targets' features, by at least .3 in cosine", new(Quantity.Value, Side.AtLeast, 0.3, JudgedBy.Interval), RanCrafting.ImageRow, RanCrafting.Gain),
        Crafting("M2b", "poisoned images are nearer to their targets' features than to their own", StatisticalTest.Superiority(), RanCrafting.ImageRow, RanCrafting.ToTarget, RanCrafting.ToOriginal),
        Crafting("M2c", "no pixel of a poisoned image changes by more than 8/255", new(Quantity.Value, Side.AtMost, (RanPlan.PoisonBudget / 255) + 1e-6, JudgedBy.EverySeed), RanCrafting.ImageRow, RanCrafting.Change) with { Format = new EstimateFormat(5) },
        Crafting("M2d", "poisoned images stay images: no pixel leaves [0, 1]", new(Quantity.Value, Side.AtMost, 0, JudgedBy.EverySeed), RanCrafting.ImageRow, RanCrafting.Outside),
        Crafting("M3a", "every poisoned caption states something else than before", new(Quantity.Value, Side.AtLeast, 1, JudgedBy.EverySeed), RanCrafting.CaptionRow, RanCrafting.Falsified) with { Format = s_percent },
        Crafting("M3b", "false captions fit their images worse than true ones, in the surrogate's cosine", s_falls, RanCrafting.CaptionRow, RanCrafting.FalseCosine, RanCrafting.TrueCosine),
        Pairs("M4a", "SGA is at least as strong as Co-Attack", s_notLower, ("SGA", "Co-Attack")),
        Pairs("M4b", "Co-Attack is at least as strong as an attack on images or captions alone", s_notLower, ("Co-Attack", RanPairAttacks.BestSingle)),
        Pairs("M4c", "attacks on images and captions are stronger than those on either alone", StatisticalTest.Superiority(),
            [.. RanPairAttacks.Names.Skip(2).Select(name => (name, RanPairAttacks.BestSingle))]),
        Claim("M5a", "excessive noise hurts: behind half of the pairs poisoned, a linear probe is less accurate than behind none, in-domain or on a shifted site", Headline, s_falls,
            [.. Domains.Select(set => Between(RanArm.Probe, set, RanPlan.Largest, 0))]) with { Required = 1 },
        Claim("M5b", "from a tenth on, more noise means less accuracy of a linear probe, in-domain or on a shifted site", Headline, new(Quantity.RankCorrelation, Side.Below, 0, JudgedBy.Interval),
            [.. Domains.Select(set => new ArmComparison<RanRunOptions>(set, [.. RanPlan.Ratios.Where(ratio => ratio >= RanPlan.Moderate).Select(ratio => At(RanArm.Probe, set, ratio) with { X = ratio })]))]) with { Required = 1, Format = s_plain },
        Claim(ModerateId, "moderate noise helps: behind a tenth of the pairs poisoned, a linear probe is better than behind none, in every seed (Holm's rule over three sets)", Headline,
            new(Quantity.Difference, Side.Above, 0, JudgedBy.EverySeed),
            [.. new[] { RanScores.InDomain, RanScores.Robust(RanPlan.Budgets[0]), RanScores.Shifted }.Select(set => Between(RanArm.Probe, set, RanPlan.Moderate, 0))]) with { Required = 1 },
        Claim("M7a", "RAN rectifies: behind three tenths of the pairs poisoned and more, it is more accurate than a linear probe", Defence, StatisticalTest.Superiority(),
            [.. RanPlan.Heavy.SelectMany(ratio => RanScores.TestSets.Select(set => Against(RanArm.Ran, RanArm.Probe, set, ratio)))]),
        Claim("M7b", "RAN is nowhere more than half a point below the same network without its regularisers", Defence, new(Quantity.Difference, Side.AtLeast, -Points, JudgedBy.Mean),
            [.. RanPlan.Ratios.SelectMany(ratio => RanScores.TestSets.Select(set => Against(RanArm.Ran, RanArm.Mlp, set, ratio)))]),
        Claim("M7c", "RAN is better than the same network without its regularisers, on the mean of ratios and test sets", Defence, new(Quantity.Mean, Side.Above, 0, JudgedBy.Interval),
            new ArmComparison<RanRunOptions>("six ratios", [.. RanPlan.Ratios.Select(ratio => At(RanArm.Ran, RanScores.OverMlp, ratio))])),
        Claim("M7d", "RAN defends: behind three tenths of the pairs poisoned and more, it is more accurate than a linear probe under PGD", "abstract, second headline (defends against adversarial attacks); budget ours",
            StatisticalTest.Superiority(), [.. RanPlan.Heavy.Select(ratio => Against(RanArm.Ran, RanArm.Probe, RanScores.Robust(RanPlan.Budgets[0]), ratio))]),
        Claim("M8", "RAN's lead over a linear probe is not smaller behind half of the pairs poisoned than behind none", Defence, s_notLower, Between(RanArm.Ran, RanScores.OverProbe, RanPlan.Largest, 0)),
        Claim("M9a", "RAN's regularisers raise the share of the five largest singular values, in every seed", "form of the loss", new(Quantity.Difference, Side.Above, 0, JudgedBy.EverySeed),
            [.. RanPlan.Ratios.Select(ratio => Against(RanArm.Ran, RanArm.Mlp, RanScores.TopShare, ratio))]) with { Format = s_plain },
        Claim("M9b", "RAN's regularisers lower the covariance between features, in every seed", "form of the loss", new(Quantity.Difference, Side.Below, 0, JudgedBy.EverySeed),
            [.. RanPlan.Ratios.Select(ratio => Against(RanArm.Ran, RanArm.Mlp, RanScores.Covariance, ratio))]) with { Format = s_plain },
        new UntestableClaim("M10", RanSweep.Id, Paper, "each of the loss's three components contributes", "second-hand: a loss of three components; its ablation was not found", PaperNumber.None,
            "no margin was fixed for the ablation; the notebook shows it as a table, with the two second views and the pairings"),
        Strength("C1", "PGD that starts at the picture itself breaks no more than PGD from a random start, within 3 points", RanPairAttacks.ZeroStart),
        Strength("C2", "fifty steps of PGD break no more than twenty, within 3 points", RanPairAttacks.Long),
        Strength("C3", "PGD with float32 gradients breaks no more than with bfloat16 ones, within 3 points", RanPairAttacks.Exact),
    ];

    private static IEnumerable<string> Domains => [RanScores.InDomain, RanScores.Shifted];

    private static Criterion<RanRunOptions> Claim(string id, string statement, string source, StatisticalTest test, params ArmComparison<RanRunOptions>[] comparisons) =>
        s_study.Claim(id, statement, source, PaperNumber.None, test, comparisons);

    private static Criterion<RanRunOptions> Crafting(string id, string statement, StatisticalTest test, string row, params string[] columns) => Claim(
        id, statement, Ours, test, new ArmComparison<RanRunOptions>(row, [.. columns.Select(column => new Arm<RanRunOptions>(column, run => run.Kind == RanRunKind.Crafting, row, column))])) with
    { Format = s_plain };

    private static Criterion<RanRunOptions> Pairs(string id, string statement, StatisticalTest test, params (string First, string Second)[] pairs) => Claim(
        id, statement, "order of the published attacks (SGA's tables)", test,
        [.. pairs.SelectMany(pair => new[] { RanPairAttacks.TextsFound, RanPairAttacks.ImagesFound }.Select(column => Attacks($"{pair.First} and {pair.Second}: {column}", column, pair.First, pair.Second)))]);

    private static Criterion<RanRunOptions> Strength(string id, string statement, string other) => Claim(
        id, statement, Ours, new(Quantity.Difference, Side.AtLeast, -0.03, JudgedBy.Mean),
        [.. new[] { RanArm.Probe, RanArm.Ran }.Select(arm => Attacks(arm.Name, RanScores.Robust(RanPlan.Budgets[0]), $"{arm.Name}: {other}", $"{arm.Name}: PGD"))]);

    private static ArmComparison<RanRunOptions> Attacks(string name, string column, params string[] rows) =>
        new(name, [.. rows.Select(row => new Arm<RanRunOptions>(row, run => run.Kind == RanRunKind.Attacks, row, column))]);

    private static Arm<RanRunOptions> At(RanArm arm, string column, double ratio) => new(
        $"{arm.Name}, {RanPlan.Percent(ratio)}",
        run => run.Kind == RanRunKind.Fit && run.Ratio == ratio && run.Pairing == NoisePairing.Both && run.Texts == RanTexts.Rules, arm.Name, column);

    private static ArmComparison<RanRunOptions> Between(RanArm arm, string column, double first, double second) =>
        new($"{column}, {RanPlan.Percent(first)} against {RanPlan.Percent(second)}", [At(arm, column, first), At(arm, column, second)]);

    private static ArmComparison<RanRunOptions> Against(RanArm first, RanArm second, string column, double ratio) =>
        new($"{column}, {RanPlan.Percent(ratio)}", [At(first, column, ratio), At(second, column, ratio)]);
}
