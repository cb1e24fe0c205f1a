using System.Globalization;
using RobustVlm.Methods.LowRank;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>A classifier that <see cref="MeLo"/> trained, in the state of its best epoch.</summary>
/// <param name="Classifier">From float tensor [N, C, H, W] to logits [N, K], in evaluation mode; a <see cref="LowRankClassifier"/> for low-rank updates, which saves its task.</param>
/// <param name="Mode">What was trained.</param>
/// <param name="TrainedParameters">Weights that were trained, the head's included.</param>
/// <param name="Losses">Loss of every step.</param>
/// <param name="Scores">Score on the validation part after every epoch.</param>
public sealed record MeLoResult(
    nn.Module<Tensor, Tensor> Classifier, MeLoMode Mode, long TrainedParameters, IReadOnlyList<double> Losses, IReadOnlyList<double> Scores) : IDisposable
{
    /// <summary>The epoch, from 0, whose weights the classifier has: the first with the largest score; the last one when no score is defined.</summary>
    public int BestEpoch => BestWeights.BestOf(Scores);

    /// <summary>The best score.</summary>
    public double BestScore => Scores[BestEpoch];

    /// <summary>Frees the classifier and its copy of the backbone.</summary>
    public void Dispose() => Classifier.Dispose();

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Mode}: {TrainedParameters:N0} trained weights, best score {BestScore:0.000} after epoch {BestEpoch + 1} of {Scores.Count}");
}
