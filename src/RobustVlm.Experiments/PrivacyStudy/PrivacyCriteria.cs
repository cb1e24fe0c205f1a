using RobustVlm.Experiments.Criteria;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>What is claimed of membership inference on a diffusion model, and by which rule the stored runs decide about it.</summary>
/// <remarks>
/// The rules are those that were written down before any network was trained. M1 asks a dozen attacks to lie within two standard errors of chance; one in twenty would lie outside by
/// chance alone. What was seen on the choosing seed (see <see cref="PrivacyPlan"/>) changed none of them: claims about the loss attack, M5c, M5d and M9c, were added beside those
/// about SecMI. M2d, M2e, M4d and M7 name SecMI too, and will not hold if the reported seeds are like the choosing one. M1e was added when four of five seeds were stored: the mean that
/// M1d looks at hides a seed in which pictures alone seem to tell members from others. M8b means over five seeds what its limit allows a single one, and the forty splits of a seed share
/// their pictures; it is therefore a weak check.
/// </remarks>
internal static class PrivacyCriteria
{
    private const string Paper = "Privacy Threats in Stable Diffusion Models (Cilloni et al. 2023, arXiv 2311.09355)";
    private const string Sheet = "our rule; five models of 16-pixel pictures, two cores";
    private const string Rerun = "SimA's re-run of DDPM attacks, table 1, second-hand";

    // The range of SecMI in which the main claim is meant.
    private const double SecMiFrom = 0.70;
    private const double SecMiTo = 0.95;

    // Two standard errors (Hanley and McNeil 1982) of the mean of five areas of 0.5, each from 100 members and 100 others.
    private const double TwoErrors = 0.0365;

    // The same for one seed.
    private const double TwoErrorsOfOne = 0.08;

    private static readonly PaperNumber s_paper = new("about 0.60", "abstract");

    private static readonly StatisticalTest s_atChance = new(Quantity.Value, Side.Within, TwoErrors, JudgedBy.Mean);
    private static readonly StatisticalTest s_rises = new(Quantity.RankCorrelation, Side.Above, 0, JudgedBy.EverySeed);
    private static readonly StatisticalTest s_falls = new(Quantity.RankCorrelation, Side.Below, 0, JudgedBy.EverySeed);
    private static readonly StatisticalTest s_lower = StatisticalTest.Superiority(lowerIsBetter: true);
    private static readonly StatisticalTest s_notLower = new(Quantity.Difference, Side.AtLeast, 0, JudgedBy.StandardError);
    private static readonly StudyClaims<PrivacyRunOptions> s_study = new(PrivacySweep.Id, Paper, PrivacyPlan.Seeds, PrivacySweep.Version, ["kind", "members", "defence"]);

