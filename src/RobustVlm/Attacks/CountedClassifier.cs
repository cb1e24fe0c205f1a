using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Counts how many images an attack shows to a classifier, with and without wanting a gradient.</summary>
/// <param name="classifier">The classifier.</param>
public sealed class CountedClassifier(Classifier classifier)
{
    /// <summary>Images that went through the classifier.</summary>
    public long Forward { get; private set; }

    /// <summary>How many of them could be differentiated: with a gradient asked for, outside no_grad.</summary>
    public long Backward { get; private set; }

    /// <summary>Runs the classifier and counts; to be given to an attack in its place.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, K], the classifier's logits.</returns>
    public Tensor Logits(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        Forward += images.shape[0];
        Backward += images.requires_grad && is_grad_enabled() ? images.shape[0] : 0;
        return classifier(images);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Forward} images, {Backward} with a gradient";
}
