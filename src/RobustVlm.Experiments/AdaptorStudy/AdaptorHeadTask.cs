using RobustVlm.Evaluation;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>What a head answers, how it is trained and scored: a yes-or-no question by AUROC, one of several classes by accuracy, several findings by macro AUROC.</summary>
/// <param name="Logits">Number of logits.</param>
/// <param name="HasSeveralLabels">Whether an image may have several of the classes.</param>
internal sealed record AdaptorHeadTask(int Logits, bool HasSeveralLabels)
{
    private bool IsAccuracy => Logits > 1 && !HasSeveralLabels;

    internal string Metric => HasSeveralLabels ? "macro AUROC" : IsAccuracy ? "accuracy" : "AUROC";

    internal static AdaptorHeadTask Of(AdaptorTask task) => new(task.Classes, HasSeveralLabels: false);

    /// <summary>For a set with some number of classes; two of which one holds are a yes-or-no question.</summary>
    internal static AdaptorHeadTask Of(int classes, bool severalLabels) => new(classes == 2 && !severalLabels ? 1 : classes, severalLabels);

    /// <summary>Targets as the loss takes them, from class indices or from zeros and ones per finding.</summary>
    internal Tensor Targets(Tensor labels) => IsAccuracy ? labels : labels.to(ScalarType.Float32);

    internal Tensor Loss(Tensor logits, Tensor targets) => IsAccuracy
        ? nn.functional.cross_entropy(logits, targets)
        : nn.functional.binary_cross_entropy_with_logits(HasSeveralLabels ? logits : logits.squeeze(1), targets);

    internal double Score(Tensor logits, Tensor targets) => IsAccuracy ? Accuracy.Of(logits, targets) : Auroc.Macro(logits, HasSeveralLabels ? targets : targets.unsqueeze(1));
}
