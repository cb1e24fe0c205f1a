using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Logits of a classifier for a batch of images: the function that is attacked.</summary>
/// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; the model normalises inside.</param>
/// <returns>Float tensor [N, K] of unnormalised scores.</returns>
public delegate Tensor Classifier(Tensor images);
