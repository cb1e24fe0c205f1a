using System.Globalization;
using System.Text;
using RobustVlm.Attacks;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>One set of a <see cref="ZeroShotReport"/>.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Classes">Number of its classes.</param>
/// <param name="Report">What the attacks did.</param>
public sealed record ZeroShotResult(string Name, int Classes, RobustnessReport Report)
{
    /// <summary>Accuracy of guessing, 0 to 1.</summary>
    public double Chance => 1.0 / Classes;

    /// <summary>Accuracy without attack, 0 to 1.</summary>
    public double Clean => Report.Clean.Accuracy;

    /// <summary>Share of the most frequent answer without attack, 0 to 1: near 1, the model says one class whatever it sees, and its accuracy means little.</summary>
    public double LargestAnswer => Report.Clean.Predictions.CountBy(answer => answer).Max(answer => answer.Value) / (double)Report.Clean.Predictions.Count;

    /// <summary>Accuracy under the worst of the attacks, 0 to 1.</summary>
    /// <param name="budget">One of the report's budgets.</param>
    public double Robust(PixelBudget budget) => Report.RobustAccuracy(budget).Rate;
}

/// <summary>Zero-shot accuracy of a <see cref="Clip"/> on several sets, clean and attacked: one line for each set, and unweighted means.</summary>
/// <param name="Sets">The sets, in the given order.</param>
/// <param name="Budgets">The budgets of the attacks.</param>
public sealed record ZeroShotReport(IReadOnlyList<ZeroShotResult> Sets, IReadOnlyList<PixelBudget> Budgets)
{
    private const int UsualBatch = 128;

    /// <summary>Scores and attacks every set.</summary>
    /// <param name="model">The model; its text encoder reads the prompts of each set once.</param>
    /// <param name="sets">The sets; their names differ.</param>
    /// <param name="attacks">The attacks; their own budgets are replaced.</param>
    /// <param name="budgets">The budgets.</param>
    /// <param name="encoder">From pictures of any size to embeddings, e.g. with a visual prompt; null takes the model's, with pictures of other sizes scaled inside the attacked function.</param>
    /// <param name="options">Settings of each report; a state file gets the set's name behind its own. Null makes batches of 128 and no self-checks, which take many attacks more.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">There are no sets, two have one name, or one cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public static ZeroShotReport Run(
        Clip model, IReadOnlyList<ZeroShotSet> sets, IReadOnlyList<IImageAttack> attacks, IReadOnlyList<PixelBudget> budgets,
        Func<Tensor, Tensor>? encoder = null, RobustnessReportOptions? options = null, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.Count == 0 || sets.DistinctBy(set => set.Name).Count() < sets.Count)
        {
            throw new ArgumentException("Give at least one set, and each a name of its own.", nameof(sets));
        }

        options ??= new RobustnessReportOptions { BatchSize = UsualBatch, CheckedImages = 0 };
        var results = new List<ZeroShotResult>();
        foreach (var set in sets)
        {
            using var scope = NewDisposeScope();
            using var classifier = ZeroShotClassifier.Create(model, set.Prompts, encoder ?? new ClipInput().Encoder(model));
            var own = options.StateFile is { } file ? options with { StateFile = $"{file}.{set.Name}" } : options;
            var report = RobustnessReport.Run(
                classifier.Logits, set.Images, set.Labels, attacks, budgets, own, share => progress?.Invoke((results.Count + share) / sets.Count));
            results.Add(new ZeroShotResult(set.Name, set.Prompts.Count, report));
        }

        return new ZeroShotReport(results, [.. budgets]);
    }

    /// <summary>Unweighted mean over the sets of the accuracy without attack, 0 to 1.</summary>
    /// <param name="except">Names of sets to leave out, e.g. the one the model was tuned on.</param>
    public double MeanClean(params IReadOnlyList<string> except) => Chosen(except).Average(set => set.Clean);

    /// <summary>Unweighted mean over the sets of the accuracy under attack, 0 to 1.</summary>
    /// <param name="budget">One of the budgets.</param>
    /// <param name="except">Names of sets to leave out, e.g. the one the model was tuned on.</param>
    public double MeanRobust(PixelBudget budget, params IReadOnlyList<string> except) => Chosen(except).Average(set => set.Robust(budget));

    /// <summary>The result of a set.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public ZeroShotResult Of(string name) => Sets.FirstOrDefault(set => set.Name == name)
        ?? throw new ArgumentException($"There is no set '{name}'; choose one of {string.Join(", ", Sets.Select(set => set.Name))}.", nameof(name));

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var set in Sets)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{set.Name}: clean {set.Clean * 100:0.0} %{string.Concat(Budgets.Select(budget => string.Create(CultureInfo.InvariantCulture, $", {budget}: {set.Robust(budget) * 100:0.0} %")))} (chance {set.Chance * 100:0.0} %)");
        }

        return text.Append(CultureInfo.InvariantCulture, $"mean: clean {MeanClean() * 100:0.0} %{string.Concat(Budgets.Select(budget => string.Create(CultureInfo.InvariantCulture, $", {budget}: {MeanRobust(budget) * 100:0.0} %")))}").ToString();
    }

    private ZeroShotResult[] Chosen(IReadOnlyList<string> except)
    {
        foreach (var name in except)
        {
            _ = Of(name);   // a misspelt name must not go unnoticed
        }

        return Sets.Where(set => !except.Contains(set.Name)).ToArray() is { Length: > 0 } left
            ? left
            : throw new ArgumentException("No set is left; leave fewer out.", nameof(except));
    }
}
