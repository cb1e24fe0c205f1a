using RobustVlm.Evaluation;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="MembershipCrossValidation"/>.</summary>
public sealed record MembershipCrossValidationOptions
{
    /// <summary>Folds, at least two.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>How often the folds are drawn anew.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>Whether the labels are shuffled before anything else, anew in each repeat: then nothing can be learned, and the area is 0.5 but for chance.</summary>
    public bool ShuffledLabels { get; init; }
}

/// <summary>What a trained attack gives on images it has not learned from.</summary>
/// <param name="Auc">Mean area under the ROC curve over folds and repeats.</param>
/// <param name="FoldAucs">The area of every fold.</param>
/// <param name="Ranks">For each image, its mean rank within the folds in which it was held out, in (0, 1); larger for members. Scores of different folds' classifiers are not comparable, ranks are.</param>
public sealed record MembershipCrossValidationResult(double Auc, IReadOnlyList<double> FoldAucs, IReadOnlyList<double> Ranks)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"AUC {Auc:0.000}, mean of {FoldAucs.Count} folds from {FoldAucs.Min():0.000} to {FoldAucs.Max():0.000}");
}

/// <summary>Repeated stratified cross-validation in which scaling, choice of features and of settings see the training part alone.</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class MembershipCrossValidation(MembershipCrossValidationOptions? options = null)
{
    private readonly MembershipCrossValidationOptions _options = options ?? new MembershipCrossValidationOptions();

    /// <summary>Runs it.</summary>
    /// <param name="features">Float64 tensor [N, ...] on the CPU, one row of features per image.</param>
    /// <param name="members">For each image, whether it is a member.</param>
    /// <param name="classifier">What learns.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <returns>Areas and ranks of held-out images.</returns>
    public MembershipCrossValidationResult Run(Tensor features, IReadOnlyList<bool> members, IMembershipClassifier classifier, Generator random)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Repeats, 1);
        if (features.shape[0] != members.Count)
        {
            throw new ArgumentException($"There are features of {features.shape[0]} images but {members.Count} labels.", nameof(members));
        }

        using var whole = NewDisposeScope();
        var rows = features.flatten(1).to(ScalarType.Float64);
        var (areas, ranks) = (new List<double>(), new double[members.Count]);
        for (var repeat = 0; repeat < _options.Repeats; repeat++)
        {
            var truth = _options.ShuffledLabels ? Shuffled(members, random) : members;
            foreach (var fold in MembershipFolds.Draw(truth, _options.Folds, random))
            {
                Engine.Interruption.ThrowIfRequested();
                using var scope = NewDisposeScope();
                var learn = MembershipFolds.Index(fold.Learn);
                var labels = tensor(fold.Learn.Select(i => truth[i] ? 1.0 : 0).ToArray(), dtype: ScalarType.Float64);
                var scores = classifier.FitAndScore(rows.index_select(0, learn), labels, rows.index_select(0, MembershipFolds.Index(fold.Held)), random).data<double>().ToArray();
                areas.Add(Auroc.Of(scores, [.. fold.Held.Select(i => truth[i])]));
                foreach (var (place, image) in fold.Held.Index())
                {
                    var rank = scores.Count(other => other < scores[place]) + (scores.Count(other => other == scores[place]) / 2.0);
                    ranks[image] += rank / scores.Length / _options.Repeats;
                }
            }
        }

        return new MembershipCrossValidationResult(areas.Average(), areas, ranks);
    }

    private static bool[] Shuffled(IReadOnlyList<bool> members, Generator random)
    {
        using var order = randperm(members.Count, dtype: ScalarType.Int64, generator: random);
        return [.. order.data<long>().ToArray().Select(i => members[(int)i])];
    }
}
