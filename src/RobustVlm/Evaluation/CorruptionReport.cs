using System.Globalization;
using System.Text;
using RobustVlm.Attacks;
using RobustVlm.Data.Corruptions;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>Settings of <see cref="CorruptionReport.Run"/>.</summary>
public sealed record CorruptionReportOptions
{
    /// <summary>Seed of all corruptions; keep it, and every model is tested on the same images.</summary>
    public ulong Seed { get; init; }

    /// <summary>Images at once, at least one; changes nothing in the result.</summary>
    public int BatchSize { get; init; } = 64;
}

/// <summary>The errors of a classifier under one corruption.</summary>
/// <param name="Set">Name of the set whose parameters were used, e.g. <c>ImageNet-C</c>.</param>
/// <param name="Name">The corruption.</param>
/// <param name="Severity">1 to 5.</param>
/// <param name="Error">One minus accuracy.</param>
/// <param name="BalancedError">One minus balanced accuracy.</param>
public sealed record CorruptionError(string Set, string Name, int Severity, double Error, double BalancedError);

/// <summary>How a classifier fares under common corruptions (Hendrycks and Dietterich 2019, arXiv:1903.12261).</summary>
/// <param name="CleanError">One minus accuracy on the images as they are.</param>
/// <param name="CleanBalancedError">One minus balanced accuracy on them.</param>
/// <param name="Errors">One record per corruption and severity.</param>
/// <param name="Images">Number of images.</param>
public sealed record CorruptionReport(double CleanError, double CleanBalancedError, IReadOnlyList<CorruptionError> Errors, int Images)
{
    /// <summary>Names of the corruptions, in their order.</summary>
    public IReadOnlyList<string> Names => [.. Errors.Select(error => error.Name).Distinct()];

    /// <summary>Mean over the corruptions of their mean error.</summary>
    public double MeanError => Names.Average(name => MeanErrorOf(name));

