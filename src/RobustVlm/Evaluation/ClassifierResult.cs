using System.Globalization;
using RobustVlm.Attacks;

namespace RobustVlm.Evaluation;

/// <summary>What a classifier said about a set of images, clean or attacked.</summary>
public sealed record ClassifierResult
{
    /// <summary>Name of the attack, or "clean".</summary>
    public required string Attack { get; init; }

    /// <summary>Budget of the attack; zero for clean images.</summary>
    public required PixelBudget Epsilon { get; init; }

    /// <summary>True class of each image.</summary>
    public required IReadOnlyList<int> Labels { get; init; }

    /// <summary>Class of the largest logit of each image.</summary>
    public required IReadOnlyList<int> Predictions { get; init; }

    /// <summary>For each image, one probability per class: the softmax of the logits.</summary>
    public required IReadOnlyList<double[]> Probabilities { get; init; }

    /// <summary>Mean cross-entropy.</summary>
    public required double MeanLoss { get; init; }

    /// <summary>For each image, whether it is right.</summary>
    public IReadOnlyList<bool> Correct => [.. Predictions.Zip(Labels, (prediction, label) => prediction == label)];

    /// <summary>Share of right images, 0 to 1.</summary>
    public double Accuracy => Evaluation.Accuracy.Of(Correct);

    /// <summary>Area under the ROC curve of each class against the others, from the probabilities; NaN where undefined.</summary>
    public IReadOnlyList<double> AurocPerClass => Auroc.PerClass(Probabilities, Labels);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Attack} at {Epsilon}: accuracy {Accuracy:P1} of {Labels.Count} images");
}
