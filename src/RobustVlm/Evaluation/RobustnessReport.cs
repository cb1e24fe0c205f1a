using System.Globalization;
using System.Text;
using RobustVlm.Attacks;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Settings of <see cref="RobustnessReport.Run"/>.</summary>
public sealed record RobustnessReportOptions
{
    /// <summary>Seed of all attacks.</summary>
    public ulong Seed { get; init; }

    /// <summary>Images attacked at once, at least one.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Whether an attack gets only images that no earlier attack broke at this budget; else all that are right without attack.</summary>
    public bool OnlyStillRight { get; init; } = true;

    /// <summary>File that keeps what is finished and from which an interrupted evaluation goes on; null keeps nothing.</summary>
    public string? StateFile { get; init; }

    /// <summary>How many images the self-checks look at; 0 leaves them out.</summary>
    public int CheckedImages { get; init; } = 64;
}

/// <summary>Clean and robust accuracy of a classifier under several attacks and budgets, with self-checks.</summary>
/// <remarks>
/// An image counts as robust at a budget when it is right without attack and no attack changes that: the mean over the images of the
/// worst attack, never the worst mean (Carlini et al. 2019, arXiv:1902.06705). Attacks are run in the given order, as in AutoAttack
/// (arXiv:2003.01690), so put quick ones first.
/// </remarks>
/// <param name="Clean">Result without attack.</param>
/// <param name="Budgets">The budgets.</param>
/// <param name="Outcomes">What each attack did at each budget.</param>
/// <param name="Warnings">Signs that a number may be wrong.</param>
/// <param name="Options">The settings.</param>
public sealed record RobustnessReport(
    ClassifierResult Clean,
    IReadOnlyList<PixelBudget> Budgets,
    IReadOnlyList<RobustnessOutcome> Outcomes,
    IReadOnlyList<RobustnessWarning> Warnings,
    RobustnessReportOptions Options)
{
    /// <summary>Attacks the images with every attack at every budget.</summary>
    /// <param name="classifier">The attacked classifier; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="attacks">The attacks; their own budgets are replaced.</param>
    /// <param name="budgets">The budgets.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <param name="time">Source of the times; null takes the system's.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">Images, labels, attacks or budgets cannot be used.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the state file does not exist.</exception>
    /// <exception cref="InvalidDataException">The state file belongs to another evaluation.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; the state file holds what is finished.</exception>
    public static RobustnessReport Run(
        Classifier classifier,
        Tensor images,
        Tensor labels,
        IReadOnlyList<IImageAttack> attacks,
        IReadOnlyList<PixelBudget> budgets,
        RobustnessReportOptions? options = null,
        Action<double>? progress = null,
        TimeProvider? time = null)
    {
        AttackInput.Check(classifier, images, labels);
        options ??= new RobustnessReportOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.CheckedImages, nameof(options));
        RequireSome(attacks, "attacks", "new Pgd()");
        RequireSome(budgets, "budgets", "PixelBudget.Of255(4)");
        if (options.StateFile is { } place && Path.GetDirectoryName(Path.GetFullPath(place)) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder of the state file {place} does not exist; create it, or give another StateFile.");
        }

        foreach (var attack in attacks)
        {
            AttackInput.CheckSides(attack, images);
        }

        IImageAttack[] sized = [.. budgets.SelectMany(budget => attacks.Select(attack => attack.WithEpsilon(budget)))];
        var clean = ClassifierEvaluation.OnClean(classifier, images, labels, options.BatchSize);
        var state = StateOf(classifier, images, labels, clean, sized, options);
        if (options.StateFile is { } file)
        {
            state.ReadIfThere(file, sized);
            state.Write(file);   // a file that cannot be written fails here, not after hours
        }

        var run = new RobustnessRun(classifier, images, labels, options, state, time ?? TimeProvider.System);
        for (var i = 0; i < sized.Length; i++)
        {
            var first = i / attacks.Count * attacks.Count;
            run.Attack(i, sized[i], Targets(clean, options.OnlyStillRight ? state.Outcomes.Take(i).Skip(first) : []), share => progress?.Invoke((i + share) / sized.Length));
        }

        var report = new RobustnessReport(clean, [.. budgets], [.. state.Outcomes], [], options);
        return report with { Warnings = [.. report.OwnWarnings(), .. report.Probe(classifier, images, labels)] };
    }

    /// <summary>For each image, whether it is right without attack and under every attack of the budget.</summary>
    /// <param name="budget">One of the budgets.</param>
    public IReadOnlyList<bool> Robust(PixelBudget budget)
    {
        var broken = OutcomesAt(budget).SelectMany(outcome => outcome.Broken).ToHashSet();
        return [.. Clean.Correct.Select((right, i) => right && !broken.Contains(i))];
    }

    /// <summary>Share of robust images with its 95 % Wilson interval.</summary>
    /// <param name="budget">One of the budgets.</param>
    public RateInterval RobustAccuracy(PixelBudget budget) => Interval(Robust(budget));

    /// <summary>Share of images that are right without attack and that this attack did not break, of those it was run on.</summary>
    /// <param name="outcome">One of the outcomes.</param>
    /// <remarks>With <see cref="RobustnessReportOptions.OnlyStillRight"/> this is the accuracy after this attack and all before it.</remarks>
    public RateInterval AccuracyAfter(RobustnessOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return RateInterval.Wilson(outcome.Targets.Count - outcome.Broken.Count, Clean.Labels.Count);
    }

    /// <summary>What the attacks did at one budget, in their order.</summary>
    /// <param name="budget">One of the budgets.</param>
    /// <exception cref="ArgumentException">The report has no such budget.</exception>
    /// <exception cref="InvalidOperationException">The report lacks outcomes, so that accuracies would be too high.</exception>
    public IReadOnlyList<RobustnessOutcome> OutcomesAt(PixelBudget budget)
    {
        if (!Budgets.Contains(budget))
        {
            throw new ArgumentException($"The report has no budget {budget}; choose from {string.Join(", ", Budgets)}.", nameof(budget));
        }

        RobustnessOutcome[] found = [.. Outcomes.Where(outcome => outcome.Epsilon == budget)];
        return found.Length > 0 && found.Length * Budgets.Count == Outcomes.Count
            ? found
            : throw new InvalidOperationException(
                $"The report has {Outcomes.Count} outcomes at {Budgets.Count} budgets, but {found.Length} of them at {budget}, so an attack is missing; run the evaluation again.");
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"clean accuracy {Interval(Clean.Correct)}, {Clean.Labels.Count} images, seed {Options.Seed}");
        foreach (var budget in Budgets)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{budget}: robust accuracy {RobustAccuracy(budget)}");
            foreach (var outcome in OutcomesAt(budget))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {outcome}; {AccuracyAfter(outcome).Rate * 100:0.0} % left");
            }
        }

        foreach (var warning in Warnings)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"! {warning}");
        }

        return text.ToString().TrimEnd();
    }

    private static void RequireSome<T>(IReadOnlyList<T> given, string what, string example)
    {
        ArgumentNullException.ThrowIfNull(given, what);
        if (given.Count == 0)
        {
            throw new ArgumentException($"There are no {what}; give at least one, e.g. {example}.", what);
        }

        if (given.Distinct().Count() < given.Count)
        {
            throw new ArgumentException($"The same {what} are given twice; give each once.", what);
        }
    }

    // An attack's own text may round its budget or be no more than the name of its type.
    private static string Identity(IImageAttack attack) =>
        string.Create(CultureInfo.InvariantCulture, $"{attack.Name}|{attack.Epsilon.Norm}|{attack.Epsilon.Value:R}|{attack}");

    private static RateInterval Interval(IReadOnlyCollection<bool> outcomes) => RateInterval.Wilson(outcomes.Count(right => right), outcomes.Count);

    private static int[] Targets(ClassifierResult clean, IEnumerable<RobustnessOutcome> before)
    {
        var broken = before.SelectMany(outcome => outcome.Broken).ToHashSet();
        return [.. clean.Correct.Select((right, i) => (Right: right, Number: i)).Where(image => image.Right && !broken.Contains(image.Number)).Select(image => image.Number)];
    }

    private static RobustnessState StateOf(
        Classifier classifier, Tensor images, Tensor labels, ClassifierResult clean, IEnumerable<IImageAttack> attacks, RobustnessReportOptions options)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var few = Math.Min(options.BatchSize, images.shape[0]);
        var stored = options.StateFile is not null;   // fingerprints of much data take their time
        return new RobustnessState
        {
            Images = stored ? RobustnessState.HashOf(images) : "",
            Labels = stored ? RobustnessState.HashOf(labels) : "",
            Attacks = [.. attacks.Select(Identity)],
            Seed = options.Seed,
            BatchSize = options.BatchSize,
            OnlyStillRight = options.OnlyStillRight,
            Predictions = clean.Predictions,
            Logits = !stored ? [] : RobustnessState.Compared(InputGradient.Logits(classifier, images.narrow(0, 0, few), labels.narrow(0, 0, few), ScalarType.Float32)),
        };
    }

    private IEnumerable<RobustnessWarning> OwnWarnings() =>
    [
        .. Outcomes.Where(outcome => outcome.OutOfBudget > 0).Select(RobustnessChecks.LeftTheBudget),
        .. Outcomes.Where(outcome => outcome.NotANumber > 0).Select(RobustnessChecks.OutputsNotFinite),
        .. Budgets.GroupBy(budget => budget.Norm).SelectMany(norm => RobustnessChecks.MoreBudgetHelps(
            "the worst of all attacks", [.. norm.Select(budget => (budget, RobustAccuracy(budget).Rate))], Clean.Labels.Count)),
        .. Budgets.SelectMany(budget => RobustnessChecks.BlackBoxIsStronger(OutcomesAt(budget), Clean.Labels.Count)),
    ];

    private IReadOnlyList<RobustnessWarning> Probe(Classifier classifier, Tensor images, Tensor labels)
    {
        var count = Math.Min(Options.CheckedImages, images.shape[0]);
        var budget = Budgets.Where(budget => budget.Norm == PixelNorm.LInfinity && budget.Value > 0).Order(Comparer<PixelBudget>.Create((a, b) => a.Value.CompareTo(b.Value))).FirstOrDefault(PixelBudget.Of255(4));
        using var scope = NewDisposeScope();
        return count == 0 ? [] : RobustnessProbe.Examine(classifier, images.narrow(0, 0, count), labels.narrow(0, 0, count), budget, Options.Seed, Options.BatchSize);
    }
}