    /// <summary>Scores a classifier on clean and corrupted images.</summary>
    /// <param name="classifier">The classifier; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], one or three channels, pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="corruptions">The corruptions; null takes the set made for this image size, without what is outside its mean error.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>The errors.</returns>
    /// <exception cref="ArgumentException">Images or labels have the wrong shape, type or range.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public static CorruptionReport Run(
        Classifier classifier,
        Tensor images,
        Tensor labels,
        IEnumerable<Corruption>? corruptions = null,
        CorruptionReportOptions? options = null,
        Action<double>? progress = null)
    {
        AttackInput.Check(classifier, images, labels);
        options ??= new CorruptionReportOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options));
        Corruption[] chosen = [.. corruptions ?? OfMean(CorruptionSet.For(images))];
        if (chosen.Length == 0)
        {
            throw new ArgumentException("There are no corruptions; leave them out to take the set for this image size.", nameof(corruptions));
        }

        var clean = ClassifierEvaluation.OnClean(classifier, images, labels, options.BatchSize);
        var errors = new List<CorruptionError>();
        foreach (var corruption in chosen)
        {
            Interruption.ThrowIfRequested();
            var result = OnCorrupted(classifier, images, labels, corruption, options);
            errors.Add(new CorruptionError(corruption.Set, corruption.Name, corruption.Severity, 1 - result.Accuracy, BalancedError(result)));
            progress?.Invoke((double)errors.Count / chosen.Length);
        }

        return new CorruptionReport(1 - clean.Accuracy, BalancedError(clean), errors, (int)images.shape[0]);
    }

    /// <summary>Mean error of a corruption over its severities.</summary>
    /// <param name="name">The corruption.</param>
    /// <param name="balanced">Whether every class counts the same.</param>
    public double MeanErrorOf(string name, bool balanced = false) =>
        Errors.Where(error => error.Name == name).Average(error => balanced ? error.BalancedError : error.Error);

    /// <summary>Mean corruption error: errors divided by those of a reference network, averaged over the corruptions; 1 is as bad as the reference.</summary>
    /// <param name="baseline">The reference; corruptions it has no number for are left out.</param>
    /// <returns>The mean as a fraction (papers often print 100 times as much); MedMNIST-C calls it balanced error.</returns>
    /// <exception cref="InvalidOperationException">
    /// The baseline is of another set or metric, severities are missing, or no corruption is in the baseline.
    /// </exception>
    public double MeanCorruptionError(CorruptionBaseline baseline)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        return Known(baseline).Average(name => MeanErrorOf(name, baseline.IsBalanced) / baseline.Errors[name]);
    }

    /// <summary>The same for what corruption adds to the clean error, of the classifier and of the reference.</summary>
    /// <param name="baseline">The reference; corruptions it has no number for are left out.</param>
    /// <returns>The mean as a fraction.</returns>
    /// <exception cref="InvalidOperationException">
    /// The baseline is of another set or metric, severities are missing, no corruption is in the baseline, or one of them does not raise its error.
    /// </exception>
    public double RelativeMeanCorruptionError(CorruptionBaseline baseline)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        var clean = baseline.IsBalanced ? CleanBalancedError : CleanError;
        var known = Known(baseline);
        var unharmed = known.Where(name => baseline.Errors[name] <= baseline.CleanError).ToArray();
        return unharmed.Length > 0
            ? throw new InvalidOperationException(
                $"{baseline.Name} errs no more under {string.Join(", ", unharmed)} than on clean images, so there is nothing to divide by; leave them out of the report.")
            : known.Average(name => (MeanErrorOf(name, baseline.IsBalanced) - clean) / (baseline.Errors[name] - baseline.CleanError));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"clean error {CleanError * 100:0.0} %, mean error under corruption {MeanError * 100:0.0} %, {Images} images");
        foreach (var name in Names)
        {
            var severities = Errors.Where(error => error.Name == name).Select(error => string.Create(CultureInfo.InvariantCulture, $"{error.Severity}: {error.Error * 100:0.0} %"));
            text.AppendLine(CultureInfo.InvariantCulture, $"{name,-20} {MeanErrorOf(name) * 100:0.0} %  ({string.Join(", ", severities)})");
        }

        return text.ToString().TrimEnd();
    }

    private string[] Known(CorruptionBaseline baseline)
    {
        if (baseline.OtherMetric is { } metric)
        {
            throw new InvalidOperationException($"{baseline.Name} holds a {metric}, which this report does not measure; compare the errors themselves.");
        }

        if (Errors.Select(error => error.Set).FirstOrDefault(set => set != baseline.Set) is { } other)
        {
            throw new InvalidOperationException(
                $"The report is on {other} and {baseline.Name} on {baseline.Set}, with other parameters; choose the baseline of the same set, or compare the errors themselves.");
        }

        var known = Names.Where(baseline.Errors.ContainsKey).ToArray();
        if (known.Length == 0)
        {
            throw new InvalidOperationException($"{baseline.Name} has no errors for {string.Join(", ", Names)}; choose the baseline of the same benchmark.");
        }

        return known.All(name => Errors.Count(error => error.Name == name) == CorruptionSet.Severities)
            ? known
            : throw new InvalidOperationException($"{baseline.Name} holds means over {CorruptionSet.Severities} severities; run all of them to compare with it.");
    }

    private static IEnumerable<Corruption> OfMean(CorruptionSet set)
    {
        var names = set.NamesOfMean;
        return set.All.Where(corruption => names.Contains(corruption.Name));
    }

    private static ClassifierResult OnCorrupted(Classifier classifier, Tensor images, Tensor labels, Corruption corruption, CorruptionReportOptions options)
    {
        using var random = corruption.Stream(options.Seed);
        using var scope = NewDisposeScope();
        return ClassifierEvaluation.OnPrepared(corruption.Name, classifier, images, labels, options.BatchSize, batch => corruption.Apply(batch, random));
    }

    private static double BalancedError(ClassifierResult result) => 1 - BalancedAccuracy.Of(result.Predictions, result.Labels);
}