    internal static IReadOnlyList<ICriterion> All { get; } =
    [
        Claim("M1a", "on an untrained model every attack is at chance", PaperNumber.None, s_atChance, [.. PrivacyScores.AllAttacks.Select(name => Value(name, PrivacyFit.Untrained, PrivacyScores.Above(name)))]),
        Claim("M1b", "on a model that was trained on other pictures every attack is at chance", PaperNumber.None, s_atChance, [.. PrivacyScores.AllAttacks.Select(name => Value(name, PrivacyFit.OtherData, PrivacyScores.Above(name)))]),
        Claim("M1c", "with shuffled labels the trained attack is at chance", PaperNumber.None, s_atChance, Value("shuffled labels", PrivacyFit.Chosen, PrivacyScores.Above(PrivacyScores.Shuffled + PrivacyScores.Trajectory))),
        Claim("M1d", "pictures and captions alone tell nothing", PaperNumber.None, s_atChance, Value("blind classifier", PrivacyScores.Blind, PrivacyScores.Above(PrivacyScores.Blind))),
        Claim("M1e", "pictures and captions alone tell nothing in any single seed", PaperNumber.None, new(Quantity.Value, Side.Within, TwoErrorsOfOne, JudgedBy.EverySeed), Value("blind classifier", PrivacyScores.Blind, PrivacyScores.Above(PrivacyScores.Blind))),
        Claim("M2a", "the trajectory attack tells members better than chance", s_paper, new(Quantity.Value, Side.Above, 0.5, JudgedBy.Interval), Value(PrivacyScores.Trajectory)),
        Claim("M2b", "its AUC is at least 0.55", s_paper, new(Quantity.Value, Side.AtLeast, 0.55, JudgedBy.Mean), Value(PrivacyScores.Trajectory)),
        Claim("M2c", "its AUC is at most 0.80", s_paper, new(Quantity.Value, Side.AtMost, 0.80, JudgedBy.Mean), Value(PrivacyScores.Trajectory)),
        Claim("M2d", "there, SecMI has at least 0.70 on the calibration half", PaperNumber.None, new(Quantity.Value, Side.AtLeast, SecMiFrom, JudgedBy.Mean), Value(PrivacyScores.Calibration)),
        Claim("M2e", "there, SecMI has at most 0.95 on the calibration half", PaperNumber.None, new(Quantity.Value, Side.AtMost, SecMiTo, JudgedBy.Mean), Value(PrivacyScores.Calibration)),
        Claim("M3", "the whole series is not worse than its best single step and measure by more than one standard error", new("none", "the abstract names several measures"), s_notLower,
            [.. new[] { PrivacyScores.Trajectory, PrivacyScores.TrajectorySweep }.Select(name => Two(name, name, PrivacyScores.BestSingle + name, PrivacyFit.Chosen))]),
        Claim("M4a", "the better of SecMI and PIA is above the loss", new("89.7 and 91.9 against 84.7", Rerun), StatisticalTest.Superiority(), Two("grey box", PrivacyScores.GreyBest, LossName)),
        Claim("M4b", "the loss is above the last image of a black-box question", PaperNumber.None, StatisticalTest.Superiority(), Two("loss and last image", LossName, PrivacyScores.LastImage)),
        Claim("M4c", "the last image is not below GAN-Leaks by more than one standard error", PaperNumber.None, s_notLower, Two("last image and GAN-Leaks", PrivacyScores.LastImage, "GAN-Leaks")),
        Claim("M4d", "SecMI's AUC is at least 0.80", new("0.897 on CIFAR-10", Rerun), new(Quantity.Value, Side.AtLeast, 0.80, JudgedBy.Mean), Value(PrivacyScores.SecMiName, PrivacyFit.Last)),
        Claim("M5a", "AUC of SecMI and of the trajectory attack rises with the epochs at a constant learning rate", PaperNumber.None, s_rises, [.. DoseNames.Select(Epochs)]),
        Claim("M5b", "AUC of SecMI and of the trajectory attack falls with the number of members at the same number of steps", PaperNumber.None, s_falls, [.. DoseNames.Select(Sizes)]),
        Claim("M5c", "AUC of the loss attack rises with the epochs", PaperNumber.None, s_rises, Epochs(LossName)),
        Claim("M5d", "AUC of the loss attack falls with the number of members", PaperNumber.None, s_falls, Sizes(LossName)),
        Claim("M6a", "the loss attack is best at t of 50 or more", PaperNumber.None, new(Quantity.Value, Side.AtLeast, 50, JudgedBy.EverySeed), LevelOfBest),
        Claim("M6b", "the loss attack is best at t of 300 or less", PaperNumber.None, new(Quantity.Value, Side.AtMost, 300, JudgedBy.EverySeed), LevelOfBest),
        Claim("M6c", "the loss attack is at chance from t = 800 on", PaperNumber.None, s_atChance,
            [.. PrivacyPlan.Levels.Where(level => level >= 800).Select(level => Value(PrivacyScores.CurveName(level), PrivacyFit.Last, PrivacyScores.Above(PrivacyScores.CurveName(level))))]),
        Claim("M7", "at 5 % false alarms SecMI finds more members than the trajectory attack", PaperNumber.None, StatisticalTest.Superiority(),
            Compared("SecMI and trajectory", Fit(PrivacyFit.Chosen, PrivacyScores.Found(PrivacyScores.SecMiName)), Fit(PrivacyFit.Chosen, PrivacyScores.Found(PrivacyScores.Trajectory)))),
        Claim("M8a", "all grey-box scores together recognise a set of 100 members with p below 0.01", PaperNumber.None, new(Quantity.Value, Side.Below, 0.01, JudgedBy.EverySeed), Value("members", PrivacyFit.Chosen, PrivacyScores.SetP)),

        // Kolmogorov's distance of 40 independent uniform numbers exceeds 0.21 once in twenty times.
        Claim("M8b", "the same test gives sets of true non-members uniform p-values", PaperNumber.None, new(Quantity.Value, Side.AtMost, 0.21, JudgedBy.Mean), Value("non-members", PrivacyFit.Chosen, PrivacyScores.NullDistance)),
        Claim("M9a", "early stopping, or a larger set of members, brings the trajectory attack back to chance", PaperNumber.None, s_atChance,
            Value("early stopping", PrivacyFit.Checkpoint(1), PrivacyScores.Above(PrivacyScores.Trajectory)), Compared("largest set", Largest(PrivacyScores.Above(PrivacyScores.Trajectory)))) with { Required = 1 },
        Claim("M9b", "each defence lowers SecMI's AUC", PaperNumber.None, s_lower, [.. Defences(PrivacyScores.Auc(PrivacyScores.SecMiName))]),
        Claim("M9c", "each defence lowers the loss attack's AUC", PaperNumber.None, s_lower, [.. Defences(PrivacyScores.Auc(LossName))]),
        Claim("M9d", "each defence lowers the trajectory attack's AUC", PaperNumber.None, s_lower, [.. Defences(PrivacyScores.Auc(PrivacyScores.Trajectory))]),
        Claim("M9e", "each defence costs quality of the samples", PaperNumber.None, StatisticalTest.Superiority(), [.. Defences(PrivacyScores.Quality)]),
    ];

