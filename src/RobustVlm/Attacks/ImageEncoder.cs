using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Embeddings of a batch of images: the function that attacks on features climb.</summary>
/// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; the model normalises inside.</param>
/// <returns>Float tensor [N, D], of any length.</returns>
public delegate Tensor ImageEncoder(Tensor images);
