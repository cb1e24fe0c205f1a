using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="LogisticMembership"/>.</summary>
public sealed record LogisticMembershipOptions
{
    /// <summary>Weakest pull of the weights to zero among those tried.</summary>
    public double SmallestPenalty { get; init; } = 0.01;

    /// <summary>How many pulls are tried, each ten times the one before; the best by cross-validation inside what it learns from is taken.</summary>
    public int Penalties { get; init; } = 3;

    /// <summary>Folds of that inner cross-validation.</summary>
    public int InnerFolds { get; init; } = 3;
}

/// <summary>Logistic regression on standardised features, with a quadratic penalty; Newton's method, no randomness but that of the inner folds.</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class LogisticMembership(LogisticMembershipOptions? options = null) : IMembershipClassifier
{
    private const int Iterations = 12;

    private readonly LogisticMembershipOptions _options = options ?? new LogisticMembershipOptions();

    /// <inheritdoc/>
    public string Name => "logistic regression";

    /// <inheritdoc/>
    public Tensor FitAndScore(Tensor features, Tensor members, Tensor others, Generator random)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var penalties = Enumerable.Range(0, _options.Penalties).Select(i => _options.SmallestPenalty * Math.Pow(10, i)).ToArray();
        var penalty = penalties.Length == 1 ? penalties[0] : Choose(features, members, penalties, random);
        return Score(features, members, others, penalty).MoveToOuterDisposeScope();
    }

    private double Choose(Tensor features, Tensor members, double[] penalties, Generator random)
    {
        var truth = members.data<double>().ToArray().Select(value => value > 0.5).ToArray();
        var folds = MembershipFolds.Draw(truth, _options.InnerFolds, random);
        double Area(double penalty) => folds.Average(fold =>
        {
            using var scope = NewDisposeScope();
            var (learn, held) = (MembershipFolds.Index(fold.Learn), MembershipFolds.Index(fold.Held));
            var scores = Score(features.index_select(0, learn), members.index_select(0, learn), features.index_select(0, held), penalty);
            return Evaluation.Auroc.Of(scores.data<double>().ToArray(), [.. fold.Held.Select(i => truth[i])]);
        });
        return penalties.MaxBy(Area);
    }

    private static Tensor Score(Tensor features, Tensor members, Tensor others, double penalty)
    {
        var (centre, spread) = (features.mean([0]), features.std(0, unbiased: false).clamp_min(1e-12));
        Tensor Standard(Tensor x) => cat([((x - centre) / spread).clamp(-8, 8), ones([x.shape[0], 1], dtype: ScalarType.Float64)], 1);
        var x = Standard(features);
        var (count, width) = (x.shape[0], x.shape[1]);
        var pull = eye(width, dtype: ScalarType.Float64) * penalty;
        pull[width - 1, width - 1].fill_(1e-9);   // the bias is free
        var weight = zeros([width], dtype: ScalarType.Float64);
        for (var i = 0; i < Iterations; i++)
        {
            var p = x.matmul(weight).sigmoid();
            var gradient = (x.t().matmul(p - members) / count) + pull.matmul(weight);
            var curvature = (x.t().matmul(x * (p * (1 - p)).unsqueeze(1)) / count) + pull;
            weight = weight - linalg.solve(curvature, gradient.unsqueeze(1)).squeeze(1);
        }

        return Standard(others).matmul(weight);
    }
}
