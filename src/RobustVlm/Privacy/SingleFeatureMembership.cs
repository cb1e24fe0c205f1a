using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>The one feature that tells members best among the images it learns from, with the sign that the attack fixes: a smaller distance means a member.</summary>
public sealed class SingleFeatureMembership : IMembershipClassifier
{
    /// <inheritdoc/>
    public string Name => "best single feature";

    /// <inheritdoc/>
    public Tensor FitAndScore(Tensor features, Tensor members, Tensor others, Generator random)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(others);
        using var scope = NewDisposeScope();
        var truth = members.data<double>().ToArray().Select(value => value > 0.5).ToArray();
        double Area(long feature) => Evaluation.Auroc.Of((-features.select(1, feature)).data<double>().ToArray(), truth);
        var best = Enumerable.Range(0, (int)features.shape[1]).MaxBy(feature => Area(feature));
        return (-others.select(1, best)).MoveToOuterDisposeScope();
    }
}