    private static string LossName => PrivacyScores.AllAttacks[0];

    private static IEnumerable<string> DoseNames => [PrivacyScores.SecMiName, PrivacyScores.Trajectory];

    private static ArmComparison<PrivacyRunOptions> LevelOfBest => Value("t", PrivacyFit.Last, PrivacyScores.LossCurve + "best");

    private static Criterion<PrivacyRunOptions> Claim(
        string id, string statement, PaperNumber reported, StatisticalTest test, params ArmComparison<PrivacyRunOptions>[] comparisons) =>
        s_study.Claim(id, statement, id.StartsWith("M2", StringComparison.Ordinal) ? "abstract; rule ours" : Sheet, reported, test, comparisons);

    private static Arm<PrivacyRunOptions> Fit(string row, string column) => new(column, run => run.Kind == PrivacyRunKind.Training, row, column);

    private static ArmComparison<PrivacyRunOptions> Compared(string name, params Arm<PrivacyRunOptions>[] arms) => new(name, arms);

    private static ArmComparison<PrivacyRunOptions> Value(string name, string row = PrivacyFit.Chosen, string? column = null) => Compared(name, Fit(row, column ?? PrivacyScores.Auc(name)));

    private static ArmComparison<PrivacyRunOptions> Two(string name, string first, string second, string row = PrivacyFit.Last) =>
        Compared(name, Fit(row, PrivacyScores.Auc(first)), Fit(row, PrivacyScores.Auc(second)));

    private static ArmComparison<PrivacyRunOptions> Epochs(string name) => Compared(
        name, [.. Enumerable.Range(1, new PrivacyPlan().Checkpoints).Select(i => Fit(PrivacyFit.Checkpoint(i), PrivacyScores.Auc(name)) with { X = i })]);

    private static ArmComparison<PrivacyRunOptions> Sizes(string name) => Compared(name, [.. new PrivacyPlan().SetSizes.Select((size, i) => Sized(size, i > 0, PrivacyScores.Auc(name)))]);

    private static Arm<PrivacyRunOptions> Largest(string column) => Sized(new PrivacyPlan().SetSizes[^1], larger: true, column);

    private static Arm<PrivacyRunOptions> Sized(int members, bool larger, string column) => new(
        $"{members} members", run => run.Members == members && run.Kind == (larger ? PrivacyRunKind.SetSize : PrivacyRunKind.Training), PrivacyFit.Last, column)
    { X = members };

    // Early stopping is the first checkpoint of the same training.
    private static IEnumerable<ArmComparison<PrivacyRunOptions>> Defences(string column)
    {
        var none = Fit(PrivacyFit.Last, column);
        yield return Compared("early stopping", Fit(PrivacyFit.Checkpoint(1), column), none);
        yield return Compared("augmentation", Defended(PrivacyDefence.Augmentation, column), none);
        yield return Compared("low-rank updates", Defended(PrivacyDefence.LowRank, column), none);
    }

    private static Arm<PrivacyRunOptions> Defended(PrivacyDefence defence, string column) =>
        new(defence.ToString(), run => run.Kind == PrivacyRunKind.Defence && run.Defence == defence, PrivacyFit.Last, column);
}
