using RobustVlm.Attacks;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>Counts how many images an attack shows to a classifier, with and without wanting a gradient.</summary>
internal sealed class CountedClassifier(Classifier classifier)
{
    internal long Forward { get; private set; }

    internal long Backward { get; private set; }

    internal Tensor Logits(Tensor images)
    {
        Forward += images.shape[0];
        Backward += images.requires_grad ? images.shape[0] : 0;
        return classifier(images);
    }
}
